// The log types of Microsoft Graph, one line each.

import type { LogType } from '../log-type.ts';
import { alerts } from './alerts.ts';
import { directoryAudits } from './directory-audits.ts';
import { incidents } from './incidents.ts';
import { messageTrace } from './message-trace.ts';
import { provisioning } from './provisioning.ts';
import { riskDetections } from './risk-detections.ts';
import { serviceHealth } from './service-health.ts';
import { signIns } from './sign-ins.ts';

export const logTypes: readonly LogType[] = [
  signIns,
  directoryAudits,
  provisioning,
  riskDetections,
  alerts,
  incidents,
  serviceHealth,
  messageTrace,
];
