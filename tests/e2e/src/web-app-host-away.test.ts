import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pairingLink, startHost, startSignal, temporaryFolder } from './support/pantheon.js';
import type { Process } from './support/process.js';
import { RecordingEngine } from './support/recording-engine.js';
import { WebApp } from './support/web-app.js';

describe('the web app while its host comes and goes, and the signaling server stays', () => {
  const data = temporaryFolder();
  let engine: RecordingEngine;
  let origin: string;
  let host: Process;
  let app: WebApp;

  const start = () => startHost(origin, 'alice', engine.url, data);

  /** Asks, and stops when something has come. */
  async function answers(): Promise<void> {
    await app.send('Count');
    await app.answer('streaming', 10);
    await app.part('stop').click();
    expect(await app.answer('stopped', 5)).toMatch(/^0 1 2/);
  }

  beforeAll(async () => {
    engine = await RecordingEngine.start();
    ({ origin } = await startSignal());
    host = await start();
    app = await WebApp.open(await pairingLink(host));
    await app.pair('Phone');
  });
  afterAll(async () => {
    await app.close();
    await engine.stop();
  });

  it('says that no computer is online when its host is stopped, and goes on by itself when it is back', async () => {
    await host.stop();
    expect(await app.situation('no-host')).toContain('None of your computers is online.');
    await app.part('composer').fill('Count');
    expect(await app.part('send').isDisabled()).toBe(true);
    host = await start();
    await app.part('state-banner').waitFor({ state: 'detached' });
    await answers();
  });

  it('says that the connection was lost when the host is killed in an answer, keeps what had come, and goes on by itself', async () => {
    await app.send('Count');
    await app.answer('streaming', 10);
    await host.stop('SIGKILL');
    expect(await app.answer('failed', 10)).toMatch(/^0 1 2/);
    await expect.poll(() => app.part('failure').innerText()).toContain('The connection was lost');
    expect(await app.situation('host-offline')).toContain('Study is offline.');
    host = await start();
    await app.part('state-banner').waitFor({ state: 'detached' });
    await answers();
  });
});
