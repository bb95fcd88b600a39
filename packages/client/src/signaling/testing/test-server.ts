import {
  createServer,
  type IncomingMessage,
  type Server as HttpServer,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, type Socket } from 'socket.io';
import { fields, fromBase64Url, toBase64Url, utf8 } from '../../core/bytes.js';
import { asObject, parseObject, type JsonObject } from '../../core/json.js';
import {
  DeviceKey,
  digest,
  parsePublicKey,
  randomBytes,
  verifySignature,
} from '../../identity/device-key.js';
import { Statement } from '../../identity/statement.js';
import { newcomerMac, voucherMac } from '../../pairing/pairing-mac.js';

/** The account of everyone paired at a test server. */
export const TEST_ACCOUNT = 'local:test:owner';

interface Bound {
  readonly deviceId: string;
  readonly publicKey: string;
  expired: boolean;
}

type Ack = (answer: JsonObject) => void;

/** How an event is treated instead of being obeyed; `silent`: as if it were lost. */
export type Refusal = 'silent' | { readonly code: string; readonly retryAfterMs?: number };

function random(): string {
  return toBase64Url(randomBytes(16));
}

function text(object: JsonObject, name: string): string {
  const value = object[name];
  return typeof value === 'string' ? value : '';
}

async function bodyOf(request: IncomingMessage): Promise<JsonObject> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return parseObject(Buffer.concat(chunks).toString('utf8'), 1e6) ?? {};
}

/**
 * A signaling server for tests, as docs/signaling-protocol.md says: the official socket.io under it, proofs really
 * verified. It holds the voucher of its account too, and can be told to misbehave.
 */
