import { debugLog } from '../core/debug.js';
import { Emitter, type Unsubscribe } from '../core/emitter.js';
import type { ClientError } from '../core/error.js';
import { identityError } from '../identity/error.js';
import type { FirstSight, KeyBook, KeyTrust } from '../identity/key-book.js';
import { Statement } from '../identity/statement.js';
import type { LegacyChannel } from '../legacy/legacy-channel.js';
import type { Link } from '../link/index.js';
import { signalingError } from '../signaling/error.js';
import { insist } from '../signaling/insist.js';
import type { PeerEntry } from '../signaling/peer-directory.js';
import { IceServers } from '../signaling/ice-servers.js';
import type { ServerConfig } from '../signaling/server-config.js';
import { SignalingClient } from '../signaling/signaling-client.js';
import type { TokenSource } from '../signaling/tokens.js';
import { clientError } from './error.js';
import { HostConnection, type HostContext } from './host-connection.js';
import { HostKeys } from './host-keys.js';
import { hostSnapshot } from './host-snapshot.js';
import { bookEntry, type Installation } from './installation.js';
import { KnownHosts } from './known-hosts.js';
import { openLink } from './link.js';
import type { AccountDevice, Host } from './types.js';

const MAX_STATEMENTS = 16;
const MAX_LISTED = 2048; // statements, of all devices
const LEARN_ATTEMPTS = 10;
const ACCOUNT_TIMEOUT_MS = 10_000;
const debug = debugLog('client');

export interface SessionOptions {
  readonly server: URL;
  readonly installation: Installation;
  readonly tokens: TokenSource;
  /** The account this browser was paired with; undefined for accounts of a provider. */
  readonly pairedAccount: string | undefined;
  readonly platform: string;
  /** What the server says of itself; asked for at each attempt to sign in. */
  readonly config: () => Promise<ServerConfig>;
  readonly statsIntervalMs: number;
  /** What the session before kept. */
  readonly kept: () => KeptHosts | undefined;
}

/** The hosts of an account that are dialled again until somebody disconnects them. */
export interface KeptHosts {
  readonly account: string;
  readonly deviceIds: readonly string[];
}

export interface SessionEvents {
  /** The signaling client's state or account changed. */
  signaling: undefined;
  hosts: readonly Host[];
  error: ClientError;
  /** Another device removed this one. */
  revoked: undefined;
  /** The token is somebody else's now: this session is of an account that is no longer signed in. */
  otherAccount: undefined;
}

/** Being online as one device of one account: the socket, the key book, the hosts and the connections to them. */
export class AccountSession extends Emitter<SessionEvents> {
  readonly signaling: SignalingClient;
  private readonly firstSight: FirstSight;
  private readonly connections = new Map<string, HostConnection>();
  private readonly keys: HostKeys;
  private readonly stops: Unsubscribe[] = [];
  private readonly iceServers: IceServers;
  private config: ServerConfig | undefined;
  private book: KeyBook | undefined;
  private known: KnownHosts | undefined;
  private savedRevision = 0;
  private snapshot: readonly Host[] = [];
  private drawing = false;
  private stopped = false;
  private learning: AbortController | undefined; // what happened while this device was away

  private readonly options: SessionOptions;

  constructor(options: SessionOptions) {
    super();
    this.options = options;

    const { server, installation, tokens, pairedAccount, platform } = options;
    this.iceServers = new IceServers(server, tokens, () => this.config?.iceServers ?? []);
    this.firstSight = pairedAccount === undefined ? 'remember' : 'refuse';
    const { key, deviceId, name } = installation;
    const self = { key, deviceId, name, platform };
    const path = async (): Promise<string> => {
      this.config = await options.config();
      return this.config.signalingPath;
    };
    this.signaling = new SignalingClient({ server, path, self, tokens, expectedAccount: pairedAccount });
    this.keys = new HostKeys(() => this.book, this.signaling.peers);
    this.stops.push(
      this.signaling.on('state', () => this.onSignalingState()),
      this.signaling.on('account', (account) => void this.onAccount(account)),
      this.signaling.on('peers', () => this.onPeers()),
      this.signaling.on('error', (error) => this.emit('error', error)),
      this.signaling.on('deviceRevoked', ({ statement }) => this.onRemoval(statement)),
      installation.store.watch((entry) => void this.onStore(entry)),
    );
  }

