import { execFileSync } from 'node:child_process';
import { createHmac, createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { atTheEnd } from './cleanup.js';
import { temporaryFolder } from './program.js';

export type Claims = Record<string, unknown>;

function coded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** A key that signs tokens. */
export class TokenKey {
  readonly id: string;
  private readonly key: KeyObject;
  private readonly algorithm: 'RS256' | 'ES256';
  /** X.509, PEM; only of RSA keys. */
  readonly certificate: string;

  private constructor(id: string, key: KeyObject, algorithm: 'RS256' | 'ES256', certificate: string) {
    this.id = id;
    this.key = key;
    this.algorithm = algorithm;
    this.certificate = certificate;
  }

  /** With a certificate, as Google's keys have. */
  static rsa(id: string): TokenKey {
    const folder = temporaryFolder();
    const [keyFile, certificateFile] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
    const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=test', '-days', '1'];
    execFileSync('openssl', [...request, '-keyout', keyFile, '-out', certificateFile], { stdio: 'ignore' });
    const key = createPrivateKey(readFileSync(keyFile));
    return new TokenKey(id, key, 'RS256', readFileSync(certificateFile, 'utf8'));
  }

  static elliptic(id: string): TokenKey {
    return new TokenKey(id, generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey, 'ES256', '');
  }

  get jwk(): object {
    const { kty, n, e, crv, x, y } = this.key.export({ format: 'jwk' });
    return { kty, n, e, crv, x, y, kid: this.id, alg: this.algorithm, use: 'sig' };
  }

  token(claims: Claims): string {
    const text = `${coded({ alg: this.algorithm, kid: this.id, typ: 'JWT' })}.${coded(claims)}`;
    const signature = sign('sha256', Buffer.from(text), { key: this.key, dsaEncoding: 'ieee-p1363' });
    return `${text}.${signature.toString('base64url')}`;
  }

  /** A forgery: the published certificate taken for a shared secret. */
  forged(claims: Claims): string {
    const text = `${coded({ alg: 'HS256', kid: this.id, typ: 'JWT' })}.${coded(claims)}`;
    return `${text}.${createHmac('sha256', this.certificate).update(text).digest('base64url')}`;
  }
}

/** A forgery: a token that nobody signed. */
export function unsignedToken(claims: Claims): string {
  return `${coded({ alg: 'none', typ: 'JWT' })}.${coded(claims)}.`;
}

/** The claims of a good ID token of a Firebase project, made now. */
export function firebaseClaims(project: string, uid: string, changes: Claims = {}): Claims {
  const now = Math.floor(Date.now() / 1000);
  return {
    iss: `https://securetoken.google.com/${project}`,
    aud: project,
    auth_time: now - 5,
    iat: now - 5,
    exp: now + 3600,
    sub: uid,
    user_id: uid,
    ...changes,
  };
}

/** An HTTP server on loopback that answers with the JSON documents it is given. */
export class Publisher {
  readonly requests: string[] = [];
  readonly documents = new Map<string, object>();
  /** How long what it publishes may be kept, in seconds. */
  maxAge = 3600;
  private origin = '';
  private readonly server: Server;

  private constructor(server: Server) {
    this.server = server;
  }

  static async start(): Promise<Publisher> {
    const server = createServer((request, response) => {
      const path = request.url ?? '';
      publisher.requests.push(path);
      const document = publisher.documents.get(path);
      response.statusCode = document === undefined ? 503 : 200;
      response.setHeader('Cache-Control', `public, max-age=${String(publisher.maxAge)}`);
      response.end(JSON.stringify(document ?? {}));
    });
    const publisher = new Publisher(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    publisher.origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    atTheEnd(() => {
      publisher.stop();
    });
    return publisher;
  }

  /** Nobody answers at its address any more. */
  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  url(path = ''): string {
    return `${this.origin}${path}`;
  }

  publishCertificates(...keys: readonly TokenKey[]): void {
    this.documents.set('/certs', Object.fromEntries(keys.map((key) => [key.id, key.certificate])));
  }

  /** Makes it an OpenID Connect issuer. */
  publishKeys(...keys: readonly TokenKey[]): void {
    const discovery = { issuer: this.url(), jwks_uri: this.url('/jwks') };
    this.documents.set('/.well-known/openid-configuration', discovery);
    this.documents.set('/jwks', { keys: keys.map((key) => key.jwk) });
  }
}
