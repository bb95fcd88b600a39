import { io, type Socket } from 'socket.io-client';
import { Backoff } from '../core/backoff.js';
import { toBase64Url } from '../core/bytes.js';
import { debugLog } from '../core/debug.js';
import { Emitter } from '../core/emitter.js';
import { isClientError, type ClientError } from '../core/error.js';
import { asObject, integerOf, plainText, stringOf, type JsonObject } from '../core/json.js';
import { isDeviceId, randomBytes } from '../identity/device-key.js';
import type { RelayedAnswer } from '../legacy/relayed-channel.js';
import type { StatementJson } from '../identity/statement.js';
import { parseDeviceList, type ListedDevice } from './device-list.js';
import { signalingError, signalingErrorCode } from './error.js';
import { helloAuth, proofFor, type Self } from './hello.js';
import { insist } from './insist.js';
import { PeerDirectory } from './peer-directory.js';
import type { TokenSource } from './tokens.js';

const CONNECT_TIMEOUT_MS = 10_000;
const ACK_TIMEOUT_MS = 10_000;
const LASTING_MS = 10_000;
const CHECK_TIMEOUT_MS = 5_000;
const RENEW_BEFORE_MS = 90_000;
const RENEW_AGAIN_MS = 5_000;
const FINAL = new Set([
  'device_revoked',
  'auth_invalid',
  'auth_required',
  'account_mismatch',
  'proof_required',
]);
const debug = debugLog('signaling');

/** Where the socket stands. `refused` is final: the error says why. */
export type SignalingState = 'stopped' | 'connecting' | 'online' | 'offline' | 'refused';

/** A signal of another socket of the account. `signal` is whatever it sent. */
export interface IncomingSignal {
  readonly fromDeviceId: string;
  /** Empty from servers that do not tell. */
  readonly fromSocketId: string;
  readonly signal: JsonObject;
}

/** To which socket a signal goes. */
export interface SignalTarget {
  readonly deviceId: string;
  readonly socketId: string;
}

export interface SignalingEvents {
  state: SignalingState;
  /** The server has let us in and named the account; once for each sign-in. */
  account: string;
  /** `peers` changed. */
  peers: PeerDirectory;
  signal: IncomingSignal;
  /** The server passes on a revocation; whether to believe it is for the key book to say. */
  deviceRevoked: { readonly deviceId: string; readonly statement: unknown };
  /** A host of generation 1 answered a request of askLegacy(). */
  legacyAnswer: RelayedAnswer;
  /** A signal could not be delivered: the device is not there. */
  peerUnavailable: { readonly deviceId: string };
  error: ClientError;
}

export interface SignalingOptions {
  readonly server: URL;
  /** Path of Socket.IO, or the question for it at each attempt; it comes from the server's configuration. */
  readonly path: string | (() => Promise<string>);
  readonly self: Self;
  readonly tokens: TokenSource;
  /** The account this device was paired with: a server that names another is not to be trusted. */
  readonly expectedAccount?: string | undefined;
}

/**
 * This device's place in its account: one socket, kept open until stop(). Signs in with a proof over a fresh nonce at
 * each connect, renews the token before it expires, comes back after a loss.
 */
export class SignalingClient extends Emitter<SignalingEvents> {
  readonly peers = new PeerDirectory();
  private readonly instance = toBase64Url(randomBytes(12));
  private readonly backoff = new Backoff(500, 30_000);
  private socket: Socket | undefined;
  private current: SignalingState = 'stopped';
  private reason: ClientError | undefined;
  private accountName: string | undefined;
  private token: string | undefined; // of the socket
  private rejected: string | undefined; // a token the server refused
  private replacements = 0; // of refused tokens since the last success
  private retry: ReturnType<typeof setTimeout> | undefined;
  private renewal: ReturnType<typeof setTimeout> | undefined;
  private checking: ReturnType<typeof setTimeout> | undefined;
  private opening: (error: ClientError) => void = () => undefined; // ends an open() that is still under way
  private joining: AbortController | undefined; // until the server has let us into the account's room
  private run = 0; // rises with start() and stop(), so that what is still under way can see it is too late

  private readonly options: SignalingOptions;

  constructor(options: SignalingOptions) {
    super();
    this.options = options;
  }