  get account(): string | undefined {
    return this.book?.account;
  }
  get hosts(): readonly Host[] {
    return this.snapshot;
  }

  /** For the session that comes next; undefined while the account is unknown. */
  get kept(): KeptHosts | undefined {
    const { account } = this;
    const kept = [...this.connections.values()].filter(({ isKept }) => isKept);
    return account === undefined ? undefined : { account, deviceIds: kept.map(({ deviceId }) => deviceId) };
  }

  /** Goes online; resolves when the first attempt has come to an end. */
  async start(): Promise<void> {
    if (this.options.pairedAccount !== undefined) await this.enter(this.options.pairedAccount);
    if (this.stopped) return;
    await this.signaling.start();
  }

  stop(): void {
    this.stopped = true;
    this.learning?.abort();
    for (const stop of this.stops) stop();
    for (const connection of this.connections.values()) connection.close();
    this.signaling.stop();
    this.removeAllListeners();
  }

  /** The device slept, or is in another network: finds out what of all that is open still is. */
  woke(): void {
    this.signaling.check();
    for (const connection of this.connections.values()) connection.woke();
  }

  /** The link to a host; throws as PantheonClient.connect(). */
  async connect(deviceId: string): Promise<Link> {
    const connection = await this.connected(deviceId);
    if (connection.link === undefined) throw clientError('host_legacy');
    return connection.link;
  }

  /** The older messages to a host; throws as PantheonClient.connectLegacy(). */
  async connectLegacy(deviceId: string): Promise<LegacyChannel> {
    const connection = await this.connected(deviceId);
    if (connection.legacy === undefined)
      throw clientError('host_unknown', { detail: 'it speaks the link protocol' });
    return connection.legacy;
  }

  disconnect(deviceId: string): void {
    this.connections.get(deviceId)?.close();
  }

  link(deviceId: string): Link | undefined {
    return this.connections.get(deviceId)?.link;
  }

  async refreshModels(deviceId: string): Promise<void> {
    const connection = this.connections.get(deviceId);
    if (connection === undefined) throw clientError('link_closed');
    await connection.refresh();
  }

  async listDevices(): Promise<readonly AccountDevice[]> {
    const devices = await this.signaling.listDevices();
    return devices.map((device) => {
      const { deviceId, name, platform, online, runsServer, createdAt, lastSeen, publicKey } = device;
      const revoked = device.revoked || (this.book?.isRevoked(deviceId) ?? false);
      const trust = this.keys.trustOf(deviceId, publicKey, device.statements);
      const self = deviceId === this.options.installation.deviceId;
      return { deviceId, name, platform, online, revoked, trust, self, runsServer, createdAt, lastSeen };
    });
  }

  async revokeDevice(deviceId: string): Promise<void> {
    const { book } = this;
    if (book === undefined) throw signalingError('not_online');
    const device = (await this.signaling.listDevices()).find((listed) => listed.deviceId === deviceId);
    const publicKey = book.pinned(deviceId) ?? device?.publicKey;
    if (publicKey === undefined) throw clientError('host_unknown');
    const { key } = this.options.installation;
    const claim = {
      type: 'revoke',
      account: book.account,
      deviceId,
      publicKey,
      name: device?.name ?? '',
      time: Date.now(),
    } as const;
    const statement = Statement.make(key, claim);
    await this.signaling.revokeDevice(statement.toJSON());
    this.learn([statement.toJSON()]);
  }

  private async connected(deviceId: string): Promise<HostConnection> {
    await this.accountKnown();
    const existing = this.connections.get(deviceId);
    if (existing === undefined && !this.snapshot.some((host) => host.deviceId === deviceId)) {
      if (this.signaling.peers.byDevice(deviceId) === undefined) throw clientError('host_unknown');
    }
    const connection = existing ?? this.newConnection(deviceId);
    await connection.connect();
    return connection;
  }

