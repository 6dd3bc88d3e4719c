// The content types of the Management Activity API: the kinds of content that a client subscribes to.

export const contentTypes = [
  'Audit.AzureActiveDirectory',
  'Audit.Exchange',
  'Audit.SharePoint',
  'Audit.General',
  'DLP.All',
] as const;

export type ContentType = (typeof contentTypes)[number];
