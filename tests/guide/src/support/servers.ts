import { stopAllProcesses } from '../../../e2e/src/support/process.js';
import { closeDevices } from './devices.js';

/** Ends every server of the file; its devices first, so that none has to be drained. */
export async function stopServers(): Promise<void> {
  closeDevices();
  await stopAllProcesses();
}