  /** Links are bound to the account, so nothing can be dialled before the server named it. */
  private accountKnown(): Promise<void> {
    if (this.book !== undefined) return Promise.resolve();
    if (this.signaling.state !== 'online') return Promise.reject(signalingError('not_online'));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        stop();
        reject(signalingError('timeout'));
      }, ACCOUNT_TIMEOUT_MS);
      const stop = this.on('hosts', () => {
        if (this.book === undefined) return;
        clearTimeout(timer);
        stop();
        resolve();
      });
    });
  }

  private newConnection(deviceId: string): HostConnection {
    const context: HostContext = {
      signaling: this.signaling,
      iceServers: () => this.iceServers.get(),
      statsIntervalMs: this.options.statsIntervalMs,
      legacyRefusal: (id) => this.keys.legacyRefusal(id),
      openLink: ({ open }, hostDeviceId, on) => {
        const { installation } = this.options;
        const { key, deviceId: own, pairing } = installation;
        const statements =
          pairing !== undefined && pairing.account === this.account ? [pairing.statement.toJSON()] : [];
        const { link, ready } = openLink(open, {
          account: this.account ?? '',
          deviceId: own,
          key,
          statements,
          accept: (id, publicKey, shown) => {
            const verdict = this.keys.judge(hostDeviceId, id, publicKey, shown);
            this.saveBook();
            return verdict;
          },
          onPush: on.push,
          onClose: on.close,
        });
        const stillAccepted = (trust: KeyTrust): KeyTrust => {
          const refused = this.keys.refusalNow(hostDeviceId); // somebody may have been removed meanwhile
          if (refused !== undefined) throw refused;
          return trust;
        };
        return { link, ready: ready.then(stillAccepted) };
      },
    };
    const connection = new HostConnection(context, deviceId);
    connection.on('change', () => this.draw());
    this.connections.set(deviceId, connection);
    return connection;
  }

  /** Lets hosts be dialled again whose key was refused for want of a statement, once there is one. */
  private reconsider(): void {
    for (const deviceId of this.keys.vouchedSince) this.connections.get(deviceId)?.vouched();
  }

  private learn(values: readonly unknown[]): void {
    const { book } = this;
    if (book === undefined) return;
    book.learn(Statement.parseList(values, MAX_STATEMENTS));
    this.saveBook();
    this.applyBook(book);
  }

  /** Acts on what the book has learned. */
  private applyBook(book: KeyBook): void {
    for (const connection of this.connections.values()) {
      const { deviceId } = connection;
      if (book.isRevoked(deviceId)) connection.close(identityError('device_revoked'));
      else if (this.keys.refusalNow(deviceId) !== undefined) connection.distrust();
    }
    for (const { deviceId } of this.known?.all() ?? [])
      if (book.isRevoked(deviceId)) this.known?.forget(deviceId);
    if (book.isRevoked(this.options.installation.deviceId)) this.emit('revoked', undefined);
    this.reconsider();
    this.draw();
  }

  /**
   * A device was removed. If by a key that this one does not know, or not yet, the list of devices says who vouched for that key;
   * and who had the server's word alone is believed no longer.
   */
  private onRemoval(value: unknown): void {
    const [statement] = Statement.parseList([value], 1);
    if (statement?.claim.type !== 'revoke') return;
    this.learn([value]);
    const { deviceId } = statement.claim;
    if (this.book === undefined || this.book.isRevoked(deviceId)) return;
    const connection = this.connections.get(deviceId);
    if (connection !== undefined && this.keys.removedOnServersWord(deviceId))
      connection.close(identityError('device_revoked'));
    void this.learnDevices();
  }

  private saveBook(): void {
    const { book } = this;
    if (book === undefined || book.revision === this.savedRevision) return;
    this.savedRevision = book.revision;
    void this.options.installation.saveBook(book);
  }

  /** Another tab learned something. */
  private async onStore(entry: string): Promise<void> {
    const { book } = this;
    if (book === undefined || entry !== bookEntry(book.account, book.firstSight)) return;
    this.book = await this.options.installation.loadBook(book.account, book.firstSight);
    this.savedRevision = this.book.revision;
    this.applyBook(this.book);
  }

  private onSignalingState(): void {
    const { state } = this.signaling;
    if (state === 'online') {
      void this.iceServers.get(); // so that the first connect need not wait for them
      for (const connection of this.connections.values()) connection.signalingBack();
    } else this.learning?.abort(); // the next sign-in asks anew
    if (state === 'offline') for (const connection of this.connections.values()) connection.signalingLost();
    this.emit('signaling', undefined);
    this.draw();
  }

  private async onAccount(account: string): Promise<void> {
    if (this.book === undefined) await this.enter(account);
    if (this.stopped) return;
    // Nothing of one person is for another: not the links, and not what the server now says about other hosts.
    if (this.book?.account !== account) return this.emit('otherAccount', undefined);
    this.draw();
    await this.learnDevices();
  }

  /**
   * Learns who was vouched for, and who was removed, while this device was away; in the order in which it was said, as whoever was
   * removed could remove others before. A server that is busy is asked again, or who was removed would be accepted until the next sign-in.
   */
  private async learnDevices(): Promise<void> {
    this.learning?.abort();
    const learning = new AbortController();
    this.learning = learning;
    const devices = await insist(() => this.signaling.listDevices(), learning.signal, LEARN_ATTEMPTS);
    if (devices === undefined) return debug('devices not listed');
    const { book } = this;
    if (book === undefined || this.stopped) return;
    const values = devices.flatMap((device) => device.statements);
    const statements = Statement.parseList(book.newOf(values), MAX_LISTED);
    book.learn([...statements].sort((a, b) => a.claim.time - b.claim.time));
    this.saveBook();
    this.applyBook(book);
  }

  private async enter(account: string): Promise<void> {
    const { installation } = this.options;
    const book = await installation.loadBook(account, this.firstSight);
    const known = await KnownHosts.load(installation.store, account);
    if (this.book !== undefined || this.stopped) return;
    this.book = book;
    this.known = known;
    this.saveBook();
    const { pairing } = installation;
    if (
      pairing?.account === account &&
      known.get(pairing.voucherId) === undefined &&
      !book.isRevoked(pairing.voucherId)
    ) {
      known.remember({ deviceId: pairing.voucherId, name: pairing.voucherName, platform: '' });
    }
    this.resume(book);
    this.onPeers();
  }

  private resume(book: KeyBook): void {
    const kept = this.options.kept();
    if (kept?.account !== book.account) return;
    for (const deviceId of kept.deviceIds)
      if (!book.isRevoked(deviceId)) this.newConnection(deviceId).resume();
  }

  private onPeers(): void {
    for (const peer of this.signaling.peers.all()) {
      if (peer.isHosting && !(this.book?.isRevoked(peer.deviceId) ?? false)) this.known?.remember(peer);
    }
    for (const connection of this.connections.values()) connection.presenceChanged();
    this.reconsider();
    this.draw();
  }

  /** One new list for all changes of this turn. */
  private draw(): void {
    if (this.drawing || this.stopped) return;
    this.drawing = true;
    queueMicrotask(() => {
      this.drawing = false;
      if (this.stopped) return;
      this.snapshot = this.listHosts();
      this.emit('hosts', this.snapshot);
    });
  }

  private listHosts(): readonly Host[] {
    const entries = new Map<string, PeerEntry>();
    const own = this.options.installation.deviceId;
    for (const { deviceId } of this.signaling.peers.all()) {
      const entry = this.signaling.peers.byDevice(deviceId);
      const isHost =
        entry?.isHosting === true || entry?.clientType === 'electron' || this.connections.has(deviceId);
      if (entry !== undefined && isHost && deviceId !== own) entries.set(deviceId, entry);
    }
    const ids = new Set([...(this.known?.all() ?? []).map(({ deviceId }) => deviceId), ...entries.keys()]);
    const hosts = [...ids].map((deviceId) => {
      const entry = this.signaling.peers.byDevice(deviceId);
      const trust = this.keys.trustOf(deviceId, entry?.publicKey, entry?.statements ?? []);
      return hostSnapshot({
        deviceId,
        known: this.known?.get(deviceId),
        entry,
        connection: this.connections.get(deviceId),
        trust,
      });
    });
    return hosts.sort((a, b) => Number(b.online) - Number(a.online) || a.name.localeCompare(b.name));
  }
}
