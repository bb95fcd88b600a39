import { afterAll, beforeAll, expect, it } from 'vitest';
import { attack, ATTACKS } from './abuse.js';
import { Device, type Signalled } from './device.js';
import { Signal } from './program.js';

/** An hour in `npm run abuse`, a taste of it among the other tests. */
const ABUSE_MS = Number(process.env['ABUSE_MS'] ?? 6_000);
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

it(
  'two devices signal each other while all kinds of malformed and oversized input come in at every door: nothing is lost, nobody is cut, the server ends cleanly',
  async () => {
    const headers = { 'x-forwarded-for': '192.0.2.1' };
    const [one, two] = ['bob_web', 'bob_electron'].map(
      (id) => new Device(id, signal.origin, 'bob', id, { headers }),
    ) as [Device, Device];
    await Promise.all([one.next('existing-peers'), two.next('existing-peers')]);
    const end = Date.now() + ABUSE_MS;
    const counts = new Map<string, number>();
    const attacking = abuse(end, two.id, counts);
    let sent = 0;
    const refused: unknown[] = [];
    while (Date.now() < end) {
      const answer = await one.ask('webrtc-signal', {
        targetUserId: 'bob_electron',
        toSocketId: two.id,
        signal: `${sent++}`,
      });
      if (!answer.ok) refused.push(answer);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await attacking;
    expect(refused).toEqual([]);
    const received = two.all('webrtc-signal').map((payload) => (payload as Signalled).signal);
    expect(received).toEqual(Array.from({ length: sent }, (_, i) => `${i}`));
    expect([...one.disconnects, ...two.disconnects]).toEqual([]);
    expect(Object.keys(ATTACKS).filter((name) => !counts.has(name))).toEqual([]);
    expect(await signal.health()).toMatchObject({ status: 'ok' });
    console.info({ sent, attacks: [...counts.values()].reduce((all, count) => all + count, 0) });
    one.close();
    two.close();
    await signal.stop();
    expect(signal.exitCode).toBe(0);
    expect(signal.output).not.toContain('Sanitizer');
  },
  ABUSE_MS + 60_000,
);
