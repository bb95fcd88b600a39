// Runs in the browser: simple-peer connections, started and fed by the tests, which hear of them through `report`.

interface Signal {
  type: string;
  sdp?: string;
  link?: number;
}

/** The part of simple-peer 9 that is used here. */
interface SimplePeerInstance {
  signal(signal: unknown): void;
  send(message: string | Uint8Array): void;
  destroy(): void;
  on(event: string, handler: (value: unknown) => void): void;
}
type SimplePeerClass = new (options: { initiator: boolean }) => SimplePeerInstance;

interface Waiting {
  resolve: (size: number) => void;
  expected: string | Uint8Array;
}

const page = window as unknown as {
  SimplePeer: SimplePeerClass;
  report: (event: string) => Promise<void>;
  peers: object;
};
const peers = new Map<string, { peer: SimplePeerInstance; waiting?: Waiting }>();

const report = (event: string, id: string, rest: object = {}): void =>
  void page.report(JSON.stringify({ event, peer: id, ...rest }));

const sizeIfEqual = (received: Uint8Array, expected: string | Uint8Array): number => {
  const bytes = typeof expected === 'string' ? new TextEncoder().encode(expected) : expected;
  const same = received.length === bytes.length && bytes.every((byte, i) => byte === received[i]);
  return same ? bytes.length : -1;
};

const start = (id: string, initiator: boolean): void => {
  const began = performance.now();
  const peer = new page.SimplePeer({ initiator });
  const entry: { peer: SimplePeerInstance; waiting?: Waiting } = { peer };
  peers.set(id, entry);
  peer.on('signal', (signal) => {
    const extra = (signal as Signal).sdp === undefined ? {} : { link: 1 };
    report('signal', id, { signal: { ...(signal as Signal), ...extra } });
  });
  peer.on('connect', () => report('open', id, { connect_ms: performance.now() - began }));
  peer.on('close', () => report('closed', id));
  peer.on('error', (error) => report('error', id, { error: String(error) }));
  peer.on('data', (data) => entry.waiting?.resolve(sizeIfEqual(data as Uint8Array, entry.waiting.expected)));
};

/** Sends a message that the other side sends back; its size when it came back unchanged, else -1. */
const echo = (id: string, message: string | Uint8Array): Promise<number> =>
  new Promise((resolve, reject) => {
    const entry = peers.get(id);
    if (entry === undefined) return reject(new Error(`no peer ${id}`));
    entry.waiting = { resolve, expected: message };
    entry.peer.send(message);
  });

page.peers = {
  start,
  echoText: (id: string, text: string) => echo(id, text),
  echoBytes: (id: string, size: number) =>
    echo(
      id,
      Uint8Array.from({ length: size }, (_, i) => i % 251),
    ),
  signal: (id: string, signal: unknown) => peers.get(id)?.peer.signal(signal),
  close: (id: string) => peers.get(id)?.peer.destroy(),
};