  get state(): SignalingState {
    return this.current;
  }
  /** Why the state is `offline` or `refused`. */
  get error(): ClientError | undefined {
    return this.reason;
  }
  /** The account the server put us in; undefined before it said so. */
  get account(): string | undefined {
    return this.accountName;
  }

  /** Connects. Resolves when the first attempt has succeeded or failed; goes on by itself. */
  async start(): Promise<void> {
    if (this.current !== 'stopped' && this.current !== 'refused') return;
    this.run++;
    this.backoff.reset();
    await this.attempt(this.run);
  }

  /** Leaves. No event comes after it, except the state. */
  stop(): void {
    this.run++;
    this.drop();
    this.peers.clear();
    this.setState('stopped', undefined);
  }

  /** Tries now what the backoff would try later. */
  retryNow(): void {
    if (this.current !== 'offline' || this.retry === undefined) return;
    this.backoff.reset();
    void this.attempt(this.run);
  }

  /**
   * Finds out whether the socket still leads to the server; if nothing comes from there it is lost. For after a sleep and in another
   * network, where it can be dead for a long time before anybody says so.
   */
  check(): void {
    const { socket, run } = this;
    if (this.current !== 'online' || socket === undefined || this.checking !== undefined) return;
    this.checking = setTimeout(() => {
      this.checking = undefined;
      if (run === this.run && socket === this.socket)
        this.failed(run, signalingError('connection_lost', { detail: 'no answer' }));
    }, CHECK_TIMEOUT_MS);
    socket.io.engine.once('packet', () => {
      if (socket === this.socket) this.stopChecking();
    });
    this.requestPeers(); // a socket that has missed its pings by the clock says so here
  }

  /** Sends one signal of WebRTC. False when there is no connection. */
  send(target: SignalTarget, signal: object): boolean {
    if (this.socket?.connected !== true) return false;
    const { deviceId, socketId } = target;
    this.socket.emit('webrtc-signal', {
      to: deviceId,
      ...(socketId === '' ? {} : { toSocketId: socketId }),
      signal,
    });
    return true;
  }

  /** Asks for the list of peers again; `peers` follows. */
  requestPeers(): void {
    this.socket?.emit('request-peer-list');
  }

  /** Asks an older host to announce its models. */
  requestModels(deviceId: string): void {
    this.socket?.emit('request-models', deviceId);
  }

  /** All devices of the account. Throws `not_online`, `timeout`, or what the server says. */
  async listDevices(): Promise<readonly ListedDevice[]> {
    return parseDeviceList((await this.ask('list-devices'))['devices']);
  }

  /** Removes a device from the account. Throws as listDevices(). */
  async revokeDevice(statement: StatementJson): Promise<void> {
    await this.ask('revoke-device', { statement });
  }

  /**
   * Gives a host of generation 1 a request; the event `legacyAnswer` follows. The server could read both. Throws as
   * listDevices().
   */
  async askLegacy(deviceId: string, requestId: string, data: JsonObject): Promise<void> {
    await this.ask('legacy-ask', { to: deviceId, requestId, data });
  }

  private async ask(event: string, payload?: JsonObject): Promise<JsonObject> {
    const { socket } = this;
    if (socket?.connected !== true) throw signalingError('not_online');
    let answer: unknown;
    try {
      const emitter = socket.timeout(ACK_TIMEOUT_MS);
      answer =
        payload === undefined ? await emitter.emitWithAck(event) : await emitter.emitWithAck(event, payload);
    } catch (cause) {
      throw signalingError('timeout', { cause });
    }
    const object = asObject(answer) ?? {};
    if (object['ok'] === true) return object;
    const detail = plainText(object['message'], 200);
    const retryAfterMs = integerOf(object, 'retryAfterMs');
    throw signalingError(signalingErrorCode(object['code']), { detail, retryAfterMs });
  }

  private async attempt(run: number): Promise<void> {
    this.drop();
    this.token = undefined;
    this.setState('connecting', undefined);
    try {
      const { server, self, tokens, path: given } = this.options;
      const path = typeof given === 'string' ? given : await given();
      if (run !== this.run) return; // stopped: the app is not asked for a token any more
      const token = await tokens.get(this.rejected);
      const proof = await proofFor(server, self, tokens, token);
      if (run !== this.run) return;
      this.token = token;
      await this.open(run, path, helloAuth(self, this.instance, token, proof));
    } catch (error) {
      if (run === this.run) this.failed(run, error);
    }
  }

