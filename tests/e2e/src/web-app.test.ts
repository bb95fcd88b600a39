import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSmallModel, type Engine } from './support/engines.js';
import { Up } from './support/pantheon.js';
import { RecordingEngine } from './support/recording-engine.js';
import { WebApp } from './support/web-app.js';

describe('the web app that the binary serves', () => {
  let small: Engine;
  let endless: RecordingEngine;

  beforeAll(async () => {
    small = await startSmallModel();
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
});
