import { Agent, request as send } from 'node:http';
import { Program } from './process.js';
import { BINARY, Device, SignalNode } from './signal.js';

type Payload = Readonly<Record<string, unknown>>;

/** What session ids of the first four shards begin with. */
const MARKS = 'ABCD';
const ATTEMPTS = 32;

/** A running `pantheon signal --dev` of four shards. */
export async function startShards(data: string, ...options: readonly string[]): Promise<SignalNode> {
  const where = ['--bind', '127.0.0.1', '--port', '0', '--data', data, '--no-stun', '--shards', '4'];
  const rates = ['--connects-per-second', '1000', '--requests-per-second', '1000'];
  return await SignalNode.of(new Program(BINARY, ['signal', '--dev', ...where, ...rates, ...options]));
}

/** The shard that holds a device's session. */
export function shardOf(device: Device): number {
  const { id } = device.socket.io.engine as unknown as { readonly id: string };
  return MARKS.indexOf(id.charAt(0));
}

/** Connects until the session is on that shard, which takes a few attempts, and joins. */
export async function joinOn(
  shard: number,
  node: SignalNode,
  account: string,
  deviceId: string,
  auth: Payload = {},
): Promise<Device> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const device = await Device.connect(node, account, deviceId, auth);
    if (shardOf(device) === shard) {
      device.socket.emit('join-account');
      await device.next('existing-peers');
      return device;
    }
    device.socket.disconnect();
  }
  throw new Error(`no connection came to shard ${shard}`);
}

export interface Reply {
  readonly status: number;
  readonly body: string;
}

/** One request over a TCP connection of its own. */
export async function overNewConnection(url: string, body?: string): Promise<Reply> {
  const method = body === undefined ? 'GET' : 'POST';
  const headers = body === undefined ? {} : { 'Content-Type': 'text/plain;charset=UTF-8' };
  return await new Promise((resolve, reject) => {
    const request = send(url, { method, headers, agent: new Agent({ keepAlive: false }) }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts).toString() });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** A Socket.IO client that polls, each time over another TCP connection. */
export class PollingClient {
  private readonly packets: string[] = [];
  private readonly url: string;

  private constructor(url: string) {
    this.url = url;
  }

  static async connect(node: SignalNode, account: string, deviceId: string): Promise<PollingClient> {
    const at = `${node.url}/socket.io/?EIO=4&transport=polling`;
    const opened = JSON.parse((await overNewConnection(at)).body.slice(1)) as { readonly sid: string };
    const client = new PollingClient(`${at}&sid=${opened.sid}`);
    const auth = { token: `dev:${account}`, clientType: 'electron', deviceId };
    await client.post(`40${JSON.stringify(auth)}`);
    await client.nextPacket((packet) => packet.startsWith('40'));
    return client;
  }

  async emit(event: string, payload?: unknown): Promise<void> {
    await this.post(`42${JSON.stringify(payload === undefined ? [event] : [event, payload])}`);
  }

  /** The payload of the next event of that name; those before it are dropped. */
  async next(event: string): Promise<unknown> {
    const start = `42["${event}"`;
    const packet = await this.nextPacket((text) => text.startsWith(start));
    return (JSON.parse(packet.slice(2)) as unknown[])[1];
  }

  private async post(packet: string): Promise<void> {
    const { status, body } = await overNewConnection(this.url, packet);
    if (status !== 200) throw new Error(`POST: ${status} ${body}`);
  }

  private async nextPacket(wanted: (packet: string) => boolean): Promise<string> {
    for (;;) {
      while (this.packets.length > 0) {
        const packet = this.packets.shift() ?? '';
        if (wanted(packet)) return packet;
      }
      const { status, body } = await overNewConnection(this.url);
      if (status !== 200) throw new Error(`GET: ${status} ${body}`);
      this.packets.push(...body.split('\x1e'));
      if (this.packets.includes('2')) await this.post('3');
    }
  }
}