export class TestServer {
  readonly voucher = DeviceKey.generate();
  readonly code = randomBytes(16);
  readonly secret = randomBytes(16);
  /** What each request for tokens or pairing was answered, newest last. */
  readonly log: string[] = [];
  /** Answers a redeemed code with this refusal instead. */
  refuseWith: { status: number; code: string } | undefined;
  /** Puts a key of its own in the voucher's place. */
  swapKey = false;
  /** What `server-info` names. */
  account = TEST_ACCOUNT;
  /** What it serves besides, by path: content type and body. */
  readonly files = new Map<string, readonly [contentType: string, body: string]>();
  /** Answers no question for its configuration before this is resolved. */
  configHeld: Promise<void> | undefined;
  /** Entries of its list of devices besides those that are connected. */
  listed: readonly JsonObject[] = [];
  /** How often it was asked for that list. */
  listings = 0;
  /** How it treats that question when it is too old to know it. */
  listUnknown: 'silent' | 'refused' | undefined;
  /** What it does with the next events of a name. */
  readonly refusals = new Map<string, Refusal[]>();
  /** How often it was asked to let a socket into the account's room. */
  joins = 0;
  /** Whether it acknowledges that; servers of old did not. */
  joinsAcknowledged = true;
  /** What it answers the next HTTP requests to a path with; without a code as a proxy before it would. */
  readonly httpRefusals = new Map<string, { status: number; code?: string; retryAfterMs?: number }[]>();
  /** What `/config.json` says. */
  mode = 'home';
  /** Sends no answer to a request for new tokens before this is resolved. */
  refreshHeld: Promise<void> | undefined;
  /** How many of the next signals are lost. */
  loseSignals = 0;
  /** Refuses the next socket, saying when to come back. */
  limitNext: { retryAfterMs: number } | undefined;
  /** Seconds that new access tokens last. */
  expiresIn = 900;
  /** Tokens `dev:...` that have ended. */
  readonly ended = new Set<string>();
  private readonly accessTokens = new Map<string, Bound>();
  private readonly refreshTokens = new Map<string, Bound>();
  private readonly nonces = new Set<string>();
  private readonly revoked = new Set<string>();
  private io: Server | undefined;
  private http: HttpServer | undefined;
  private port = 0;

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }
  get pairingLink(): string {
    return `${this.url}/#pair=${toBase64Url(this.code)}.${toBase64Url(this.secret)}`;
  }
  get sockets(): readonly Socket[] {
    return [...(this.io?.sockets.sockets.values() ?? [])];
  }

  async start(): Promise<this> {
    const http = createServer((request, response) => void this.serve(request, response));
    this.io = new Server(http, { transports: ['websocket'] });
    this.io.use((socket, next) => {
      const limit = this.limitNext;
      this.limitNext = undefined;
      const code = limit ? 'rate_limited' : this.judge(asObject(socket.handshake.auth) ?? {});
      next(code === undefined ? undefined : Object.assign(new Error(code), { data: { code, ...limit } }));
    });
    this.io.on('connection', (socket) => this.welcome(socket));
    await new Promise<void>((resolve) => http.listen(this.port, '127.0.0.1', resolve));
    this.port = (http.address() as AddressInfo).port;
    this.http = http;
    return this;
  }

  /** Stops; start() comes back on the same port. */
  async stop(): Promise<void> {
    this.http?.closeAllConnections();
    await this.io?.close();
  }

  /** Makes every access token given out so far expired. */
  expireTokens(): void {
    for (const bound of this.accessTokens.values()) bound.expired = true;
  }

  /** Removes a device: its tokens are refused from now on. */
  revoke(deviceId: string): void {
    this.revoked.add(deviceId);
  }

  /** Has the directory say more about a device that is connected, as if it had announced it. */
  announce(deviceId: string, entry: JsonObject): void {
    const sockets = this.sockets.filter((socket) => this.describe(socket)['deviceId'] === deviceId);
    if (sockets.length === 0) throw new Error(`${deviceId} is not connected`);
    for (const socket of sockets) {
      socket.data = { entry };
      socket.broadcast.emit('peer-joined', this.describe(socket));
    }
  }

  /** A statement about a device, the voucher's by default. */
  statement(
    type: 'device' | 'revoke',
    deviceId: string,
    publicKey: string,
    { time = Date.now(), by = this.voucher }: { readonly time?: number; readonly by?: DeviceKey } = {},
  ): Statement {
    return Statement.make(by, {
      type,
      account: TEST_ACCOUNT,
      deviceId,
      publicKey,
      name: '',
      time,
    });
  }

  /** A device token for a key, as pairing would give it. */
  tokensFor(
    deviceId: string,
    publicKey: string,
  ): { accessToken: string; refreshToken: string; expiresIn: number } {
    const bound = { deviceId, publicKey, expired: false };
    const pair = { accessToken: random(), refreshToken: random(), expiresIn: this.expiresIn };
    this.accessTokens.set(pair.accessToken, bound);
    this.refreshTokens.set(pair.refreshToken, bound);
    return pair;
  }

  private takeNonce(nonce: string): boolean {
    return this.nonces.delete(nonce);
  }

  private provenBy(
    publicKey: string,
    label: string,
    nonce: string,
    deviceId: string,
    secret: string,
    signature: string,
  ): boolean {
    const message = fields(label, nonce, deviceId, digest(utf8(secret)));
    const key = parsePublicKey(publicKey) ?? new Uint8Array();
    return (
      this.takeNonce(nonce) && verifySignature(key, message, fromBase64Url(signature) ?? new Uint8Array())
    );
  }

  private judge(auth: JsonObject): string | undefined {
    const token = text(auth, 'token');
    if (token.startsWith('dev:')) return this.ended.has(token) ? 'auth_expired' : undefined;
    const bound = this.accessTokens.get(token);
    if (bound === undefined) return 'auth_invalid';
    if (this.revoked.has(bound.deviceId)) return 'device_revoked';
    if (bound.expired) return 'auth_expired';
    const proof = asObject(auth['proof']);
    if (proof === undefined) return 'proof_required';
    const { deviceId, publicKey } = bound;
    const proven = this.provenBy(
      publicKey,
      'pantheon-hello/1',
      text(proof, 'nonce'),
      deviceId,
      token,
      text(proof, 'signature'),
    );
    return proven && text(auth, 'deviceId') === deviceId ? undefined : 'proof_invalid';
  }

  private describe(socket: Socket): JsonObject {
    const auth = asObject(socket.handshake.auth) ?? {};
    const shown = (socket.data as { entry?: JsonObject }).entry ?? {};
    const { deviceId, clientType, name, publicKey } = auth;
    return { userId: deviceId, deviceId, socketId: socket.id, clientType, name, publicKey, ...shown };
  }

  private welcome(socket: Socket): void {
    const token = text(asObject(socket.handshake.auth) ?? {}, 'token');
    const account = token.startsWith('dev:') ? token : this.account;
    const others = (): readonly JsonObject[] =>
      this.sockets.filter((other) => other !== socket).map((other) => this.describe(other));
    socket.emit('server-info', {
      serverId: 'test',
      account,
      socketId: socket.id,
      version: '0',
      mode: 'home',
    });
    socket.use(([event, ...values], next) => {
      if (event === 'join-account') this.joins++;
      if (event === 'list-devices') this.listings++;
      const refusal = this.refusals.get(event)?.shift();
      if (refusal === undefined) return next();
      const ack: unknown = values.at(-1);
      if (refusal === 'silent') return;
      if (typeof ack === 'function') (ack as Ack)({ ok: false, message: '', ...refusal });
      else socket.emit('error', { message: '', event, ...refusal });
    });
    socket.on('join-account', (ack?: Ack) => {
      if (this.joinsAcknowledged) ack?.({ ok: true });
      socket.emit('existing-peers', others());
      socket.broadcast.emit('peer-joined', this.describe(socket));
    });
    socket.on('request-peer-list', () => socket.emit('peer-list', others()));
    socket.on('webrtc-signal', (message: JsonObject) => {
      if (this.loseSignals > 0) return void this.loseSignals--;
      const target = this.sockets.find(
        (other) => other.id === message['toSocketId'] || this.describe(other)['deviceId'] === message['to'],
      );
      const from = { fromUserId: this.describe(socket)['deviceId'], fromSocketId: socket.id };
      if (target === undefined)
        socket.emit('error', { code: 'peer_unavailable', message: 'gone', targetUserId: message['to'] });
      else target.emit('webrtc-signal', { ...from, signal: message['signal'] });
    });
    socket.on('list-devices', (ack: Ack) => {
      if (this.listUnknown === 'refused') ack({ ok: false, code: 'unknown_event', message: '' });
      else if (this.listUnknown === undefined) ack({ ok: true, devices: [...others(), ...this.listed] });
    });
    socket.on('revoke-device', (payload: JsonObject, ack: Ack) => {
      socket.broadcast.emit('device-revoked', { deviceId: 'x', statement: payload['statement'] });
      ack({ ok: true });
    });
    socket.on('auth-renew', (auth: JsonObject, ack: Ack) => {
      const code = this.judge({ ...auth, deviceId: this.describe(socket)['deviceId'] });
      this.log.push(`renew ${code ?? 'ok'}`);
      ack(code === undefined ? { ok: true } : { ok: false, code, message: code });
    });
    socket.on('disconnect', () => {
      const { deviceId, socketId } = this.describe(socket);
      const isLast = !this.sockets.some((other) => this.describe(other)['deviceId'] === deviceId);
      if (isLast) this.io?.emit('peer-left', { userId: deviceId, deviceId, socketId });
    });
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const send = (status: number, body: JsonObject): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    const path = `${request.method} ${request.url}`;
    const refusal = this.httpRefusals.get(request.url ?? '')?.shift();
    if (refusal !== undefined) {
      const { status, ...error } = refusal;
      if (error.code !== undefined) return send(status, { error });
      return void response.writeHead(status, { 'content-type': 'text/html' }).end('<h1>no</h1>');
    }
    const file = this.files.get(request.url ?? '');
    if (file !== undefined) {
      response.writeHead(200, { 'content-type': file[0] }).end(file[1]);
    } else if (path === 'GET /config.json') {
      await this.configHeld;
      send(200, {
        version: '1',
        serverId: 'test',
        mode: this.mode,
        signaling: { path: '/socket.io/' },
        iceServers: [],
        devTokens: true,
      });
    } else if (path === 'GET /v1/nonce') {
      const nonce = random();
      this.nonces.add(nonce);
      send(200, { nonce, expiresIn: 60 });
    } else if (path === 'POST /v1/tokens/refresh') {
      const body = await bodyOf(request);
      this.refresh(body, (status, answer) => {
        if (this.refreshHeld === undefined) send(status, answer);
        else void this.refreshHeld.then(() => send(status, answer));
      });
    } else if (path === 'POST /v1/pairing/redeem') {
      this.redeem(await bodyOf(request), send);
    } else {
      send(404, { error: { code: 'not_found', message: '' } });
    }
  }

  private refresh(body: JsonObject, send: (status: number, body: JsonObject) => void): void {
    const token = text(body, 'refreshToken');
    const bound = this.refreshTokens.get(token);
    const { deviceId = '', publicKey = '' } = bound ?? {};
    const proven = this.provenBy(
      publicKey,
      'pantheon-refresh/1',
      text(body, 'nonce'),
      deviceId,
      token,
      text(body, 'signature'),
    );
    const ok = bound !== undefined && proven && !this.revoked.has(deviceId);
    this.log.push(`refresh ${ok ? 'ok' : 'refused'}`);
    this.refreshTokens.delete(token);
    if (ok) send(200, this.tokensFor(deviceId, publicKey));
    else
      send(401, {
        error: { code: this.revoked.has(deviceId) ? 'device_revoked' : 'auth_invalid', message: '' },
      });
  }

  private redeem(body: JsonObject, send: (status: number, body: JsonObject) => void): void {
    const refuse = (status: number, code: string): void =>
      send(status, { error: { code, message: code, retryAfterMs: 1500 } });
    if (this.refuseWith !== undefined) return refuse(this.refuseWith.status, this.refuseWith.code);
    if (text(body, 'code') !== toBase64Url(this.code)) return refuse(404, 'pairing_code_unknown');
    const deviceId = text(body, 'deviceId');
    const publicKeyText = text(body, 'publicKey');
    const publicKey = parsePublicKey(publicKeyText) ?? new Uint8Array();
    const request = {
      code: this.code,
      deviceId,
      publicKey,
      name: text(body, 'name'),
      platform: text(body, 'platform'),
    };
    if (toBase64Url(newcomerMac(this.secret, request)) !== text(body, 'mac'))
      return refuse(403, 'pairing_refused');
    const statement = this.statement('device', deviceId, publicKeyText);
    const answer = {
      account: TEST_ACCOUNT,
      voucherDeviceId: this.voucher.deviceId,
      voucherPublicKey: this.voucher.publicKey,
      statementPayload: statement.payload,
    };
    const mac = toBase64Url(voucherMac(this.secret, request, answer));
    const shown = this.swapKey ? DeviceKey.generate() : this.voucher;
    const voucher = { deviceId: this.voucher.deviceId, publicKey: shown.publicKeyText, name: 'Study' };
    const tokens = this.tokensFor(deviceId, publicKeyText);
    send(200, { account: TEST_ACCOUNT, deviceId, voucher, statement: statement.toJSON(), mac, ...tokens });
  }
}
