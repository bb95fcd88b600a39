import { io } from 'socket.io-client';

/** The parts of simple-peer 9 that are used here; its script puts the constructor on the page. */
interface SimplePeer {
  signal(message: object): void;
  send(data: string): void;
  write(data: string): boolean;
  on(event: 'signal', listener: (message: object) => void): void;
  on(event: 'connect', listener: () => void): void;
  on(event: 'data', listener: (data: Uint8Array) => void): void;
  on(event: 'error', listener: (error: Error) => void): void;
}

interface SimplePeerOptions {
  readonly initiator: boolean;
  readonly config: RTCConfiguration;
}

interface Signal {
  readonly fromUserId: string;
  readonly signal: object;
}

interface Peer {
  readonly userId: string;
  readonly clientType: string;
}

type Message = Readonly<Record<string, unknown>>;

/**
 * A web client as those that are deployed: Socket.IO with a token of its account's provider, simple-peer as initiator,
 * JSON messages.
 */
export class DeployedClient {
  readonly messages: Message[] = [];
  readonly connected: Promise<void>;
  private readonly peer: SimplePeer;
  private readonly waiting = new Map<string, (message: Message) => void>();
  private requests = 0;

  private constructor(origin: string, token: string) {
    const { SimplePeer } = globalThis as unknown as {
      SimplePeer: new (options: SimplePeerOptions) => SimplePeer;
    };
    this.peer = new SimplePeer({ initiator: true, config: { iceServers: [] } });
    const auth = { token, userId: 'alice', clientType: 'web', deviceId: 'alice_web' };
    const socket = io(origin, { auth, transports: ['websocket'] });
    const held: object[] = [];
    let host = '';
    const send = (signal: object): void => {
      if (host === '') held.push(signal);
      else socket.emit('webrtc-signal', { to: host, signal });
    };
    this.peer.on('signal', send);
    socket.on('connect', () => socket.emit('join-account'));
    socket.on('existing-peers', (peers: readonly Peer[]) => {
      host = peers.find(({ clientType }) => clientType !== 'web')?.userId ?? '';
      for (const signal of held.splice(0)) send(signal);
    });
    socket.on('webrtc-signal', ({ signal }: Signal) => this.peer.signal(signal));
    this.peer.on('data', (data) => this.onMessage(JSON.parse(new TextDecoder().decode(data)) as Message));
    this.connected = new Promise((resolve, reject) => {
      this.peer.on('connect', resolve);
      this.peer.on('error', reject);
    });
  }

  /** Joins the account, finds the host, connects. */
  static async connect(origin: string, token: string): Promise<DeployedClient> {
    const client = new DeployedClient(origin, token);
    await client.connected;
    return client;
  }

  /** Asks the host; `send` makes a text message, `write` (the stream's method) a binary one. */
  async ask(type: string, data: unknown, how: 'send' | 'write' = 'send'): Promise<Message> {
    const requestId = `request-${++this.requests}`;
    const answer = new Promise<Message>((resolve) => this.waiting.set(requestId, resolve));
    this.raw(JSON.stringify({ type, requestId, data }), how);
    return await answer;
  }

  /** Sends text as it is. */
  raw(text: string, how: 'send' | 'write' = 'send'): void {
    if (how === 'send') this.peer.send(text);
    else this.peer.write(text);
  }

  /** The first message that no request asked for and of which `type` is that. */
  async pushed(type: string): Promise<Message> {
    for (;;) {
      const found = this.messages.find((message) => message['type'] === type);
      if (found !== undefined) return found;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  private onMessage(message: Message): void {
    const answered = this.waiting.get(String(message['requestId']));
    if (answered === undefined) this.messages.push(message);
    else answered(message);
  }
}
