import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

import { io, type Socket } from 'socket.io-client';

import { atTheEnd } from './cleanup.js';

export interface Peer {
  readonly userId: string;
  readonly originalUserId: string;
  readonly name?: string;
  readonly publicKey?: string;
}

export interface Refusal {
  readonly code: string;
  readonly message: string;
}

/** A client with the official library. Events are kept until the test asks for them. */
export class Client {
  private readonly events: { name: string; args: unknown[] }[] = [];
  private wake: (() => void) | undefined;

  readonly socket: Socket;

  private constructor(socket: Socket) {
    this.socket = socket;

    socket.onAny((name: string, ...args: unknown[]) => {
      this.note(name, args);
    });
    socket.on('connect', () => {
      this.note('connect', []);
    });
    socket.on('disconnect', (reason) => {
      this.note('disconnect', [reason]);
    });
    socket.on('connect_error', (error: Error & { data?: unknown }) => {
      this.note('connect_error', [error.data ?? { code: 'none', message: error.message }]);
    });
    atTheEnd(() => {
      socket.disconnect();
    });
  }

  static open(url: string, auth: object): Client {
    const socket = io(url, { auth, transports: ['websocket'], reconnection: false, forceNew: true });
    return new Client(socket);
  }

  /** A client that is let in; the account it is in. */
  static async signIn(url: string, auth: object): Promise<{ client: Client; account: string }> {
    const client = Client.open(url, auth);
    const info = (await client.next('server-info')) as { account: string };
    return { client, account: info.account };
  }

  /** The refusal of a client that is not let in. */
  static async refusal(url: string, auth: object): Promise<Refusal> {
    return (await Client.open(url, auth).next('connect_error')) as Refusal;
  }

  /** The first argument of the next event of that name; those of other names before it are dropped. */
  async next(name: string): Promise<unknown> {
    for (;;) {
      const at = this.events.findIndex((event) => event.name === name);
      if (at >= 0) return this.events.splice(0, at + 1).at(-1)?.args[0];
      const end = this.events.find((event) => ['connect_error', 'disconnect'].includes(event.name));
      if (end !== undefined) throw new Error(`${end.name} instead of ${name}: ${JSON.stringify(end.args)}`);
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  /** Joins the account's room; the devices that are there already. */
  async join(): Promise<Peer[]> {
    this.socket.emit('join-account');
    return (await this.next('existing-peers')) as Peer[];
  }

  async ask(event: string, payload: object): Promise<Record<string, unknown>> {
    return (await this.socket.timeout(10_000).emitWithAck(event, payload)) as Record<string, unknown>;
  }

  private note(name: string, args: unknown[]): void {
    this.events.push({ name, args });
    this.wake?.();
  }
}

function field(bytes: Buffer | string): Buffer {
  const body = Buffer.from(bytes);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
}

/** The key of an installation, which signs hellos (docs/signaling-protocol.md). */
export class DeviceKey {
  private readonly privateKey: KeyObject;
  private readonly raw: Buffer;

  constructor() {
    const pair = generateKeyPairSync('ed25519');
    this.privateKey = pair.privateKey;
    this.raw = pair.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
  }

  get publicKey(): string {
    return this.raw.toString('base64url');
  }

  get deviceId(): string {
    return `d_${createHash('sha256').update(this.raw).digest().subarray(0, 16).toString('base64url')}`;
  }

  /** `auth` of a device that proves its key beside a provider's token. */
  async hello(url: string, token: string): Promise<object> {
    const { nonce } = (await (await fetch(`${url}/v1/nonce`)).json()) as { nonce: string };
    const digest = createHash('sha256').update(token).digest();
    const message = Buffer.concat(['pantheon-hello/1', nonce, this.deviceId, digest].map(field));
    const signature = sign(null, message, this.privateKey).toString('base64url');
    return {
      token,
      clientType: 'web',
      deviceId: this.deviceId,
      publicKey: this.publicKey,
      proof: { nonce, signature },
      caps: ['renew', 'link'],
    };
  }

  /** A signed statement about a device of the account. */
  state(content: object): object {
    const payload = Buffer.from(JSON.stringify(content));
    const message = Buffer.concat(['pantheon-statement/1', payload].map(field));
    const signature = sign(null, message, this.privateKey).toString('base64url');
    return { payload: payload.toString('base64url'), by: this.publicKey, signature };
  }
}
