// The log types of Microsoft Graph, one line each.

import type { LogType } from '../log-type.ts';
import { directoryAudits } from './directory-audits.ts';

export const logTypes: readonly LogType[] = [directoryAudits];
