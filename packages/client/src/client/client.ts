import { debugLog } from '../core/debug.js';
import { Emitter } from '../core/emitter.js';
import { type ClientError } from '../core/error.js';
import { plainText } from '../core/json.js';
import type { LegacyChannel } from '../legacy/legacy-channel.js';
import type { Link } from '../link/index.js';
import { pairingError } from '../pairing/error.js';
import { readPairingLink } from '../pairing/pairing-link.js';
import { redeemPairing } from '../pairing/redeem.js';
import { signalingError } from '../signaling/error.js';
import { fetchServerConfig, type ServerConfig } from '../signaling/server-config.js';
import { DeviceTokens, ProviderTokens } from '../signaling/tokens.js';
import { openStore } from '../store/open-store.js';
import { AccountSession, type KeptHosts } from './account-session.js';
import { deviceNameOf, platformOf } from './device-name.js';
import { clientError } from './error.js';
import { ENTRIES, Installation } from './installation.js';
import { onPageLife } from './page-life.js';
import type {
  AccountDevice,
  ClientEvents,
  ClientOptions,
  ClientState,
  Host,
  HostModel,
  OwnDevice,
  PairResult,
  ServerInfo,
} from './types.js';

const DEFAULT_STATS_MS = 5_000;
const MAX_NAME_BYTES = 64;
const debug = debugLog('client');

function userAgent(): string {
  return typeof navigator === 'undefined' ? '' : navigator.userAgent;
}

/**
 * The account's models in a browser: finds the hosts, connects to them, keeps the connections.
 *
 * ```ts
 * const client = new PantheonClient();
 * if (location.hash.startsWith('#pair=')) await client.pair(location.hash);
 * await client.start();
 * client.on('hosts', (hosts) => render(hosts));
 * const link = await client.connect(hostDeviceId);
 * const response = await link.fetch('/v1/chat/completions', { method: 'POST', body });
 * ```
 *
 * Every promise rejects with a ClientError (code, message, advice). All state is live and read without waiting.
 */
export class PantheonClient extends Emitter<ClientEvents> {
  /** Resolved when key, pairing and pins have been read from the store. Never rejects. */
  readonly ready: Promise<void>;
  private installation: Installation | undefined;
  private config: ServerConfig | undefined;
  private session: AccountSession | undefined;
  private kept: KeptHosts | undefined; // of the session before: a page that comes back, or is paired anew, finds its links again
  private current: ClientState = 'connecting';
  private reason: ClientError | undefined;
  private started = false;
  private era = 0; // rises when a session ends, so that a restart still under way can see that it is too late
  private lastHosts: readonly Host[] = [];
  private stopWatching: () => void = () => undefined;

  private readonly options: ClientOptions;

  constructor(options: ClientOptions = {}) {
    super();
    this.options = options;

    this.ready = this.load();
  }

  /** Where this client stands; changes are told by `on('state')`. `connecting` before start(). */
  get state(): ClientState {
    return this.current;
  }
  /** Why `state` is `offline`, `revoked` or `untrusted`. */
  get error(): ClientError | undefined {
    return this.reason;
  }
  /** Whether this browser has been paired, or has a token. Reliable once `ready` is resolved. */
  get paired(): boolean {
    return this.options.token !== undefined || this.installation?.pairing !== undefined;
  }
  /** The account id; undefined until paired or told by the server. */
  get account(): string | undefined {
    const paired = this.options.token === undefined ? this.installation?.pairing?.account : undefined;
    return this.session?.account ?? paired;
  }
  /** This browser as a device; undefined until `ready`. */
  get device(): OwnDevice | undefined {
    const { installation } = this;
    if (installation === undefined) return undefined;
    return {
      deviceId: installation.deviceId,
      name: installation.name,
      publicKey: installation.key.publicKeyText,
    };
  }
  /** False when the browser blocks storage: the pairing is gone with the page. */
  get persistent(): boolean {
    return this.installation?.store.persistent ?? true;
  }
  /** What the server said about itself; undefined until it has. */
  get server(): ServerInfo | undefined {
    if (this.config === undefined) return undefined;
    const { version, mode, devTokens } = this.config;
    return { version, mode, devTokens };
  }
  /** The devices of the account that share models, online ones first, then by name. New objects after each change. */
  get hosts(): readonly Host[] {
    return this.lastHosts;
  }
  /** Every model of every connected host. */
  get models(): readonly HostModel[] {
    const connected = this.lastHosts.filter((host) => host.state === 'connected');
    return connected.flatMap((host) => host.models.map((model) => ({ host, model })));
  }

