import { once } from 'node:events';
import { io, type Socket } from 'socket.io-client';
import { expect } from 'vitest';
import { WebSocket, type ClientOptions } from 'ws';

/** One message of generation 1, or the first payload of an event. */
export type Message = Readonly<Record<string, unknown>>;

const open: (() => void)[] = [];

/** The id of a development account, which names its server: `dev:<server id>:<account>`. */
export function accountOf(account: string): unknown {
  return expect.stringMatching(new RegExp(`^dev:[\\w-]+:${account}$`));
}

/** Closes every client of this file. */
export async function closeClients(): Promise<void> {
  for (const close of open.splice(0)) close();
  await Promise.resolve();
}

/** What came, by name, until it is asked for. */
class Inbox {
  private readonly kept: (readonly [name: string, message: Message])[] = [];
  private readonly waiting = new Set<() => void>();

  put(name: string, message: Message): void {
    this.kept.push([name, message]);
    for (const wake of this.waiting) wake();
  }

  /** The first of that name that was not taken yet, come or to come. */
  async take(name: string): Promise<Message> {
    for (;;) {
      const at = this.kept.findIndex(([kept]) => kept === name);
      if (at >= 0) return this.kept.splice(at, 1)[0]?.[1] ?? {};
      await new Promise<void>((resolve) => this.waiting.add(resolve));
    }
  }

  count(name: string): number {
    return this.kept.filter(([kept]) => kept === name).length;
  }
}

/** A deployed client or host of generation 1: JSON over a raw WebSocket. */
export class Generation1 {
  readonly inbox = new Inbox();
  readonly closed: Promise<number>;

  readonly socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.socket = socket;

    socket.on('message', (data) => {
      const message = JSON.parse(String(data)) as Message;
      this.inbox.put(String(message['type']), message);
    });
    this.closed = new Promise((resolve) => socket.on('close', (code) => resolve(code)));
    open.push(() => socket.terminate());
  }

  /** Connects to the bare address of the server, as they do, or to a path. */
  static async connect(origin: string, path = '', options: ClientOptions = {}): Promise<Generation1> {
    const socket = new WebSocket(origin.replace('http', 'ws') + path, options);
    const client = new Generation1(socket);
    await once(socket, 'open');
    return client;
  }

  /** Connected, signed in and registered. */
  static async join(
    origin: string,
    account: string,
    peerId: string,
    platform = 'darwin',
  ): Promise<Generation1> {
    const client = await Generation1.connect(origin);
    client.say({ type: 'auth', token: `dev:${account}`, peer_id: peerId });
    await client.next('auth_response');
    client.say({
      type: 'register',
      platform,
      local_ips: ['10.0.0.2'],
      capabilities: ['ollama'],
      user_id: account,
    });
    await client.next('registered');
    return client;
  }

  say(message: Message): void {
    this.socket.send(JSON.stringify(message));
  }

  async next(type: string): Promise<Message> {
    return await this.inbox.take(type);
  }

  /** Asks a peer; resolves with its answer. */
  async ask(to: string, data: Message, requestId: string | number = 'r1'): Promise<Message> {
    this.say({ type: 'peer_request', to_peer_id: to, request_id: requestId, data });
    return await this.next(data['type'] === 'get_models' ? 'models_response' : 'chat_response');
  }

  /** Answers the next request, whatever it is. */
  async answer(data: unknown): Promise<Message> {
    const asked = await this.next('peer_request');
    const { type } = asked['data'] as Message;
    this.say({
      type: type === 'get_models' ? 'models_response' : 'peer_response',
      to_peer_id: asked['from_peer_id'],
      request_id: asked['request_id'],
      success: true,
      data,
    });
    return asked;
  }

  /** Everything the server sent before has arrived when this resolves. */
  async settle(): Promise<void> {
    this.say({ type: 'heartbeat' });
    await this.next('heartbeat_ack');
  }
}

/** A deployed client of generation 2: Socket.IO, no key and no link. */
export class Generation2 {
  readonly inbox = new Inbox();

  readonly socket: Socket;

  private constructor(socket: Socket) {
    this.socket = socket;

    socket.onAny((event: string, payload: unknown) => {
      this.inbox.put(event, Array.isArray(payload) ? { list: payload } : (payload as Message));
    });
    open.push(() => socket.disconnect());
  }

  /** Connected and in its account's room. */
  static async join(origin: string, account: string, deviceId: string): Promise<Generation2> {
    const auth = { token: `dev:${account}`, userId: account, clientType: 'web', deviceId };
    const socket = io(origin, { auth, transports: ['websocket'], forceNew: true, reconnection: false });
    const client = new Generation2(socket);
    socket.emit('join-account');
    await client.next('existing-peers');
    return client;
  }

  async next(event: string): Promise<Message> {
    return await this.inbox.take(event);
  }
}
