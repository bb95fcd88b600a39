import { Device, type DeviceOptions, type PeerEntry, type Signalled } from './device.js';

/** What one round of signals is about; sent as the signal's text. */
interface Hello {
  readonly round: number;
  readonly from: string;
  /** How the host addresses its answer: as deployed ones do, or as ours does. */
  readonly by: 'device' | 'socket';
}

/** What went wrong. */
interface Wrong {
  /** Reached a socket that it was not for. */
  readonly astray: string[];
  /** Acknowledged, both sides stayed connected, and yet it did not come. */
  readonly lost: string[];
  /** Neither delivered nor refused. */
  readonly silent: string[];
  /** Refusals with another code than peer_unavailable. */
  readonly refused: string[];
  /** Disconnects that the server wanted, and refused connects. */
  readonly kicked: string[];
  /** What the watcher was told: nobody leaves. */
  readonly left: readonly unknown[];
  /** And everybody joins once, unless it polls: such a client may be back before the server has heard that it went. */
  readonly joinedAgain: readonly unknown[];
}

export const NOTHING_WRONG: Wrong = {
  astray: [],
  lost: [],
  silent: [],
  refused: [],
  kicked: [],
  left: [],
  joinedAgain: [],
};

/** Phones have addresses of their own, what is at home shares one; two began with long-polling, and one stays there. */
const WEB: Readonly<Record<string, Pick<DeviceOptions, 'transports'> & { readonly address: string }>> = {
  'phone-1': { address: '192.0.2.11' },
  'phone-2': { address: '192.0.2.12', transports: ['polling'] },
  'tab-1': { address: '192.0.2.13' },
  'tab-2': { address: '192.0.2.13', transports: ['polling', 'websocket'] },
};
const HOST = { address: '192.0.2.13' };
const MEMBERS = Object.keys(WEB).length + 1;
const ON_WEB_SOCKET = 3;

/** So that all of them stay within what a server allows by default: a round is up to four signals of the host. */
const BETWEEN_ROUNDS_MS = [40, 110] as const;
const BETWEEN_DROPS_MS = [100, 1_500] as const;

