import { io, type Socket } from 'socket.io-client';

/** What a failed event is answered with. */
export interface Refusal {
  readonly code?: string;
  readonly message?: string;
  readonly event?: string;
  readonly targetUserId?: string;
  readonly retryAfterMs?: number;
}
/** An acknowledgement. */
export interface Answer extends Refusal {
  readonly ok: boolean;
}
/** An entry of the lists of peers. */
export interface PeerEntry {
  readonly userId: string;
  readonly socketId: string;
  readonly online?: boolean;
}
/** A relayed signal. */
export interface Signalled {
  readonly fromUserId: string;
  readonly fromSocketId: string;
  readonly signal: unknown;
}

const ANSWER_MS = 5_000;

export interface DeviceOptions {
  readonly reconnection?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  /** WebSocket alone by default, as deployed clients do. */
  readonly transports?: readonly ('websocket' | 'polling')[];
  /** What it says it can do; older ones say nothing. */
  readonly caps?: readonly string[];
}

/** A device of an account as deployed ones are: over the official client. Joins its room at each connect. */
export class Device {
  readonly socket: Socket;
  /** Reasons of all disconnects so far. */
  readonly disconnects: string[] = [];
  private readonly heard: (readonly [event: string, payload: unknown])[] = [];
  private readonly waiting = new Set<() => void>();

  readonly name: string;
  readonly deviceId: string;

  constructor(name: string, origin: string, account: string, deviceId: string, options: DeviceOptions = {}) {
    this.name = name;
    this.deviceId = deviceId;

    const clientType = deviceId.endsWith('_electron') ? 'electron' : 'web';
    this.socket = io(origin, {
      auth: {
        token: `dev:${account}`,
        userId: account,
        clientType,
        deviceId,
        ...(options.caps === undefined ? {} : { caps: options.caps }),
      },
      transports: [...(options.transports ?? ['websocket'])],
      forceNew: true,
      reconnection: options.reconnection ?? false,
      reconnectionDelay: 20,
      reconnectionDelayMax: 200,
      ...(options.headers === undefined ? {} : { extraHeaders: options.headers }),
    });
    this.socket.on('connect', () => this.socket.emit('join-account'));
    this.socket.on('disconnect', (reason) => {
      this.disconnects.push(reason);
      this.note('disconnect', reason);
    });
    this.socket.on('connect_error', (error) => this.note('connect_error', error.message));
    this.socket.onAny((event: string, payload: unknown) => this.note(event, payload));
  }

  /** A connected device that has seen its room. */
  static async join(origin: string, account: string, deviceId: string, name = deviceId): Promise<Device> {
    const device = new Device(name, origin, account, deviceId);
    await device.next('existing-peers');
    return device;
  }

  get id(): string {
    return this.socket.id ?? '';
  }

  /** The payloads of all events of that name so far. */
  all(event: string): readonly unknown[] {
    return this.heard.filter(([name]) => name === event).map(([, payload]) => payload);
  }

  /** The payload of the first event of that name that comes after the `seen` ones before it. */
  async next(event: string, seen = 0): Promise<unknown> {
    for (;;) {
      const found = this.all(event);
      if (found.length > seen) return found[seen];
      await new Promise<void>((resolve) => this.waiting.add(resolve));
    }
  }

  /** The acknowledgement; rejects when the socket is cut first. */
  async ask(event: string, payload?: unknown): Promise<Answer> {
    return (await this.socket.timeout(ANSWER_MS).emitWithAck(event, payload)) as Answer;
  }

  /** The list of the others, as of now. */
  async list(): Promise<readonly PeerEntry[]> {
    const seen = this.all('peer-list').length;
    this.socket.emit('request-peer-list');
    return (await this.next('peer-list', seen)) as readonly PeerEntry[];
  }

  /** Breaks the connection without a goodbye; a device that reconnects does so by itself. */
  drop(): void {
    this.socket.io.engine.close();
  }

  close(): void {
    this.socket.disconnect();
  }

  private note(event: string, payload: unknown): void {
    this.heard.push([event, payload]);
    const waiting = [...this.waiting];
    this.waiting.clear();
    for (const wake of waiting) wake();
  }
}
