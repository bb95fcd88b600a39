import type {
  AccountDevice,
  ClientError,
  ClientState,
  Host,
  OwnDevice,
  PairResult,
  ServerInfo,
} from '@pantheon/client';
import type { ClientLike, InterimHead, LinkLike } from '../state/client-like.js';

/** What a request is answered with. */
export type Reply = (
  init: RequestInit & { readonly onInterim?: (head: InterimHead) => void },
) => Promise<Response>;

/** Everything a scripted client is told to be. */
export interface Script {
  readonly state: ClientState;
  readonly paired: boolean;
  readonly error?: ClientError;
  readonly hosts: readonly Host[];
  readonly devices: readonly AccountDevice[];
  /** Thrown by pair(); without it pairing succeeds. `pending`: it never ends. */
  readonly pairing?: ClientError | 'pending';
  readonly reply: Reply;
  /** Of the server; `home` by default. */
  readonly mode?: ServerInfo['mode'];
}

const device: OwnDevice = { deviceId: 'browser', name: 'Chrome on Android', publicKey: 'AAAA' };

/** A client that is whatever its script says: for tests of what the pages show. */
export class ScriptedClient implements ClientLike {
  readonly ready = Promise.resolve();
  readonly account = 'account';
  readonly device = device;
  readonly persistent = true;
  private readonly listeners = new Set<() => void>();

  private script: Script;

  constructor(script: Script) {
    this.script = script;
  }

  get state(): ClientState {
    return this.script.state;
  }
  get paired(): boolean {
    return this.script.paired;
  }
  get error(): ClientError | undefined {
    return this.script.error;
  }
  get server(): ServerInfo {
    return { version: '0.1.0', mode: this.script.mode ?? 'home', devTokens: false };
  }
  get hosts(): readonly Host[] {
    return this.script.hosts;
  }

  /** Becomes something else, and tells so. */
  become(change: Partial<Script>): void {
    this.script = { ...this.script, ...change };
    for (const listener of [...this.listeners]) listener();
  }

  start(): Promise<void> {
    return Promise.resolve();
  }
  pair(): Promise<PairResult> {
    const { pairing } = this.script;
    if (pairing === 'pending') return new Promise(() => undefined);
    if (pairing !== undefined) return Promise.reject(pairing);
    this.become({ paired: true, state: 'online' });
    return Promise.resolve({ account: 'account', hostName: 'Workstation', hostDeviceId: 'workstation' });
  }
  connect(_hostDeviceId: string): Promise<LinkLike> {
    return Promise.resolve({ fetch: (_path, init) => this.script.reply(init) });
  }
  refreshModels(): Promise<void> {
    return Promise.resolve();
  }
  listDevices(): Promise<readonly AccountDevice[]> {
    return Promise.resolve(this.script.devices);
  }
  revokeDevice(deviceId: string): Promise<void> {
    this.become({ devices: this.script.devices.filter((one) => one.deviceId !== deviceId) });
    return Promise.resolve();
  }
  forget(): Promise<void> {
    this.become({ paired: false, state: 'unpaired', hosts: [] });
    return Promise.resolve();
  }
  retryNow(): void {
    this.become({ state: 'online' });
  }
  on(_event: 'state' | 'hosts', listener: () => void): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }
}
