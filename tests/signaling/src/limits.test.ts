import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { PollingSession } from '../../socketio/src/polling-session.js';
import { flood } from './abuse.js';
import { Device, type Refusal } from './device.js';
import { Signal } from './program.js';

/** What the log says of an abuser: of one whose events came one after another, or of one that sent thousands at once. */
const CUT = /kept sending far too many events|connection closed: rate_limited/;
const ENOUGH_ABUSERS = 20;
/** How much longer a signal may take while others are abusive: so many times, and as long as one of them is there till it is cut. */
const LATER = 3;
const LONGEST_STALL_MS = 150;
const AGAIN = { retry: 2 };

let signal: Signal;
const devices: Device[] = [];
afterEach(async () => {
  for (const device of devices.splice(0)) device.close();
  await signal.stop();
});

async function join(account: string, deviceId: string): Promise<Device> {
  const device = await Device.join(signal.origin, account, deviceId);
  devices.push(device);
  return device;
}

/** Connects once, as a client of `from` behind a proxy; why it was refused, or undefined when it was let in. */
async function outcome(deviceId: string, from?: string): Promise<Refusal | undefined> {
  const headers: Record<string, string> = from === undefined ? {} : { 'x-forwarded-for': from };
  const device = new Device(deviceId, signal.origin, 'anna', deviceId, { headers, caps: [] });
  devices.push(device);
  return await new Promise((resolve) => {
    device.socket.once('connect', () => resolve(undefined));
    device.socket.once('connect_error', (error: Error & { data?: Refusal }) => resolve(error.data));
  });
}

/** The time in ms that a signal takes from one device to the other's socket; so many, one after another. */
async function latencies(from: Device, to: Device, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const begun = performance.now();
    const seen = to.all('webrtc-signal').length;
    from.socket.emit('webrtc-signal', { to: 'bob_electron', signal: { i } });
    await to.next('webrtc-signal', seen);
    times.push(performance.now() - begun);
    await setTimeout(SPACING_MS); // within the rate
  }
  return times;
}
const SPACING_MS = 25;

/** The value that so much of them is below. */
function quantile(times: readonly number[], part: number): number {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length * part)] ?? NaN;
}

const SEND_QUEUE = 256 * 1024;
const SMALL_QUEUE = ['--max-send-queue', '256KiB', '--max-models-size-per-account', '128KiB'];
const SIGNAL = 'x'.repeat(60_000);
/** More than any queue and buffer holds. */
const MOST_SIGNALS = 2_000;

/** Sends signals to `bob_electron` until one is refused; how many bytes of them were not, and the code. */
async function writeUntilRefused(writer: Device): Promise<{ sent: number; code: string | undefined }> {
  for (let i = 0; i < MOST_SIGNALS; i++) {
    const { code } = await writer.ask('webrtc-signal', { to: 'bob_electron', signal: SIGNAL });
    if (code !== undefined) return { sent: i * SIGNAL.length, code };
  }
  return { sent: MOST_SIGNALS * SIGNAL.length, code: undefined };
}

/** What the buffers of the two sockets of a TCP connection hold at most, in bytes. */
function socketBuffers(): number {
  const most = ['tcp_wmem', 'tcp_rmem'].map((name) => {
    return Number(readFileSync(`/proc/sys/net/ipv4/${name}`, 'utf8').trim().split(/\s+/)[2]);
  });
  return most.reduce((all, bytes) => all + bytes, 0);
}