  /**
   * Redeems a pairing link (the whole URL, or its `#pair=...` fragment) and pins the voucher's key. Take the fragment
   * out of the address bar afterwards (history.replaceState). Replaces an earlier pairing of this browser; a started
   * client goes on with the new one.
   * Codes: `server_invalid`, `pairing_link_invalid`, `pairing_code_unknown`, `pairing_busy`, `pairing_refused`, `pairing_voucher_gone`,
   * `rate_limited`, `pairing_mac_mismatch`, `server_unreachable`, `device_revoked` (the voucher was removed from the account).
   */
  async pair(linkOrFragment: string, options: { readonly name?: string } = {}): Promise<PairResult> {
    const link = readPairingLink(linkOrFragment);
    const installation = await this.loaded();
    const server = serverAt(this.options.server ?? link.origin ?? this.pageOrigin());
    const name = plainText(options.name ?? '', MAX_NAME_BYTES / 2) || installation.name;
    const key = installation.keyForPairing();
    const pairing = await redeemPairing(server, link, { key, name, platform: platformOf(userAgent()) });
    this.endSession(); // or it could store its key book over the one to come
    try {
      this.installation = await installation.pair(server.origin, key, name, pairing);
      debug('paired', { account: pairing.account, voucher: pairing.voucher.deviceId });
    } finally {
      if (this.started) await this.restart();
    }
    const { account, voucher } = pairing;
    return { account, hostName: voucher.name, hostDeviceId: voucher.deviceId };
  }

  /**
   * Goes online and stays so. Resolves once the first attempt has come to an end, whatever it was: look at `state`.
   * Codes: `server_invalid` (the option `server` is no http or https URL), `server_unreachable` (there is none, and no page either).
   */
  async start(): Promise<void> {
    if (this.started) return;
    this.started = true;
    const installation = await this.loaded();
    if (!this.started) return; // stopped meanwhile
    this.stopWatching(); // of a start before that stop
    const stopStore = installation.store.watch((entry) => {
      if (entry === ENTRIES.pairing) void this.reload(); // another tab was paired, or unpaired
    });
    const stopPage = onPageLife({
      hide: () => this.endSession(),
      show: () => void this.restart(),
      online: () => this.retryNow(),
      woke: () => this.session?.woke(),
    });
    this.stopWatching = () => {
      stopStore();
      stopPage();
    };
    try {
      await this.restart();
    } catch (error) {
      this.started = false;
      this.stopWatching();
      throw error;
    }
  }

  /** Closes every link and the socket. start() begins anew. */
  async stop(): Promise<void> {
    this.started = false;
    this.stopWatching();
    this.endSession();
    this.kept = undefined;
    this.setHosts([]);
    this.setState('connecting', undefined);
    await this.ready;
  }

  /** Tries to reach the signaling server now instead of at the next turn of the backoff. */
  retryNow(): void {
    if (this.started && this.session === undefined && this.current === 'offline') void this.restart();
    else this.session?.signaling.retryNow();
  }

  /**
   * The link to a host: the open one, or a new one. It is kept and dialled again after a loss until disconnect().
   * Codes: `host_unknown`, `host_offline`, `host_legacy` (connectLegacy(); from that too: a browser that was paired does not speak with it),
   * `key_untrusted` (be loud), `key_not_accepted` (nobody has vouched for it), `refused_by_host` (it does not accept this browser),
   * `device_revoked`, `key_book_full`, `webrtc_unavailable`, `bad_fingerprint`, `connect_failed`, `link_closed`, `not_online`,
   * `timeout` (the server did not name the account), `not_started`, `not_paired`, `stopped`.
   */
  async connect(hostDeviceId: string): Promise<Link> {
    return await this.running().connect(hostDeviceId);
  }

  /** A host that speaks the older JSON messages only: whole answers, no streaming. Codes: as connect(). */
  async connectLegacy(hostDeviceId: string): Promise<LegacyChannel> {
    return await this.running().connectLegacy(hostDeviceId);
  }

  /** Closes the link to a host and stops keeping it. */
  disconnect(hostDeviceId: string): void {
    this.session?.disconnect(hostDeviceId);
    if (this.kept === undefined) return;
    const deviceIds = this.kept.deviceIds.filter((deviceId) => deviceId !== hostDeviceId);
    this.kept = { ...this.kept, deviceIds };
  }

  /** The open link to a host, if there is one. */
  link(hostDeviceId: string): Link | undefined {
    return this.session?.link(hostDeviceId);
  }

  /** Asks a connected host for its models again. Codes: `link_closed`, `catalogue_unavailable`. */
  async refreshModels(hostDeviceId: string): Promise<void> {
    await this.running().refreshModels(hostDeviceId);
  }

  /** All devices of the account, hosts or not. Codes: `not_online`, `timeout`. */
  async listDevices(): Promise<readonly AccountDevice[]> {
    return await this.running().listDevices();
  }

