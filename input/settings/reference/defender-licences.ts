// Which licence has which product whose alerts and incidents Graph serves, printed in docs/log-types.md. Without the product
// there are no alerts of it, and Graph refuses nothing. Most is from Microsoft's licensing guidance for security and
// compliance; what no page of Microsoft that could be read says is marked as such.

export const licences = ['E3', 'E3 with add-on', 'E5', 'E5 Security', 'E5 Compliance'] as const;

interface DefenderProduct {
  readonly name: string;
  /** The value of `serviceSource` in its alerts. */
  readonly serviceSource: string;
  /** What each licence has of it, in words; in the order of `licences`. */
  readonly has: Readonly<Record<(typeof licences)[number], string>>;
  /** What of it no page of Microsoft that could be read says, or none of late. */
  readonly unconfirmed?: string;
}

export const defenderProducts: readonly DefenderProduct[] = [
  {
    name: 'Defender for Endpoint',
    serviceSource: 'microsoftDefenderForEndpoint',
    has: {
      E3: 'Plan 1',
      'E3 with add-on': 'Plan 2',
      E5: 'Plan 2',
      'E5 Security': 'Plan 2',
      'E5 Compliance': 'no',
    },
    unconfirmed: 'Plan 1 in E3',
  },
  {
    name: 'Defender for Office 365',
    serviceSource: 'microsoftDefenderForOffice365',
    has: {
      E3: 'Plan 1 since July 2026; before, the protection of all mailboxes alone',
      'E3 with add-on': 'Plan 1 or 2',
      E5: 'Plan 2',
      'E5 Security': 'Plan 2',
      'E5 Compliance': 'no',
    },
    unconfirmed: 'Plan 1 in E3, which resellers report; a tenant may get it later',
  },
  {
    name: 'Defender for Identity',
    serviceSource: 'microsoftDefenderForIdentity',
    has: { E3: 'no', 'E3 with add-on': 'yes', E5: 'yes', 'E5 Security': 'yes', 'E5 Compliance': 'no' },
  },
  {
    name: 'Defender for Cloud Apps',
    serviceSource: 'microsoftDefenderForCloudApps',
    has: { E3: 'no', 'E3 with add-on': 'yes', E5: 'yes', 'E5 Security': 'yes', 'E5 Compliance': 'yes' },
    unconfirmed: 'E5 Compliance, which the guidance of 2021 names',
  },
  {
    name: 'Entra ID Protection',
    serviceSource: 'azureAdIdentityProtection',
    has: {
      E3: 'no; Entra ID P1',
      'E3 with add-on': 'Entra ID P2',
      E5: 'Entra ID P2',
      'E5 Security': 'Entra ID P2',
      'E5 Compliance': 'no',
    },
  },
  {
    name: 'Purview Data Loss Prevention',
    serviceSource: 'dataLossPrevention',
    has: {
      E3: 'mail and files',
      'E3 with add-on': 'mail, files, Teams and devices',
      E5: 'mail, files, Teams and devices',
      'E5 Security': 'no',
      'E5 Compliance': 'mail, files, Teams and devices',
    },
    unconfirmed: 'devices',
  },
];
