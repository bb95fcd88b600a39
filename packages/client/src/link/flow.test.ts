import { describe, expect, it } from 'vitest';
import { DrainMeter, initialStreamWindow, linkWindow, ReceiveWindow, SendWindow } from './flow.js';

describe('SendWindow', () => {
  it('takes credit up to 2^31 - 1', () => {
    const window = new SendWindow(10);
    window.spend(4);
    expect(window.available).toBe(6);
    expect(window.credit(2 ** 31 - 7)).toBe(true);
    expect(window.credit(1)).toBe(false);
    expect(window.available).toBe(2 ** 31 - 1);
  });
});

describe('ReceiveWindow', () => {
  it('refuses more than there is credit for', () => {
    const window = new ReceiveWindow(100, 100);
    expect([window.receive(60), window.receive(41), window.receive(40), window.receive(1)]).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect(window.held).toBe(100);
  });

  it('gives credit back when half of it is used up', () => {
    const window = new ReceiveWindow(100, 100);
    window.receive(80);
    expect([window.consume(49, 0), window.consume(1, 0), window.consume(30, 0)]).toEqual([0, 50, 0]);
    expect(window.receive(70)).toBe(true);
    expect(window.receive(1)).toBe(false);
  });

  it('grows while whole windows are used up quickly, to its largest', () => {
    const window = new ReceiveWindow(initialStreamWindow, linkWindow);
    let nowMs = 1_000;
    let granted = initialStreamWindow;
    for (let round = 0; round < 2_000; round++) {
      nowMs += 1;
      expect(window.receive(65_536)).toBe(true);
      granted += window.consume(65_536, nowMs);
    }
    expect(window.size).toBe(linkWindow);
    expect(granted - 2_000 * 65_536).toBeLessThanOrEqual(linkWindow);
  });

  it('stays as it is for a slow reader', () => {
    const window = new ReceiveWindow(initialStreamWindow, linkWindow);
    for (let nowMs = 1_000; nowMs < 60_000; nowMs += 100) {
      window.receive(10_000);
      window.consume(10_000, nowMs);
    }
    expect(window.size).toBe(initialStreamWindow);
  });
});

/** Sends as fast as the meter allows through a channel of that rate for two seconds; returns bytes sent and the allowance. */
function saturate(
  bytesPerMs: number,
  wakeEveryMs: number,
): { sent: number; allowance: number; most: number } {
  const meter = new DrainMeter();
  let buffered = 0;
  let sent = 0;
  let most = 0;
  let heldBack = false;
  for (let nowMs = 0; nowMs < 2_000; nowMs += wakeEveryMs) {
    buffered = Math.max(0, buffered - bytesPerMs * wakeEveryMs);
    if (buffered > meter.allowance / 2) continue;
    for (;;) {
      meter.observe(buffered, heldBack, nowMs);
      const length = Math.min(meter.allowance - buffered, 65_536);
      heldBack = length < 4_096;
      if (heldBack) break;
      meter.sent(length, nowMs);
      buffered += length;
      sent += length;
      most = Math.max(most, buffered);
    }
  }
  return { sent, allowance: meter.allowance, most };
}

describe('DrainMeter', () => {
  it('keeps a slow channel short of bytes, and yet busy', () => {
    const { sent, most } = saturate(625, 1);
    expect(sent).toBeGreaterThan(625 * 2_000 * 0.95);
    // 50 ms of 5 Mbit/s are 31,250 bytes.
    expect(most).toBeLessThan(48_000);
  });

  it.each([1, 4])('keeps a fast channel busy, looked at every %i ms', (wakeEveryMs) => {
    const { sent } = saturate(20_000, wakeEveryMs);
    expect(sent).toBeGreaterThan(20_000 * 2_000 * 0.8);
  });

  it('never allows less than 16 KiB or more than 1 MiB', () => {
    expect(saturate(10, 1).allowance).toBe(16 * 1024);
    expect(saturate(1_000_000, 1).allowance).toBe(1024 * 1024);
  });
});
