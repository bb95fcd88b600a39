// TLS, and a certificate that is renewed while the server runs.
import { execFileSync } from 'node:child_process';
import { renameSync, writeFileSync } from 'node:fs';
import { join as path } from 'node:path';
import { connect as tlsConnect, type TLSSocket } from 'node:tls';
import { beforeEach, describe, expect, it } from 'vitest';
import { client, connect, join, next } from './support/client.js';
import { temporaryFolder } from './support/folder.js';
import { failedStart, startServer, type Server } from './support/server.js';

let folder = '';
let server: Server;

/** A certificate with this serial number, put in place as certbot does: each file in one step. */
function renew(serial: number): void {
  const certificate = path(folder, 'new-cert.pem');
  const key = path(folder, 'new-key.pem');
  const subject = ['-subj', '/CN=signal.example.org', '-set_serial', `${serial}`, '-days', '2'];
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  execFileSync('openssl', [...request, ...subject, '-keyout', key, '-out', certificate], { stdio: 'pipe' });
  renameSync(key, path(folder, 'key.pem'));
  renameSync(certificate, path(folder, 'cert.pem'));
}

/** The serial number of the certificate that a new handshake shows. */
async function shown(): Promise<number> {
  const socket = await new Promise<TLSSocket>((resolve, reject) => {
    const made = tlsConnect({ port: server.port, host: '127.0.0.1', rejectUnauthorized: false }, () =>
      resolve(made),
    );
    made.on('error', reject);
  });
  const { serialNumber } = socket.getPeerCertificate();
  socket.destroy();
  return parseInt(serialNumber, 16);
}

beforeEach(async () => {
  folder = temporaryFolder();
  renew(1);
  const args = ['--dev', '--port', '0', '--tls-cert', 'cert.pem', '--tls-key', 'key.pem'];
  server = await startServer({ folder, args });
  return async () => {
    await server.process.stop();
  };
});

describe('a certificate', () => {
  it('is spoken with, and renewed by itself: old connections live, new ones get the new one', async () => {
    expect(server.origin).toMatch(/^https:/);
    expect(await shown()).toBe(1);
    const old = client(server.url);
    await join(old);
    renew(2);
    await server.process.logLine(/certificate loaded/);
    expect(await shown()).toBe(2);
    const peers = next(old, 'peer-list');
    old.emit('request-peer-list');
    expect(await peers).toEqual([]);
    expect(await join(client(server.url, { device: 'other_web' }))).toHaveLength(1);
  });

  it('is read at once on SIGHUP', async () => {
    renew(3);
    server.process.signal('SIGHUP');
    await server.process.logLine(/certificate loaded/);
    expect(await shown()).toBe(3);
  });

  it('that is broken is not taken, and the log says so', async () => {
    const old = await connect(client(server.url));
    writeFileSync(path(folder, 'cert.pem'), 'no certificate');
    await server.process.logLine(/error .*the new certificate is not used, the old one stays/);
    expect(await shown()).toBe(1);
    expect(old.connected).toBe(true);
    renew(4);
    await server.process.logLine(/certificate loaded/);
    expect(await shown()).toBe(4);
  });

  it('that is broken at the start ends it with a message', async () => {
    const broken = temporaryFolder({ 'cert.pem': 'no certificate', 'key.pem': 'no key' });
    const args = ['--port', '0', '--tls-cert', 'cert.pem', '--tls-key', 'key.pem'];
    const exit = await failedStart({ folder: broken, args });
    expect(exit.code).toBe(78);
    expect(exit.said).toContain('cert.pem');
  });
});
