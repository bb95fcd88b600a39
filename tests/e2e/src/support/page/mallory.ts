import { Peer, type PeerOptions } from '../../../../../packages/client/src/peer/peer.js';

type Signal = Readonly<Record<string, unknown>>;

/**
 * Someone in between: answers the victim's offer with a connection of its own, makes another to the host, and carries
 * every byte from one to the other. What a signaling server could do whose owner is hostile.
 */
class Mallory {
  private readonly toVictim: Peer;
  private readonly toHost: Peer;

  private readonly emit: (to: 'victim' | 'host', signal: object) => void;

  /** `emit` passes a signal on as if the other side had sent it. */
  constructor(emit: (to: 'victim' | 'host', signal: object) => void) {
    this.emit = emit;

    const options: Omit<PeerOptions, 'initiator'> = { iceServers: [], connectTimeoutMs: 10_000 };
    this.toVictim = new Peer({ ...options, initiator: false });
    this.toHost = new Peer({ ...options, initiator: true });
    this.toVictim.on('signal', (signal) => this.emit('victim', signal));
    this.toHost.on('signal', (signal) => this.emit('host', signal));
    const early: unknown[] = [];
    const channels = new Map<Peer, RTCDataChannel>();
    for (const [peer, other] of [
      [this.toVictim, this.toHost],
      [this.toHost, this.toVictim],
    ] as const) {
      peer.on('open', ({ channel }) => {
        channels.set(peer, channel);
        channel.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
          const out = channels.get(other);
          if (out === undefined) early.push(data);
          else out.send(data);
        };
        if (peer === this.toHost) for (const data of early.splice(0)) channel.send(data as ArrayBuffer);
      });
    }
  }

  /** A signal that was on its way. */
  signal(from: 'victim' | 'host', signal: Signal): void {
    (from === 'victim' ? this.toVictim : this.toHost).signal(signal);
  }
}

declare global {
  interface Window {
    /** Given by the test: passes a payload of `webrtc-signal` on. */
    say: (to: 'victim' | 'host', payload: object) => void;
    /** Called by the test with each signal it holds back. */
    intercepted: (from: 'victim' | 'host', signal: Signal, host: Signal) => void;
  }
}

/** Makes this page the one in between, from the first signal it is given on. */
export function startMallory(): void {
  let host: Signal = {};
  let mallory: Mallory | undefined;
  window.intercepted = (from, signal, address) => {
    host = address;
    mallory ??= new Mallory((to, message) => {
      const sender = { fromUserId: host['to'], fromSocketId: host['toSocketId'] };
      window.say(to, { ...(to === 'victim' ? sender : host), signal: message });
    });
    mallory.signal(from, signal);
  };
}
