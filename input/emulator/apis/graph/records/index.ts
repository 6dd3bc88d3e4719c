// The logs of the emulated Graph, one line each.

import type { LogKind } from '../log-kind.ts';
import { directoryAudits } from './directory-audits.ts';

export const logKinds: readonly LogKind[] = [directoryAudits];
