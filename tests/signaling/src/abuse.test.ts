import { afterAll, beforeAll, expect, it } from 'vitest';
import { attack, ATTACKS } from './abuse.js';
import { Device, type Signalled } from './device.js';
import { Signal } from './program.js';
import { NOTHING_WRONG, Soak } from './soak.js';

/** An hour in `npm run abuse`, a taste of it among the other tests. */
const ABUSE_MS = Number(process.env['ABUSE_MS'] ?? 7_000);
const AT_ONCE = 8;

let signal: Signal;
beforeAll(async () => {
  signal = await Signal.start();
});
afterAll(async () => {
  await signal.stop();
});

/** All kinds of attack in turn, several at once, from ever new addresses. */
async function abuse(end: number, target: string, counts: Map<string, number>): Promise<void> {
  const names = Object.keys(ATTACKS);
  let next = 0;
  const attacker = async () => {
    while (Date.now() < end || next < names.length) {
      const name = names[next % names.length] ?? '';
      const address = `198.18.${(next >> 8) & 255}.${next & 255}`;
      next++;
      await attack(signal.origin, name, address, target);
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, attacker));
}

/** One device signals another, which polls, one signal after another; returns what was refused, lost or cut. */
async function converse(one: Device, two: Device, end: number): Promise<{ sent: number; wrong: unknown[] }> {
  const wrong: unknown[] = [];
  let sent = 0;
  while (Date.now() < end) {
    const to = { targetUserId: 'bob_electron', toSocketId: two.id };
    const answer = await one.ask('webrtc-signal', { ...to, signal: `${sent++}` });
    if (!answer.ok) wrong.push(answer);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await two.next('webrtc-signal', sent - 1);
  const received = two.all('webrtc-signal').map((payload) => (payload as Signalled).signal);
  received.forEach((signal, i) => {
    if (signal !== `${i}`) wrong.push({ received: signal, at: i });
  });
  return { sent, wrong: [...wrong, ...one.disconnects, ...two.disconnects] };
}

it(
  'within the default limits, devices signal each other, and phones and tabs of one id come and go, over WebSocket and long-polling, while all kinds of malformed and oversized input come in at every door: nothing is lost, nobody is cut, the server ends cleanly',
  async () => {
    const headers = { 'x-forwarded-for': '192.0.2.1' };
    const one = new Device('one', signal.origin, 'bob', 'bob_web', { headers });
    const two = new Device('two', signal.origin, 'bob', 'bob_electron', { headers, transports: ['polling'] });
    await Promise.all([one.next('existing-peers'), two.next('existing-peers')]);
    const soak = new Soak(signal.origin);
    const end = Date.now() + ABUSE_MS;
    const counts = new Map<string, number>();
    const [conversation] = await Promise.all([
      converse(one, two, end),
      soak.run(ABUSE_MS),
      abuse(end, two.id, counts),
    ]);
    expect(conversation.wrong).toEqual([]);
    expect(Object.keys(ATTACKS).filter((name) => !counts.has(name))).toEqual([]);
    expect(soak.wrong).toEqual(NOTHING_WRONG);
    expect(soak.result.drops).toBeGreaterThan(ABUSE_MS / 1_000);
    expect(soak.result.answered).toBeGreaterThan(ABUSE_MS / 500);
    expect(await signal.health()).toMatchObject({ status: 'ok' });
    const attacks = [...counts.values()].reduce((all, count) => all + count, 0);
    const { rounds, answered, drops } = soak.result;
    console.info({ sent: conversation.sent, rounds, answered, drops, attacks });
    for (const device of [one, two, soak]) device.close();
    await signal.stop();
    expect(signal.exitCode).toBe(0);
    expect(signal.output).not.toContain('Sanitizer');
  },
  ABUSE_MS + 60_000,
);