describe('Rate Limiting: built into the signaling server', () => {
  it('tells a client that sends too much how long to wait, and cuts one that goes on', async () => {
    signal = await Signal.start('--no-stun');
    const abuser = await join('mallory', 'mallory_web');
    const flooding = setInterval(() => {
      for (let i = 0; i < 200; i++) abuser.socket.emit('webrtc-signal', { to: 'x', signal: 'x' });
    }, 5);
    await abuser.next('disconnect');
    clearInterval(flooding);
    const errors = abuser.all('error') as readonly Refusal[];
    const limited = errors.filter(({ code }) => code === 'rate_limited');
    expect(limited.length).toBeGreaterThan(0);
    expect(limited[0]).toMatchObject({ event: 'webrtc-signal' });
    expect(limited[0]?.retryAfterMs).toBeGreaterThan(0);
    expect(errors.filter(({ code }) => code !== 'rate_limited' && code !== 'peer_unavailable')).toEqual([]);
    await expect.poll(() => signal.output).toMatch(CUT); // the log comes by another way than the end of the socket
  });

  // Again where something else took the processors from it.
  it(
    'the others keep their latency while one abuser after another floods the server and is cut',
    AGAIN,
    async () => {
      signal = await Signal.start('--no-stun', '--log-level', 'warn');
      const [phone, host] = [await join('bob', 'bob_web'), await join('bob', 'bob_electron')];
      const quiet = await latencies(phone, host, 50);

      const end = new AbortController();
      const lives: number[] = [];
      const abuse = async (): Promise<void> => {
        while (!end.signal.aborted) {
          const begun = performance.now();
          const number = lives.length;
          await flood(signal.origin, `mallory${number}`, `198.18.0.${number % 256}`, end.signal);
          lives.push(performance.now() - begun);
        }
      };
      const abusing = abuse();
      const busy: number[] = [];
      // Until there are enough of both, so that no sample was taken in the peace after them.
      while (busy.length < 100 || lives.length < ENOUGH_ABUSERS)
        busy.push(...(await latencies(phone, host, 10)));
      end.abort();
      await abusing;
      quiet.push(...(await latencies(phone, host, 50)));

      const of = (times: readonly number[]) => ({ half: quantile(times, 0.5), most: quantile(times, 0.9) });
      const stall = Math.min(LONGEST_STALL_MS, of(lives).half);
      console.info('ms', { quiet: of(quiet), busy: of(busy), lives: of(lives), abusers: lives.length });
      expect(of(busy).half).toBeLessThan(LATER * of(quiet).half + stall);
      expect(of(busy).most).toBeLessThan(LATER * of(quiet).most + 2 * stall);
      expect(phone.disconnects).toEqual([]);
      expect(phone.all('error')).toEqual([]);
      const cut = signal.output.match(new RegExp(CUT, 'g'))?.length ?? 0;
      expect(cut).toBeGreaterThanOrEqual(ENOUGH_ABUSERS - 1);
    },
  );

  it('who connects too often is told in CONNECT_ERROR when to come back, and is let in then', async () => {
    signal = await Signal.start('--trust-proxy', 'none', '--connects-per-second', '1'); // eight at once
    const connects = Array.from({ length: 10 }, (_, i) => outcome(`device-${i}`));
    const refusals = (await Promise.all(connects)).filter((refusal) => refusal !== undefined);
    expect(refusals.length).toBeGreaterThan(0);
    for (const refusal of refusals) expect(refusal).toMatchObject({ code: 'rate_limited' });
    const waits = refusals.map(({ retryAfterMs = 0 }) => retryAfterMs);
    expect(Math.min(...waits)).toBeGreaterThan(0);
    expect(Math.max(...waits)).toBeLessThanOrEqual(1_000);
    await setTimeout(Math.max(...waits) + 5);
    expect(await outcome('device-9')).toBeUndefined();
  });

  it('an account that connects too often, from wherever, is told the same', async () => {
    const rates = ['--connects-per-second', '1', '--account-connects-share', '1'];
    signal = await Signal.start(...rates); // eight at once, of an account as of an address
    const connects = Array.from({ length: 12 }, (_, i) => outcome(`device-${i}`, `192.0.2.${i}`));
    const refusals = (await Promise.all(connects)).filter((refusal) => refusal !== undefined);
    expect(refusals.length).toBeGreaterThan(0);
    for (const { code, retryAfterMs = 0 } of refusals) {
      expect(code).toBe('rate_limited');
      expect(retryAfterMs).toBeGreaterThan(0);
      expect(retryAfterMs).toBeLessThanOrEqual(1_000);
    }
  });

  it('an HTTP client is told to wait with 429, code, retryAfterMs and Retry-After', async () => {
    signal = await Signal.start('--trust-proxy', 'none', '--requests-per-second', '0.5');
    let refused: Response | undefined;
    for (let i = 0; i < 6; i++) refused = await fetch(`${signal.origin}/v1/nonce`);
    expect(refused?.status).toBe(429);
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
    const body = (await refused?.json()) as { readonly error: Refusal };
    expect(body.error.code).toBe('rate_limited');
    expect(body.error.retryAfterMs).toBeGreaterThan(0);
  });

  it('counts the clients of a trusted proxy one by one, and warns once of a proxy that does not name them', async () => {
    signal = await Signal.start('--connects-per-second', '0.5'); // four at once
    const connect = async (headers: Readonly<Record<string, string>>): Promise<string> => {
      const device = new Device('a', signal.origin, 'anna', 'anna_web', { headers, caps: [] });
      devices.push(device);
      return await Promise.race([
        device.next('existing-peers').then(() => 'in'),
        device.next('connect_error').then(String),
      ]);
    };
    const outcomes = async (client: string): Promise<string[]> => {
      const all: string[] = [];
      for (let i = 0; i < 5; i++) all.push(await connect({ 'x-forwarded-for': `203.0.113.9, ${client}` }));
      return all;
    };
    for (const client of ['192.0.2.1', '192.0.2.2']) {
      const all = await outcomes(client);
      expect(all.slice(0, 4)).toEqual(['in', 'in', 'in', 'in']);
      expect(all[4]).toMatch(/Too many requests/);
    }
    for (let i = 0; i < 6; i++) expect(await connect({})).toBe('in');
    expect(signal.output.match(/sends no X-Forwarded-For/g)).toHaveLength(1);
  });

  it('an address has room for so many connections', async () => {
    signal = await Signal.start('--trust-proxy', 'none', '--max-sockets-per-address', '2');
    await join('anna', 'anna_web');
    await join('bob', 'bob_web');
    const third = new Device('third', signal.origin, 'carl', 'carl_web', { caps: [] });
    devices.push(third);
    expect(await third.next('connect_error')).toMatch(/too many connections/);
  });

  it('a reader that does not read is dropped when its queue is full, and those who write to it are not held up', async () => {
    signal = await Signal.start(...SMALL_QUEUE, '--events-per-second', '2000');
    const [writer, reader] = [await join('bob', 'bob_web'), await join('bob', 'bob_electron')];
    const raw = reader.socket.io.engine.transport as unknown as { ws: { _socket: { pause(): void } } };
    raw.ws._socket.pause();
    const { sent, code } = await writeUntilRefused(writer);
    expect(code).toBe('peer_unavailable'); // it is gone, and until then every signal was acknowledged
    expect(sent).toBeGreaterThan(SEND_QUEUE);
    expect(sent).toBeLessThan(SEND_QUEUE + socketBuffers() + 2 * SIGNAL.length);
    expect(await signal.health()).toMatchObject({ connectedUsers: 1 });
    await expect.poll(() => signal.output).toMatch(/a slow reader is cut off, \d+ bytes wait for it/);
  });

  it('a long-polling client that never polls is dropped when its queue is full', async () => {
    signal = await Signal.start(...SMALL_QUEUE, '--events-per-second', '2000');
    const writer = await join('bob', 'bob_web');
    const session = await PollingSession.open(signal.origin, '/socket.io/');
    const auth = { token: 'dev:bob', userId: 'bob', clientType: 'electron', deviceId: 'bob_electron' };
    await session.post(`40${JSON.stringify(auth)}`);
    await session.post('42["join-account"]');
    await writer.next('peer-joined');
    const { sent, code } = await writeUntilRefused(writer);
    expect(code).toBe('peer_unavailable');
    expect(sent).toBeGreaterThan(SEND_QUEUE - 2 * SIGNAL.length);
    expect(sent).toBeLessThan(SEND_QUEUE + SIGNAL.length); // no socket holds anything of it
    expect(await signal.health()).toMatchObject({ connectedUsers: 1 });
    const poll = await session.get();
    expect(poll.status).toBe(400);
    expect(await poll.json()).toEqual({ code: 1, message: 'Session ID unknown' });
  });
});
