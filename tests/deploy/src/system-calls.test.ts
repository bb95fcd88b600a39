// deploy/systemd: what the unit forbids the service, the server does without. The system calls of a whole life of it are traced
// and held against the unit, as systemd itself reads it: the unit can only be tried for real where systemd is the first process.
import { readFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join as path } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Process, ROOT } from '../../e2e/src/support/process.js';
import { firebaseClaims, Publisher, TokenKey } from '../../sign-in/src/support/issuer.js';
import { stopAll } from '../../sign-in/src/support/cleanup.js';
import { client, join, next } from './support/client.js';
import { temporaryFolder } from './support/folder.js';
import { askJson } from './support/http.js';
import { selfSigned } from './support/nginx.js';
import { BINARY, listening } from './support/server.js';

const UNIT = readFileSync(path(ROOT, 'deploy/systemd/pantheon-signal.service'), 'utf8');
const PROJECT = 'your-project';

/** The values of a setting of the unit, in their order. */
function settings(name: string): string[] {
  return [...UNIT.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value = '']) => value);
}

/** All sets of system calls that systemd knows. */
function knownSets(): ReadonlyMap<string, readonly string[]> {
  const sets = new Map<string, string[]>();
  let current: string[] = [];
  const text = execFileSync('systemd-analyze', ['syscall-filter', '--no-pager'], { encoding: 'utf8' });
  for (const line of text.split('\n')) {
    if (line.startsWith('@')) sets.set(line.trim(), (current = []));
    else if (line.startsWith('    ') && !line.includes('#')) current.push(line.trim());
  }
  return sets;
}

/** The system calls that the unit leaves. */
function allowedCalls(): ReadonlySet<string> {
  const sets = knownSets();
  const calls = (names: readonly string[]): string[] =>
    names.flatMap((name) => (name.startsWith('@') ? calls(sets.get(name) ?? []) : [name]));
  const allowed = new Set(calls(['@default']));
  for (const value of settings('SystemCallFilter')) {
    const names = calls(value.replace('~', '').split(' '));
    for (const name of names) {
      if (value.startsWith('~')) allowed.delete(name);
      else allowed.add(name);
    }
  }
  return allowed;
}

/** Starts, signs people in by every way there is, reads its certificate anew, and drains; what it called meanwhile. */
async function trace(): Promise<readonly string[]> {
  const { certificate, key } = selfSigned();
  const folder = temporaryFolder({ 'cert.pem': certificate, 'key.pem': key });
  const file = path(folder, 'trace');
  const google = TokenKey.rsa('key-1');
  const publisher = await Publisher.start();
  publisher.publishCertificates(google);
  const options = ['--dev', '--shards', '2', '--tls-cert', 'cert.pem', '--tls-key', 'key.pem'];
  const env = {
    PANTHEON_HOME: path(folder, 'data'),
    FIREBASE_PROJECT_ID: PROJECT,
    FIREBASE_CERTS_URL: publisher.url('/certs').replace('127.0.0.1', 'localhost'),
    DRAIN_SECONDS: '1',
  };
  // Not as root, which SQLite gives away the files of its database for; the process that we signal is the server itself.
  const nobody = ['--user', '--map-user=65534', '--map-group=65534'];
  const strace = ['strace', '-D', '-f', '-o', file, BINARY, 'signal', ...options];
  const server = await listening(new Process('unshare', [...nobody, ...strace], { cwd: folder, env }));

  const phone = client(server.url, { device: 'anna_web', transports: ['polling'] });
  const host = client(server.url, { device: 'anna_electron' });
  await join(phone);
  await join(host);
  const signal = next(host, 'webrtc-signal');
  phone.emit('webrtc-signal', { to: 'anna_electron', signal: 'offer' });
  await signal;
  const token = google.token(firebaseClaims(PROJECT, 'bob'));
  await join(client(server.url, { token, device: 'bob_web' }));
  expect(await askJson(`${server.url}/health`)).toMatchObject({ status: 'ok', connectedUsers: 3 });
  server.process.signal('SIGHUP');
  await server.process.logLine(/certificate loaded/);
  const gone = next(host, 'disconnect');
  server.process.signal('SIGTERM');
  expect(await gone).toBe('transport close');
  expect((await server.process.exited).code).toBe(0);
  await stopAll();
  return readFileSync(file, 'utf8').split('\n');
}

describe('a server that starts, lets people in, reloads and drains', () => {
  let lines: readonly string[];
  beforeAll(async () => {
    lines = await trace();
  });

  it('makes no system call that SystemCallFilter forbids', () => {
    const made = new Set(lines.map((line) => /^\d+ +(\w+)\(/.exec(line)?.[1] ?? '').filter(Boolean));
    for (const name of ['execve', 'accept', 'epoll_wait', 'pwrite64', 'sendmsg'])
      expect(made).toContain(name);
    const allowed = allowedCalls();
    expect([...made].filter((name) => !allowed.has(name)).sort()).toEqual([]);
  });

  it('has no memory that is written and executed (MemoryDenyWriteExecute)', () => {
    expect(settings('MemoryDenyWriteExecute')).toEqual(['yes']);
    const executable = lines.filter((line) => line.includes('PROT_EXEC') || line.includes('SHM_EXEC'));
    expect(executable.length).toBeGreaterThan(0); // libraries are mapped
    const forbidden = executable.filter((line) => !/ mmap\(/.test(line) || line.includes('PROT_WRITE'));
    expect(forbidden).toEqual([]);
  });

  it('opens no socket of another family than RestrictAddressFamilies leaves', () => {
    const [families = ''] = settings('RestrictAddressFamilies');
    const opened = lines.map((line) => / socket\((AF_\w+)/.exec(line)?.[1] ?? '').filter(Boolean);
    expect(opened).toContain('AF_INET');
    const allowed = families.split(' ');
    expect(opened.filter((family) => !allowed.includes(family))).toEqual([]);
  });
});
