import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSmallModel, type Engine } from './support/engines.js';
import { Up } from './support/pantheon.js';
import { RecordingEngine } from './support/recording-engine.js';
import { WebApp } from './support/web-app.js';

/** The model may find no end. This is some seconds of a fast machine, and not a minute of a slow one. */
const ROOM = ['--context', '512'];

/** It goes on until there is no room left. */
const LONG = 'Write a long story about the sea.';

/** It looks between two tokens, which takes long on a busy machine; the whole answer takes much longer on any. */
const A_FEW_TOKENS_MS = 10_000;

/** The host looks for new models every 30 seconds anyway. */
const BEFORE_IT_COMES_BY_ITSELF_MS = 15_000;

/** How many answers llama-server writes at the moment. */
async function busySlots({ url }: Engine): Promise<number> {
  const slots = (await (await fetch(`${url}/slots`)).json()) as readonly { is_processing: boolean }[];
  return slots.filter((slot) => slot.is_processing).length;
}

describe('the web app that the binary serves', () => {
  let small: Engine;
  let endless: RecordingEngine;

  beforeAll(async () => {
    small = await startSmallModel(0, ...ROOM);
    endless = await RecordingEngine.start();
  });
  afterAll(() => endless.stop());

  it('leads from the printed link to a streamed answer of a real model', async () => {
    const up = await Up.start({ engines: [small.url] });
    const app = await WebApp.open(up.link);
    await app.pair('Kitchen tablet');
    await up.process.line(/paired with Kitchen tablet/);
    expect(app.page.url()).not.toContain('pair='); // the secret does not stay in the address bar
    await expect.poll(() => app.part('model-picker').innerText()).toContain(small.model);

    await app.send('What is the moon?');
    const begun = await app.answer('streaming', 3);
    const whole = await app.answer('done', begun.trim().length);
    expect(whole.slice(0, 3)).toBe(begun.trim().slice(0, 3));
    await up.process.line(/Kitchen tablet -> gemma3-270m {2}\d+ tokens in \d/);
    expect(app.complaints).toEqual([]); // the content security policy is kept, too
    expect([...app.origins]).toEqual([up.origin]);

    await app.page.reload();
    expect(await app.answer('done')).toBe(whole);
    await app.close();
    await up.stop();
  });

  it('stops an answer, and the engine with it', async () => {
    const up = await Up.start({ engines: [endless.url] });
    const app = await WebApp.open(up.link);
    await app.pair('Phone');
    await app.send('Count');
    await app.answer('streaming', 10);
    await app.part('stop').click();
    expect(await app.answer('stopped', 5)).toMatch(/^0 1 2/);
    await (
      await endless.chat(0)
    ).closed;
    await app.close();
    await up.stop();
  });

  it('stops a real model, which then generates no more', async () => {
    const up = await Up.start({ engines: [small.url] });
    const app = await WebApp.open(up.link);
    await app.pair('Phone');
    await app.send(LONG);
    await app.answer('streaming', 3);
    expect(await busySlots(small)).toBe(1);
    await app.part('stop').click();
    await app.answer('stopped', 3);
    await expect.poll(() => busySlots(small), { timeout: A_FEW_TOKENS_MS }).toBe(0);
    await app.close();
    await up.stop();
  });

  it('says when the host is gone, keeps what had come, and goes on when it is back', async () => {
    const up = await Up.start({ engines: [endless.url] });
    const app = await WebApp.open(up.link);
    await app.pair('Phone');
    await app.send('Count');
    await app.answer('streaming', 10);
    await up.stop('SIGKILL');
    expect(await app.situation(/./)).not.toBe('');
    expect(await app.answer('failed', 10)).toMatch(/^0 1 2/);
    await expect.poll(() => app.part('failure').innerText()).not.toBe('');

    const { data, port } = up;
    const again = await Up.start({ engines: [endless.url], data, port });
    await app.part('state-banner').waitFor({ state: 'detached' });
    await app.send('Count');
    await app.answer('streaming', 10);
    await app.part('stop').click();
    await app.answer('stopped', 5);
    await app.close();
    await again.stop();
  });

  it('says what is wrong with a link that was used', async () => {
    const up = await Up.start({ engines: [endless.url] });
    const first = await WebApp.open(up.link);
    await first.pair('Phone');
    const second = await WebApp.open(up.link);
    await second.part('pair-button').click();
    await second.part('pair-error').waitFor();
    expect(await second.part('pair-error').getAttribute('data-code')).toBe('pairing_code_unknown');
    await first.close();
    await second.close();
    await up.stop();
  });

  it('says when a computer has no models yet, and goes on when it has one', async () => {
    const empty = await RecordingEngine.start();
    empty.models = [];
    const up = await Up.start({ engines: [empty.url] });
    await up.process.line(/^ {2}Models {3}no models yet/);
    const app = await WebApp.open(up.link);
    await app.askToPair('Phone');
    expect(await app.situation('no-models')).toContain('Study has no models yet.');

    empty.models = ['pulled'];
    await app.page.getByRole('button', { name: 'Look again' }).click();
    await app.part('state-banner').waitFor({ state: 'detached', timeout: BEFORE_IT_COMES_BY_ITSELF_MS });
    await expect.poll(() => app.part('model-picker').innerText()).toContain('pulled');
    await app.close();
    await up.stop();
    await empty.stop();
  });

  it('says when the engine is killed in the middle of an answer, and keeps what had come', async () => {
    const up = await Up.start({ engines: [small.url] });
    const app = await WebApp.open(up.link);
    await app.pair('Phone');
    await app.send(LONG);
    await app.answer('streaming', 3);
    await small.process.stop('SIGKILL');
    expect((await app.answer('failed', 3)).trim()).not.toBe('');
    await expect
      .poll(() => app.part('failure').innerText())
      .toContain('The model engine broke off while it answered.');
    expect(await app.situation('engine-down')).toContain('is not running on Study.');
    await app.close();
    await up.stop();
  });
});
