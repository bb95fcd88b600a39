import { Device, type DeviceOptions } from '../../../signaling/src/device.js';

const open: Device[] = [];

/** A device of a development account that has begun to connect. */
export function device(url: string, account: string, deviceId: string, options: DeviceOptions = {}): Device {
  const made = new Device(deviceId, url, account, deviceId, options);
  open.push(made);
  return made;
}

/** A device that is connected and in its account's room. */
export async function join(url: string, account: string, deviceId: string): Promise<Device> {
  const made = device(url, account, deviceId);
  await made.next('existing-peers');
  return made;
}

/** Closes all devices of the file. */
export function closeDevices(): void {
  for (const made of open.splice(0)) made.close();
}
