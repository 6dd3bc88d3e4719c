// The Office 365 Management Activity API as the emulator's registry knows it.

import type { EmulatedApi } from '../../api.ts';
import { faultSchemas } from './faults.ts';
import { ManagementActivity } from './management-activity.ts';
import { tenantChanges } from './option-schemas.ts';
import { readLabels, routes } from './routes.ts';

export const managementActivity: EmulatedApi = {
  name: 'management-activity',
  routes,
  // The hosts of the five clouds.
  audiences: [
    'https://manage.office.com',
    'https://manage-gcc.office.com',
    'https://manage.office365.us',
    'https://manage.protection.apps.mil',
    'https://manage.office365.cn',
  ],
  roles: ['ActivityFeed.Read', 'ActivityFeed.ReadDlp'],
  faults: faultSchemas,
  tenantChanges,
  readLabels,
  open: (environment) => new ManagementActivity(environment),
};
