// Runs the emulator in a process of its own: its options come as the first argument, its address leaves by IPC.

import { startEmulator } from '../../input/emulator/index.ts';

const emulator = await startEmulator(JSON.parse(process.argv[2] ?? '{}'));
process.send?.({ url: emulator.url, tenants: emulator.tenants });
process.on('disconnect', () => process.exit(0));
