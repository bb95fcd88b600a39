import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Redis } from './support/redis.js';
import { Device, SignalNode, becomes, dataFolder, launchNode } from './support/signal.js';

// A password that has to be percent-encoded, of a user who may do what docs/cluster.md names.
const PASSWORD = 's@cret/1';
const USER = ['--user', 'pantheon', 'on', `>${PASSWORD}`, '~pantheon*', '&*', '+@all', '-@admin'];
const NOBODY_ELSE = ['--user', 'default', 'off'];

let folder = '';
let redis: Redis;
let data = '';

function file(name: string): string {
  return join(folder, name);
}

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
}

/** An authority of that name: its certificate and its key. */
function makeAuthority(name: string): void {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${name}.key`];
  openssl('req', '-x509', ...key, '-out', `${name}.pem`, '-subj', `/CN=${name}`, '-days', '1');
}

/** A certificate that `ca` signs. */
function makeCertificate(name: string, subjectAltName: string): void {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${name}.key`];
  openssl('req', ...key, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
  writeFileSync(file('names'), `subjectAltName=${subjectAltName}`);
  const by = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'names', '-days', '1'];
  openssl('x509', '-req', '-in', `${name}.csr`, ...by, '-out', `${name}.pem`);
}

function launch(url: string, ...more: string[]): ReturnType<typeof launchNode> {
  return launchNode({ url }, data, '1s', more);
}

beforeAll(async () => {
  folder = dataFolder();
  data = dataFolder();
  for (const name of ['ca', 'another']) makeAuthority(name);
  makeCertificate('redis', 'IP:127.0.0.1');
  makeCertificate('node', 'DNS:node');
  const files = ['--tls-cert-file', file('redis.pem'), '--tls-key-file', file('redis.key')];
  const clients = ['--tls-ca-cert-file', file('ca.pem'), '--tls-auth-clients', 'yes'];
  redis = await Redis.start({
    args: [...files, ...clients, ...USER, ...NOBODY_ELSE],
    login: `pantheon:${encodeURIComponent(PASSWORD)}`,
  });
});

describe('a Redis that is reached over TLS, by a user with a password', () => {
  it('joins nodes that trust its authority and show their certificate', async () => {
    const ours = ['--redis-cert', file('node.pem'), '--redis-key', file('node.key')];
    const start = (): Promise<SignalNode> =>
      SignalNode.of(launch(redis.url, '--redis-ca', file('ca.pem'), ...ours));
    const [a, b] = await Promise.all([start(), start()]);
    const phone = await Device.join(a, 'someone', 'phone');
    const host = await Device.join(b, 'someone', 'host');
    expect(host.peers).toEqual(['phone']);
    host.socket.emit('webrtc-signal', { to: 'phone', signal: 'offer' });
    expect(await phone.next('webrtc-signal')).toMatchObject({ fromUserId: 'host', signal: 'offer' });
    phone.socket.emit('webrtc-signal', { to: 'host', signal: 'answer' });
    expect(await host.next('webrtc-signal')).toMatchObject({ fromUserId: 'phone', signal: 'answer' });
    expect(await a.obstacles()).toEqual([]);
    await redis.stop();
    await becomes(async () => !(await a.health()).cluster.ready);
    expect(await a.obstacles()).toEqual([]); // it has been there: local traffic goes on
    await redis.restart();
    await becomes(async () => (await a.health()).cluster.nodes === 2);
  });

  const troubles: [string, string, string[], string][] = [
    ['its authority is not trusted', '', [], 'redis_tls_failed'],
    ['another authority is trusted', '', ['--redis-ca', 'another.pem'], 'redis_tls_failed'],
    ['its certificate has another name', '127.0.0.1 localhost', ['--redis-ca', 'ca.pem'], 'redis_tls_failed'],
    ['it asks for a certificate in vain', '', ['--redis-ca', 'ca.pem'], 'redis_tls_failed'],
    [
      'the password is wrong',
      's%40cret guess',
      ['--redis-ca', 'ca.pem', '--redis-cert', 'node.pem', '--redis-key', 'node.key'],
      'redis_login_refused',
    ],
  ];
  it.concurrent.each(troubles)(
    'when %s, a node says so and serves alone',
    async (_, change, options, code) => {
      const [from = '', to = ''] = change.split(' ');
      const words = options.map((word) => (word.includes('.') ? file(word) : word));
      const node = await SignalNode.of(launch(redis.url.replace(from, to), ...words));
      await becomes(async () => (await node.obstacles()).join() === `cluster: ${code}`);
      expect((await node.health()).cluster).toMatchObject({ ready: false, code });
      await node.program.line(new RegExp(`warn.*Redis at .*: ${code}: `));
      expect(node.program.lines.join('\n')).not.toMatch(/s(@|%40)cret|guess/);
      const device = await Device.join(node, 'someone', 'alone');
      expect(device.peers).toEqual([]);
      device.socket.disconnect();
      expect(await node.program.stop()).toBe(0);
    },
  );

  it('is not looked for with a file that is no certificate, nor with files where they do not belong', async () => {
    writeFileSync(file('broken.pem'), 'no certificate');
    const broken = launch(redis.url, '--redis-ca', file('broken.pem'));
    await broken.line(/certificate or its key cannot be used.*broken\.pem/);
    expect(await broken.exited).toBe(78);
    const plain = launch('redis://127.0.0.1:1', '--redis-ca', file('ca.pem'));
    await plain.line(/redis-url of rediss:\/\//);
    expect(await plain.exited).toBe(64);
  });
});