  /** Opens a socket; resolves when it is signed in, rejects with why not. */
  private open(run: number, path: string, auth: Record<string, unknown>): Promise<void> {
    const socket = io(this.options.server.origin, {
      path,
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      autoConnect: false,
      timeout: CONNECT_TIMEOUT_MS,
      auth,
    });
    this.socket = socket;
    this.listen(run, socket);
    return new Promise((resolve, reject) => {
      this.opening = reject;
      socket.once('connect', () => {
        this.signedIn(run, socket);
        resolve();
      });
      socket.once('connect_error', (error: Error & { data?: unknown }) => {
        const data = asObject(error.data) ?? {};
        const code = data['code'] === undefined ? 'server_unreachable' : signalingErrorCode(data['code']);
        const detail = plainText(error.message, 200);
        reject(signalingError(code, { cause: error, detail, retryAfterMs: integerOf(data, 'retryAfterMs') }));
      });
      socket.connect();
    });
  }

  private signedIn(run: number, socket: Socket): void {
    debug('online', { socketId: socket.id });
    this.rejected = undefined;
    this.replacements = 0;
    this.setState('online', undefined);
    if (socket !== this.socket) return; // whoever heard of it has stopped us
    void this.join();
    socket.emit('request-peer-list');
    this.scheduleRenewal(run);
    setTimeout(() => {
      if (run === this.run && socket.connected) this.backoff.reset();
    }, LASTING_MS);
  }

  /** Before it has joined nobody sees this device, and it may not signal: so a refusal must not be the last word. */
  private async join(): Promise<void> {
    const joining = new AbortController();
    this.joining = joining;
    await insist(() => this.ask('join-account'), joining.signal);
  }

  private failed(run: number, error: unknown): void {
    const known = isClientError(error) ? error : signalingError('server_unreachable', { cause: error });
    debug('attempt failed', { code: known.code, detail: known.detail });
    this.drop();
    if (known.code === 'auth_expired' || known.code === 'auth_invalid') {
      // A token can be refused because it is old; when its successor is refused too, it is final.
      const again = this.token !== undefined && this.options.tokens.renewable && this.replacements++ === 0;
      this.rejected = this.token;
      if (again) return void this.attempt(run);
    }
    if (FINAL.has(known.code)) return this.setState('refused', known);
    this.setState('offline', known);
    this.scheduleRetry(run, known.retryAfterMs);
  }

  private scheduleRetry(run: number, atLeastMs = 0): void {
    clearTimeout(this.retry);
    const delay = Math.max(this.backoff.next(), Math.min(atLeastMs, 120_000));
    this.retry = setTimeout(() => void this.attempt(run), delay);
  }

  private listen(run: number, socket: Socket): void {
    const on = (event: string, handler: (payload: unknown) => void): void => {
      socket.on(event, (payload: unknown) => {
        if (run === this.run && socket === this.socket) handler(payload);
      });
    };
    const changed = (): void => this.emit('peers', this.peers);
    const peers = (work: (payload: unknown) => void) => (payload: unknown) => {
      work(payload);
      changed();
    };
    on(
      'existing-peers',
      peers((list) => {
        this.joining?.abort(); // it is the answer to join-account, also of servers that acknowledge nothing
        this.peers.replace(list);
      }),
    );
    on(
      'peer-list',
      peers((list) => this.peers.replace(list)),
    );
    on(
      'peer-joined',
      peers((peer) => this.peers.add(peer)),
    );
    on(
      'peer-left',
      peers((peer) => this.peers.remove(peer)),
    );
    on(
      'peer-models-updated',
      peers((update) => this.peers.update(update)),
    );
    on(
      'hosting-status',
      peers((update) => this.peers.update(update)),
    );
    on('webrtc-signal', (payload) => this.onSignal(payload));
    on('device-revoked', (payload) => this.onDeviceRevoked(payload));
    on('legacy-answer', (payload) => this.onLegacyAnswer(payload));
    on('server-info', (payload) => this.onServerInfo(payload));
    on('renew', () => void this.renew(run));
    on('error', (payload) => this.onErrorEvent(payload));
    socket.on('disconnect', (cause) => {
      if (run !== this.run || socket !== this.socket) return;
      debug('disconnected', { cause });
      this.failed(run, signalingError('connection_lost', { detail: cause }));
    });
  }

