import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeAll, describe, expect, it } from 'vitest';

import { Client, DeviceKey } from './support/client.js';
import { firebaseClaims, Publisher, TokenKey } from './support/issuer.js';
import { type Signal, startHost, startSignal, temporaryFolder } from './support/program.js';

const PROJECT = 'pantheon-test';
const key = TokenKey.rsa('key-1');
let settings: Readonly<Record<string, string>>;
let signal: Signal;

function token(seconds: number): string {
  return key.token(firebaseClaims(PROJECT, 'anna', { exp: Math.floor(Date.now() / 1000) + seconds }));
}

/** Puts a token in the file as such programs do: whole, or not at all. */
function write(file: string, text: string): void {
  writeFileSync(`${file}.new`, `${text}\n`);
  renameSync(`${file}.new`, file);
}

/** Resolves when the server has logged so many such lines. */
async function logged(pattern: RegExp, times: number): Promise<void> {
  const count = (): number => signal.program.lines.filter((line) => pattern.test(line)).length;
  await expect.poll(count, { timeout: 15_000 }).toBeGreaterThanOrEqual(times);
}

beforeAll(async () => {
  const publisher = await Publisher.start();
  publisher.publishCertificates(key);
  settings = { FIREBASE_PROJECT_ID: PROJECT, FIREBASE_CERTS_URL: publisher.url('/certs') };
});

describe('a host with a token of a provider in a file', () => {
  it('gives the server the newer one before the old one ends, and stays', async () => {
    signal = await startSignal({ ...settings, PANTHEON_LOG_LEVEL: 'debug' });
    const file = join(temporaryFolder(), 'token');
    write(file, token(6)); // within the minute in which the server asks
    const host = startHost(signal.url, { file });
    await logged(/ connected socket=/, 2); // one that asks for the account, and the one that stays
    write(file, token(3600));
    await logged(/auth-renew of .*: ok/, 1);
    // The end of its first token passes: that of a later one, which is not renewed, ends a session.
    const other = await Client.signIn(signal.url, await new DeviceKey().hello(signal.url, token(6)));
    await other.client.next('disconnect');
    const ended = signal.program.lines.filter((line) => /disconnected .* device=d_.*after=/.test(line));
    expect(ended).toHaveLength(2); // the one that asked for the account, and the other
    await host.stop();
    expect(host.output + signal.program.output).not.toMatch(/eyJ/);
  });

  it('comes back when the newer one is late', async () => {
    signal = await startSignal(settings);
    const file = join(temporaryFolder(), 'token');
    write(file, token(4));
    const host = startHost(signal.url, { file });
    await logged(/a socket was refused: auth_expired/, 1);
    write(file, token(3600));
    const before = signal.program.lines.filter((line) => line.includes(' connected socket=')).length;
    await logged(/ connected socket=/, before + 1);
    await host.stop();
  });

  it('says what is wrong with the file', async () => {
    const file = join(temporaryFolder(), 'token');
    const missing = startHost(signal.url, { file });
    expect(await missing.ended).toBe(66);
    expect(missing.output).toContain(file);
    write(file, ' ');
    const empty = startHost(signal.url, { file });
    expect(await empty.ended).toBe(66);
    expect(empty.output).toContain('is empty');
  });
});

describe('a host whose session is over', () => {
  it('signs in again by itself', async () => {
    signal = await startSignal({ ...settings, LEGACY_SESSION_MAX: '1s' });
    const host = startHost(signal.url, token(3600));
    await logged(/ connected socket=/, 4); // the account, the first session, and two more
    await host.stop();
  });
});
