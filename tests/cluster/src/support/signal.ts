import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { io, type Socket } from 'socket.io-client';
import { Program, ROOT } from './process.js';
import { Redis } from './redis.js';

export const BINARY = resolve(ROOT, process.env['PANTHEON_BINARY'] ?? 'build/dev/src/cli/pantheon');

const folders: string[] = [];

/** A data folder; removed by removeFolders(). */
export function dataFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pantheon-cluster-'));
  folders.push(folder);
  return folder;
}

export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** A node's process; `line()` of it waits for what it says. The lease `default` is the one that it has by itself. */
export function launchNode(
  redis: Pick<Redis, 'url'>,
  data: string,
  lease = '1s',
  more: readonly string[] = [],
): Program {
  const where = ['--bind', '127.0.0.1', '--port', '0', '--data', data, '--no-stun'];
  const cluster = ['--redis-url', redis.url, ...(lease === 'default' ? [] : ['--cluster-lease', lease])];
  const limits = ['--connects-per-second', '1000'];
  return new Program(BINARY, ['signal', '--dev', ...where, ...cluster, ...limits, ...more]);
}

/** A running `pantheon signal --dev` that has other nodes. */
export class SignalNode {
  readonly program: Program;
  readonly url: string;

  private constructor(program: Program, url: string) {
    this.program = program;
    this.url = url;
  }

  static async start(redis: Redis, data: string, lease?: string): Promise<SignalNode> {
    return await SignalNode.of(launchNode(redis, data, lease));
  }

  /** Of a program that has been started. */
  static async of(program: Program): Promise<SignalNode> {
    const [, url = ''] = await program.line(/^Signaling on (\S+)/);
    return new SignalNode(program, url);
  }

  async health(): Promise<Health> {
    return (await (await fetch(`${this.url}/health`)).json()) as Health;
  }

  /** What `/ready` says: nothing stands in the way, or this. */
  async obstacles(): Promise<readonly string[]> {
    const answer = await fetch(`${this.url}/ready`);
    const { reasons = [] } = (await answer.json()) as { reasons?: string[] };
    if (answer.ok !== (reasons.length === 0)) throw new Error(`${answer.status}: ${reasons.join()}`);
    return reasons;
  }
}

/** Two nodes with one Redis and one data folder. */
export interface TwoNodes {
  readonly redis: Redis;
  readonly data: string;
  readonly a: SignalNode;
  readonly b: SignalNode;
}

export async function startTwoNodes(): Promise<TwoNodes> {
  const redis = await Redis.start();
  const data = dataFolder();
  const a = await SignalNode.start(redis, data);
  const b = await SignalNode.start(redis, data);
  return { redis, data, a, b };
}

export interface Health {
  readonly status: string;
  readonly connectedUsers: number;
  readonly cluster: {
    readonly ready: boolean;
    readonly nodes: number;
    readonly code?: string;
    readonly message?: string;
  };
}

type Payload = Readonly<Record<string, unknown>>;
const EVENTS = [
  'peer-joined',
  'peer-left',
  'existing-peers',
  'peer-list',
  'webrtc-signal',
  'models-requested',
];
const MORE = [
  'peer-models-updated',
  'device-revoked',
  'pairing-request',
  'error',
  'server-info',
  'disconnect',
];
const open = new Set<Device>();

/** A device as clients of generation 2 are: it joins, and keeps what it is told. */
export class Device {
  readonly heard: [event: string, payload: unknown][] = [];
  private readonly waiting = new Set<() => void>();

  readonly socket: Socket;

  private constructor(socket: Socket) {
    this.socket = socket;

    open.add(this);
    for (const event of [...EVENTS, ...MORE]) {
      socket.on(event, (payload: unknown) => {
        this.heard.push([event, payload]);
        for (const wake of [...this.waiting]) wake();
      });
    }
  }

  static async connect(
    node: SignalNode,
    account: string,
    deviceId: string,
    auth: Payload = {},
  ): Promise<Device> {
    const socket = io(node.url, {
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      auth: { token: `dev:${account}`, clientType: 'electron', deviceId, ...auth },
    });
    const device = new Device(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
    });
    return device;
  }

  /** Connects and joins; resolves when it knows who is here. */
  static async join(
    node: SignalNode,
    account: string,
    deviceId: string,
    auth: Payload = {},
  ): Promise<Device> {
    const device = await Device.connect(node, account, deviceId, auth);
    device.socket.emit('join-account');
    await device.next('existing-peers');
    return device;
  }

  get id(): string {
    return this.socket.id ?? '';
  }

  /** The last list of peers, as it came. */
  get lastList(): readonly { readonly userId: string; readonly online: boolean }[] {
    const lists = this.heard.filter(([event]) => event === 'existing-peers' || event === 'peer-list');
    return (lists.at(-1)?.[1] ?? []) as { userId: string; online: boolean }[];
  }
  /** Devices that were in the last list. */
  get peers(): string[] {
    return this.lastList.map(({ userId }) => userId).sort();
  }

  /** A fresh list. */
  async list(): Promise<string[]> {
    this.forget('peer-list');
    this.socket.emit('request-peer-list');
    await this.next('peer-list');
    return this.peers;
  }

  /** The next event of that name since it was last taken. */
  async next(event: string): Promise<Payload> {
    for (;;) {
      const index = this.heard.findIndex(([name]) => name === event);
      const found = this.heard[index];
      if (found !== undefined) {
        if (event !== 'existing-peers' && event !== 'peer-list') this.heard.splice(index, 1);
        return found[1] as Payload;
      }
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.waiting.delete(wake);
          resolve();
        };
        this.waiting.add(wake);
      });
    }
  }

  count(event: string): number {
    return this.heard.filter(([name]) => name === event).length;
  }

  forget(event: string): void {
    for (let i = this.heard.length - 1; i >= 0; i--)
      if (this.heard[i]?.[0] === event) this.heard.splice(i, 1);
  }

  /** As if its network had gone: the server is not told. */
  drop(): void {
    this.socket.io.engine.close();
  }
}

export function disconnectDevices(): void {
  for (const device of open) device.socket.disconnect();
  open.clear();
}

/** Asks until it is so. */
export async function becomes(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 25));
}