  private onSignal(payload: unknown): void {
    const object = asObject(payload) ?? {};
    const fromDeviceId = object['fromUserId'];
    const signal = asObject(object['signal'] ?? object['data']);
    if (!isDeviceId(fromDeviceId) || signal === undefined) return;
    this.emit('signal', { fromDeviceId, fromSocketId: stringOf(object, 'fromSocketId', 128) ?? '', signal });
  }

  private onLegacyAnswer(payload: unknown): void {
    const object = asObject(payload) ?? {};
    const { fromUserId: fromDeviceId, data } = object;
    const requestId = stringOf(object, 'requestId', 128);
    if (!isDeviceId(fromDeviceId) || requestId === undefined) return;
    const error = plainText(object['error'], 500);
    this.emit('legacyAnswer', { requestId, fromDeviceId, success: object['success'] === true, data, error });
  }

  private onDeviceRevoked(payload: unknown): void {
    const object = asObject(payload) ?? {};
    const deviceId = object['deviceId'];
    if (isDeviceId(deviceId)) this.emit('deviceRevoked', { deviceId, statement: object['statement'] });
  }

  private onServerInfo(payload: unknown): void {
    const account = stringOf(asObject(payload) ?? {}, 'account', 512);
    if (account === undefined) return;
    const { expectedAccount } = this.options;
    if (expectedAccount !== undefined && expectedAccount !== account) {
      this.drop();
      this.setState('refused', signalingError('account_mismatch', { detail: account }));
      return;
    }
    this.accountName = account;
    this.emit('state', this.current);
    this.emit('account', account);
  }

  private onErrorEvent(payload: unknown): void {
    const object = asObject(payload) ?? {};
    const code = signalingErrorCode(object['code']);
    const detail = plainText(object['message'], 200);
    debug('server error', { code, detail });
    const target = object['targetUserId'];
    if (code === 'peer_unavailable' && isDeviceId(target)) this.emit('peerUnavailable', { deviceId: target });
    else
      this.emit('error', signalingError(code, { detail, retryAfterMs: integerOf(object, 'retryAfterMs') }));
  }

  private scheduleRenewal(run: number): void {
    clearTimeout(this.renewal);
    const remaining = this.options.tokens.remainingMs();
    if (remaining === undefined) return; // a provider's: the server asks
    this.renewal = setTimeout(() => void this.renew(run), Math.max(remaining - RENEW_BEFORE_MS, 5_000));
  }

  /**
   * Replaces the token of the open socket; tried until there is another, as that may be late. If none comes the server cuts
   * the socket in the end, and we sign in anew.
   */
  private async renew(run: number): Promise<void> {
    clearTimeout(this.renewal);
    const { server, self, tokens } = this.options;
    if (!tokens.renewable) return;
    try {
      const token = await tokens.get(this.token);
      if (token === this.token) throw signalingError('token_unavailable', { detail: 'the same again' });
      const proof = await proofFor(server, self, tokens, token);
      if (run !== this.run || this.socket?.connected !== true) return;
      await this.ask('auth-renew', proof === undefined ? { token } : { token, proof });
      this.token = token;
      debug('token renewed');
      this.scheduleRenewal(run);
    } catch (error) {
      if (run !== this.run) return;
      debug('renewal failed', { code: isClientError(error) ? error.code : 'internal' });
      if (isClientError(error) && FINAL.has(error.code)) this.failed(run, error);
      else if (this.socket?.connected === true)
        this.renewal = setTimeout(() => void this.renew(run), RENEW_AGAIN_MS);
    }
  }

  private drop(): void {
    clearTimeout(this.retry);
    clearTimeout(this.renewal);
    this.retry = undefined;
    this.stopChecking();
    this.joining?.abort();
    const { socket } = this;
    this.socket = undefined;
    socket?.disconnect();
    this.opening(signalingError('connection_lost')); // a socket that was not yet connected says nothing of its end
  }

  private stopChecking(): void {
    clearTimeout(this.checking);
    this.checking = undefined;
  }

  private setState(state: SignalingState, error: ClientError | undefined): void {
    if (this.current === state && this.reason === error) return;
    this.current = state;
    this.reason = error;
    this.emit('state', state);
  }
}