function random(from: number, to: number): number {
  return from + Math.floor(Math.random() * (to - from));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function helloOf(payload: unknown): { readonly hello: Hello; readonly signalled: Signalled } {
  const signalled = payload as Signalled;
  return { hello: JSON.parse(signalled.signal as string) as Hello, signalled };
}

/**
 * Two phones and two tabs share one older device id, a host has another, and a watcher sees it all. Everyone but the
 * watcher loses the connection again and again, at random; meanwhile each asks the host, which answers.
 */
export class Soak {
  readonly result = { rounds: 0, answered: 0, drops: 0 };
  readonly watcher: Device;
  readonly host: Device;
  private readonly web: readonly Device[];
  private readonly got = new Set<string>();
  private readonly hostAnswers = new Map<string, Promise<boolean>>();
  private readonly astray: string[] = [];
  private readonly lost: string[] = [];
  private readonly silent: string[] = [];
  private readonly refused: string[] = [];
  private readonly kicked: string[] = [];
  /** Sockets of those that poll, or did before they upgraded. */
  private readonly polling = new Set<string>();
  private over = false;

  private readonly origin: string;

  constructor(origin: string) {
    this.origin = origin;

    this.watcher = new Device('watcher', origin, 'anna', 'anna_watch');
    this.host = this.device('host', 'anna_electron', HOST);
    this.web = Object.entries(WEB).map(([name, how]) => this.device(name, 'anna_web', how));
    this.host.socket.on('webrtc-signal', (payload: unknown) => {
      const { hello, signalled } = helloOf(payload);
      this.hostAnswers.set(this.key(hello), this.answer(hello, signalled));
    });
    for (const device of this.web) {
      device.socket.on('webrtc-signal', (payload: unknown) => {
        const { hello } = helloOf(payload);
        if (hello.from !== device.name) this.astray.push(`${hello.from} to ${device.name}`);
        else this.got.add(this.key(hello));
      });
    }
  }

  async run(ms: number): Promise<void> {
    await this.everyone();
    const end = Date.now() + ms;
    const breaking = [this.host, ...this.web].map((device) => this.breakNowAndThen(device, end));
    while (Date.now() < end) {
      await this.round();
      await pause(random(...BETWEEN_ROUNDS_MS));
    }
    this.over = true;
    await Promise.all(breaking);
    await this.everyone();
  }

  /** All that went wrong so far. */
  get wrong(): Wrong {
    const { astray, lost, silent, refused, kicked } = this;
    const left = this.watcher.all('peer-left');
    const joined = this.watcher.all('peer-joined') as readonly PeerEntry[];
    const joinedAgain = joined.filter(({ socketId }) => !this.polling.has(socketId)).slice(ON_WEB_SOCKET);
    return { astray, lost, silent, refused, kicked, left, joinedAgain };
  }

  close(): void {
    for (const device of [this.watcher, this.host, ...this.web]) device.close();
  }

  /** Returns when all have joined. */
  private async everyone(): Promise<void> {
    for (;;) {
      const list = await this.watcher.list();
      if (list.length === MEMBERS && list.every((peer) => peer.online !== false)) return;
      await pause(100); // lists are limited, too
    }
  }

  private device(name: string, deviceId: string, { address, transports }: (typeof WEB)[string]): Device {
    const device = new Device(name, this.origin, 'anna', deviceId, {
      reconnection: true,
      headers: { 'x-forwarded-for': address },
      ...(transports === undefined ? {} : { transports }),
    });
    device.socket.on('connect', () => {
      if (transports?.includes('polling') === true) this.polling.add(device.id);
    });
    device.socket.on('disconnect', (reason) => {
      if (reason === 'io server disconnect') this.kicked.push(`${name}: ${reason}`);
    });
    device.socket.on('connect_error', (error) => this.kicked.push(`${name}: ${error.message}`));
    return device;
  }

  private async breakNowAndThen(device: Device, end: number): Promise<void> {
    for (;;) {
      await pause(random(...BETWEEN_DROPS_MS));
      if (this.over || Date.now() > end) return;
      if (!device.socket.connected) continue;
      this.result.drops++;
      device.drop();
    }
  }

  /** One asks and is answered by the older id, or all ask at once and are answered by socket. */
  private async round(): Promise<void> {
    const round = this.result.rounds++;
    const online = this.web.filter(({ socket }) => socket.connected);
    const alone = online[random(0, online.length)];
    if (alone === undefined) return await pause(5);
    const asking = Math.random() < 0.5 ? [alone] : online;
    const by = asking.length === 1 ? 'device' : 'socket';
    await Promise.all(asking.map((device) => this.exchange(device, { round, from: device.name, by })));
  }

  private async exchange(device: Device, hello: Hello): Promise<void> {
    const [self, host] = [device.id, this.host.id];
    const stayed = (): boolean => device.id === self && device.socket.connected;
    const sent = await this.tell(device, { to: 'anna_electron', signal: JSON.stringify(hello) });
    const hostStayed = (): boolean => this.host.id === host && this.host.socket.connected;
    if (sent) {
      // What the host was sent before its own next acknowledgement has come when that has.
      const asked = this.hostAnswers.has(this.key(hello));
      if (!asked && hostStayed()) await this.tell(this.host, { to: 'nobody', signal: 'mark' });
      const answered = await this.hostAnswers.get(this.key(hello));
      if (answered === undefined && hostStayed()) this.lost.push(`offer ${this.key(hello)}`);
      if (answered === true && stayed()) {
        if (!this.got.has(this.key(hello))) await this.tell(device, { to: 'nobody', signal: 'mark' });
        if (this.got.has(this.key(hello))) this.result.answered++;
        else if (stayed()) this.lost.push(`answer ${this.key(hello)}`);
      }
    }
    if (!sent) await this.untilOver(hello, device);
    this.got.delete(this.key(hello));
    this.hostAnswers.delete(this.key(hello));
  }

  /**
   * The connection broke before the acknowledgement, and the hello may have gone through all the same. Its answer by the
   * older id is meant for whoever asked last: until it is on its way, nobody else may ask.
   */
  private async untilOver(hello: Hello, device: Device): Promise<void> {
    const { socket } = device;
    if (!socket.connected) await new Promise<void>((resolve) => socket.once('connect', resolve));
    await this.tell(device, { to: 'nobody', signal: 'mark' });
    if (this.host.socket.connected) await this.tell(this.host, { to: 'nobody', signal: 'mark' });
    await this.hostAnswers.get(this.key(hello));
  }

  private async answer(hello: Hello, { fromUserId, fromSocketId }: Signalled): Promise<boolean> {
    const signal = JSON.stringify(hello);
    const to = hello.by === 'device' ? { to: fromUserId } : { to: fromUserId, toSocketId: fromSocketId };
    return await this.tell(this.host, { ...to, signal });
  }

  /** Sends a signal: true when it was passed on. Whoever stays connected must get an answer. */
  private async tell(device: Device, payload: object): Promise<boolean> {
    const self = device.id;
    try {
      const answer = await device.ask('webrtc-signal', payload);
      if (!answer.ok && answer.code !== 'peer_unavailable') {
        this.refused.push(`${device.name}: ${answer.code ?? ''}`);
      }
      return answer.ok;
    } catch {
      if (device.id === self && device.socket.connected) this.silent.push(device.name);
      return false;
    }
  }

  private key({ round, from }: Hello): string {
    return `${round} ${from}`;
  }
}
