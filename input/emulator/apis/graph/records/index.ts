// The logs of the emulated Graph, one line each.

import type { LogKind } from '../log-kind.ts';
import { messageCentre, serviceIssues, serviceOverviews } from './announcements.ts';
import { directoryAudits } from './directory-audits.ts';
import { messageTraces } from './message-traces.ts';
import { provisioning } from './provisioning.ts';
import { riskDetections } from './risk-detections.ts';
import { alerts, incidents } from './security.ts';
import { signIns } from './sign-ins.ts';

export const logKinds: readonly LogKind[] = [
  ...signIns,
  directoryAudits,
  provisioning,
  riskDetections,
  alerts,
  incidents,
  serviceOverviews,
  serviceIssues,
  messageCentre,
  messageTraces,
];

/** The names by which a tenant is given what is in each. */
export const graphLogNames: readonly string[] = logKinds.map(({ name }) => name);
