import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { onPageLife } from './page-life.js';

let window: EventTarget;
let document: EventTarget & { visibilityState: string };
let told: string[];
let stop: () => void;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
  window = new EventTarget();
  document = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  vi.stubGlobal('window', window);
  vi.stubGlobal('document', document);
  told = [];
  const tell = (what: string) => (): void => void told.push(what);
  stop = onPageLife({ hide: tell('hide'), show: tell('show'), online: tell('online'), woke: tell('woke') });
});
afterEach(() => {
  stop();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function show(visibilityState: 'visible' | 'hidden'): void {
  document.visibilityState = visibilityState;
  document.dispatchEvent(new Event('visibilitychange'));
}

it.each([
  [9_000, ['online']],
  [11_000, ['online', 'woke']],
])('tells a page that was out of sight for %i ms: %j', (hiddenMs, expected) => {
  show('hidden');
  vi.setSystemTime(Date.now() + hiddenMs);
  show('visible');
  expect(told).toEqual(expected);
});

it('tells of a network that came back', () => {
  window.dispatchEvent(new Event('online'));
  expect(told).toEqual(['online', 'woke']);
});

it('counts each time out of sight by itself', () => {
  show('hidden');
  vi.setSystemTime(Date.now() + 9_000);
  show('visible');
  vi.setSystemTime(Date.now() + 9_000);
  show('visible');
  expect(told).toEqual(['online', 'online']);
});
