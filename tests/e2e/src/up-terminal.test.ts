import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { atHome, startPantheon, temporaryFolder, Up } from './support/pantheon.js';
import { descendants, processExists } from './support/process.js';
import { RecordingEngine } from './support/recording-engine.js';

describe('pantheon up in a terminal', () => {
  let engine: RecordingEngine;

  beforeAll(async () => {
    engine = await RecordingEngine.start();
  });
  afterAll(() => engine.stop());

  it.each(['SIGINT', 'SIGTERM'] as const)('ends cleanly on %s', async (signal) => {
    const up = await Up.start({ engines: [engine.url] });
    expect(await up.stop(signal)).toEqual({ code: 0, signal: null });
    expect(up.process.stderr).toEqual([]);
  });

  it('takes the engine it started with it', async () => {
    const up = await Up.start({ args: ['--try'] });
    const children = descendants(up.process.pid);
    expect(children.length).toBeGreaterThan(0);
    expect(await up.stop('SIGINT')).toEqual({ code: 0, signal: null });
    expect(children.filter(processExists)).toEqual([]);
  });

  it('takes the engine it started with it even when it is killed', async () => {
    const up = await Up.start({ args: ['--try'] });
    const children = descendants(up.process.pid);
    expect(children.length).toBeGreaterThan(0);
    await up.stop('SIGKILL');
    await expect.poll(() => children.filter(processExists), { timeout: 10_000 }).toEqual([]);
  });

  it('says so with a code when another one uses the data folder', async () => {
    const up = await Up.start({ engines: [engine.url] });
    const second = startPantheon(...atHome({ data: up.data }));
    expect(await second.exited).toEqual({ code: 75, signal: null });
    expect(second.stderr.join('\n')).toContain('already running with this data folder');
    await up.stop();
  });

  it('says so with a code when another program uses the port', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const second = startPantheon(...atHome({ port }));
    expect(await second.exited).toEqual({ code: 69, signal: null });
    expect(second.stderr.join('\n')).toContain('Another program listens on this port');
    other.close();
  });

  it('says with the code of it when a pairing link was used before, or the server is none', async () => {
    const up = await Up.start({ engines: [engine.url] });
    const link = await up.nextLink();
    const join = (server: string, pair: string) =>
      startPantheon(
        'host',
        '--server',
        server,
        '--pair',
        pair,
        '--data',
        temporaryFolder(),
        '--no-search',
        '--no-stun',
        '--rtc-bind',
        '127.0.0.1',
      );
    const first = join(`${up.origin}/`, link);
    await first.line(/^ {2}Server {3}http:\S+ {2}works on this computer only$/);
    const second = join(up.origin, link);
    expect(await second.exited).toEqual({ code: 65, signal: null });
    expect(second.stderr.join('\n')).toMatch(/^pantheon: The pairing link is unknown, used or expired/);
    const elsewhere = join(engine.url, link.replace(up.origin, new URL(engine.url).origin));
    expect(await elsewhere.exited).toEqual({ code: 76, signal: null });
    expect(elsewhere.stderr.join('\n')).toContain('no Pantheon signaling server');
    await first.stop();
    await up.stop();
  });

  it('says so when an option of an account elsewhere comes without its server', async () => {
    const up = startPantheon('up', '--port', '0', '--data', temporaryFolder(), '--pair', 'link');
    expect(await up.exited).toEqual({ code: 64, signal: null });
    expect(up.stderr.join('\n')).toContain('add --server URL');
  });

  it('starts again in the same folder and at the same port, as the same device', async () => {
    const first = await Up.start({ engines: [engine.url] });
    const { data, port } = first;
    await first.stop('SIGKILL');
    const second = await Up.start({ engines: [engine.url], data, port });
    expect(second.port).toBe(port);
    expect(second.link).not.toBe(first.link);
    await second.stop();
  });
});
