#!/usr/bin/env node
// The command `m365`. This file must be understood by every Node that people have.

import { fileURLToPath } from 'node:url';
import { isOldNode, runWithOwnNode } from './launcher/find-node.js';

if (isOldNode) runWithOwnNode(fileURLToPath(import.meta.url));
else await import('./launcher/start-m365.js');
