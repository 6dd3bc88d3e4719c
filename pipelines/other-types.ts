// Fields that have another type than in Elastic's package, and why. All others are of the same family there, so that
// one search goes over its indices and this project's.

export interface OtherType {
  readonly fields: readonly string[];
  /** Types in words: there, here. */
  readonly there: string;
  readonly here: string;
  readonly reason: string;
}

export const otherTypes: readonly OtherType[] = [
  {
    fields: ['o365.audit.Parameters.WithinSizeRangeMinimum', 'o365.audit.Parameters.WithinSizeRangeMaximum'],
    there: 'keyword',
    here: 'long',
    reason: 'Rules of detection ask whether the size is below a limit, and text has no order of numbers.',
  },
  {
    fields: ['o365.audit.ExtendedProperties.additionalDetails'],
    there: 'a keyword for each key',
    here: 'flattened',
    reason:
      'Its keys are whatever applications write, and each would be a field more. A search for a value under a key is written the same and finds it in both.',
  },
  {
    fields: ['o365.audit.AttachmentData', 'o365.audit.AuthDetails'],
    there: 'nested',
    here: 'object',
    reason:
      'An index refuses a document with more than 10,000 nested entries, and whoever sends a mail decides how many there are. The fields below are of the same type in both; what is known of one attachment is found together in `email.attachments`.',
  },
  {
    fields: ['o365.audit.ItemCount'],
    there: 'of no definition, what the first record makes of it',
    here: 'long',
    reason: 'It is a number in every record seen.',
  },
];
