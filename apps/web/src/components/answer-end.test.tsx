import { act } from 'react';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { appDrawer } from '../testing/draw-app.js';
import { press, write } from '../testing/press.js';
import type { Reply } from '../testing/scripted-client.js';

const draw = appDrawer({ beforeAll, afterEach });

let stream: ReadableStreamDefaultController<Uint8Array>;
let box: HTMLElement;

function say(delta: Readonly<Record<string, string>>, finish_reason: string | null = null): void {
  const chunk = JSON.stringify({ choices: [{ index: 0, delta, finish_reason }] });
  stream.enqueue(new TextEncoder().encode(`data: ${chunk}\n\n`));
}

/** Waits until something is drawn. */
async function shown(selector: string): Promise<HTMLElement> {
  const find = (): HTMLElement | null => box.querySelector(`[data-testid=message-assistant] ${selector}`);
  await act(async () => expect.poll(find, { timeout: 5_000 }).not.toBeNull());
  return find() ?? expect.fail(selector);
}

async function end(): Promise<void> {
  say({}, 'stop');
  stream.enqueue(new TextEncoder().encode('data: [DONE]\n\n'));
  stream.close();
  await shown('[aria-label="Copy answer"]');
}

beforeEach(async () => {
  const body = new ReadableStream<Uint8Array>({ start: (controller) => void (stream = controller) });
  const reply: Reply = () =>
    Promise.resolve(new Response(body, { headers: { 'content-type': 'text/event-stream' } }));
  ({ box } = await draw('ready', '', undefined, { reply }));
  await write(box.querySelector('textarea') ?? expect.fail('no composer'), 'Why?');
  await press(box, 'Send');
});

it('leaves the focus on the code that is being read when the answer ends', async () => {
  say({ content: 'So:\n\n```python\nprint(1)\n```\n\nand' });
  const code = await shown('pre');
  code.focus();
  await end();
  expect(document.activeElement).toBe(code);
});

it('leaves the thoughts open that somebody has opened when the answer ends', async () => {
  say({ reasoning_content: 'Hm.' });
  say({ content: 'So.' });
  await shown('.message-body > .markdown');
  const thoughts = (await shown('details')) as HTMLDetailsElement;
  thoughts.open = true;
  await end();
  expect([thoughts.open, thoughts.isConnected]).toEqual([true, true]);
});

it('makes a link of what the last line of the answer defines', async () => {
  say({ content: 'See [there].\n\nMore.\n\nAnd more.\n\n' });
  await shown('.markdown p:nth-of-type(3)');
  say({ content: '[there]: https://example.org/' });
  await end();
  expect(box.querySelector('.message-body a')?.getAttribute('href')).toBe('https://example.org/');
});