  /** Removes a device from the account, for good: signs a revocation that every other device believes. */
  async revokeDevice(deviceId: string): Promise<void> {
    await this.running().revokeDevice(deviceId);
  }

  /** Unpairs this browser: stops, and erases key, tokens and pins. */
  async forget(): Promise<void> {
    const installation = await this.loaded();
    const { account } = this;
    const wasStarted = this.started;
    await this.stop();
    await installation.erase(account);
    this.installation = await this.loadInstallation();
    if (wasStarted) await this.start();
  }

  private pageOrigin(): string | undefined {
    return typeof location === 'undefined' ? undefined : location.origin;
  }

  private async load(): Promise<void> {
    this.installation = await this.loadInstallation();
  }

  private async loadInstallation(): Promise<Installation> {
    const store = this.installation?.store ?? this.options.store ?? (await openStore());
    return await Installation.load(store, this.options.deviceName ?? deviceNameOf(userAgent()));
  }

  private async loaded(): Promise<Installation> {
    await this.ready;
    return this.installation ?? (this.installation = await this.loadInstallation());
  }

  private running(): AccountSession {
    if (this.session !== undefined) return this.session;
    if (!this.started) throw clientError('not_started');
    throw this.paired ? signalingError('not_online') : clientError('not_paired');
  }

  private async reload(): Promise<void> {
    this.installation = await this.loadInstallation();
    if (this.started) await this.restart();
  }

  /** Ends the session there is, and begins one with what the store holds now. */
  private async restart(): Promise<void> {
    this.endSession();
    const { era } = this;
    const installation = await this.loaded();
    if (era !== this.era) return;
    if (!this.paired) {
      this.kept = undefined;
      this.setHosts([]);
      return this.setState('unpaired', undefined);
    }
    const origin =
      this.options.server ?? (this.options.token === undefined ? installation.pairing?.server : undefined);
    const server = serverAt(origin ?? this.pageOrigin());
    if (this.current !== 'offline') this.setState('connecting', undefined);
    await this.begin(installation, server);
  }

  private async begin(installation: Installation, server: URL): Promise<void> {
    const { token, statsIntervalMs = DEFAULT_STATS_MS } = this.options;
    const tokens =
      token === undefined
        ? new DeviceTokens(server, installation.store, installation.key, installation.deviceId)
        : new ProviderTokens(token);
    const pairedAccount = token === undefined ? installation.pairing?.account : undefined;
    const platform = platformOf(userAgent());
    let config: ServerConfig | undefined;
    const session = new AccountSession({
      server,
      installation,
      tokens,
      pairedAccount,
      platform,
      config: async () => {
        config ??= await fetchServerConfig(server);
        if (this.session === session) this.config = config;
        return config;
      },
      statsIntervalMs,
      kept: () => this.kept,
    });
    this.session = session;
    session.on('signaling', () => this.follow(session));
    session.on('hosts', (hosts) => this.setHosts(hosts));
    session.on('error', (error) => this.emit('error', error));
    session.on('otherAccount', () => void this.changeAccount());
    session.on('revoked', () => {
      this.endSession();
      this.setState('revoked', signalingError('device_revoked'));
    });
    await session.start();
  }

  /** Another person has signed in at the provider: begins anew, with nothing of the one before. */
  private async changeAccount(): Promise<void> {
    this.endSession();
    this.kept = undefined;
    this.setHosts([]);
    await this.restart();
  }

  private follow(session: AccountSession): void {
    const { state, error } = session.signaling;
    if (state === 'online') this.setState('online', undefined);
    else if (state === 'offline') this.setState('offline', error);
    else if (state === 'refused')
      this.setState(error?.code === 'account_mismatch' ? 'untrusted' : 'revoked', error);
    else if (state === 'connecting' && this.current !== 'offline') this.setState('connecting', undefined);
  }

  private endSession(): void {
    const { session } = this;
    this.era++;
    this.session = undefined;
    this.kept = session?.kept ?? this.kept;
    session?.stop();
  }

  private setHosts(hosts: readonly Host[]): void {
    this.lastHosts = hosts;
    this.emit('hosts', hosts);
  }

  private setState(state: ClientState, error: ClientError | undefined): void {
    if (this.current === state && this.reason === error) return;
    this.current = state;
    this.reason = error;
    debug('state', { state, code: error?.code });
    this.emit('state', state);
  }
}

function serverAt(origin: string | undefined): URL {
  if (origin === undefined) throw pairingError('server_unreachable', { detail: 'no server given' });
  try {
    const url = new URL(origin);
    // A name with a port, without a scheme, reads as one whose scheme is the name.
    if (url.protocol === 'https:' || url.protocol === 'http:') return url;
  } catch {
    // it is no URL at all
  }
  throw clientError('server_invalid', { detail: plainText(origin, 200) });
}
