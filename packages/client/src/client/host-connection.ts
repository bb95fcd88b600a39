import { Backoff } from '../core/backoff.js';
import { debugLog } from '../core/debug.js';
import { Emitter } from '../core/emitter.js';
import { isClientError, type ClientError } from '../core/error.js';
import { booleanOf, type JsonObject } from '../core/json.js';
import type { KeyTrust } from '../identity/key-book.js';
import { LegacyChannel } from '../legacy/legacy-channel.js';
import { RelayedChannel } from '../legacy/relayed-channel.js';
import { signalingError } from '../signaling/error.js';
import type { SignalingClient } from '../signaling/signaling-client.js';
import { legacyCatalogue, parseCatalogue, type Catalogue } from './catalogue.js';
import { CatalogueReader, fetchCatalogue, type Asking } from './catalogue-reader.js';
import { dial, type Dialled } from './dialer.js';
import { clientError, isFinalForHost } from './error.js';
import type { Link } from '../link/index.js';
import type { OpeningLink } from './link.js';
import type { HostState, Route } from './types.js';

const PROBE_TIMEOUT_MS = 4_000;
/** Of what is final what can be otherwise once the host signs in anew: somebody vouched for it, or for this device, or it was updated. */
const MENDED_THERE = new Set(['key_not_accepted', 'refused_by_host', 'host_legacy']);
const debug = debugLog('host');

/** What a connection to a host needs of the account it belongs to. */
export interface HostContext {
  readonly signaling: SignalingClient;
  readonly iceServers: () => Promise<readonly RTCIceServer[]>;
  /** Starts the link on a channel that has just opened. */
  readonly openLink: (
    dialled: Dialled,
    hostDeviceId: string,
    on: {
      readonly push: (kind: string, body: JsonObject) => void;
      readonly close: (error: ClientError) => void;
    },
  ) => OpeningLink;
  /** Why the older JSON messages are not to be spoken with this device, if so: never with one whose key we know. */
  readonly legacyRefusal: (hostDeviceId: string) => 'key_untrusted' | 'host_legacy' | undefined;
  /** Milliseconds between two looks at route and round trip; 0: never. */
  readonly statsIntervalMs: number;
}

export interface HostConnectionEvents {
  /** Some public field changed. */
  change: undefined;
}

type Speaks =
  | { readonly protocol: 'link'; readonly link: Link; readonly ready: Promise<KeyTrust> }
  | { readonly protocol: 'legacy'; readonly legacy: LegacyChannel };

/**
 * The connection to one host: dialled, kept, dialled again after a loss, with what the host told. Reads the key book
 * and the directory through its context alone.
 */
export class HostConnection extends Emitter<HostConnectionEvents> {
  state: HostState = 'idle';
  error: ClientError | undefined;
  catalogue: Catalogue | undefined;
  /** What the host itself said last. */
  hosting: boolean | undefined;
  trust: KeyTrust | undefined;
  protocol: 'link' | 'legacy' | undefined;
  rtt: number | undefined;
  route: Route | undefined;
  link: Link | undefined;
  legacy: LegacyChannel | undefined;

  private readonly backoff = new Backoff(500, 30_000);
  private kept = false; // it was open once, and nobody has closed it: dial again after a loss
  private dialling: Promise<void> | undefined;
  private dialled: Dialled | undefined;
  private reader: CatalogueReader | undefined;
  private relayed: RelayedChannel | undefined; // of a host of generation 1, in place of `dialled`
  private abort = new AbortController();
  private socketId = '';
  private probing = false;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private stats: ReturnType<typeof setInterval> | undefined;

  private readonly context: HostContext;
  readonly deviceId: string;

  constructor(context: HostContext, deviceId: string) {
    super();
    this.context = context;
    this.deviceId = deviceId;
  }

  /** Whether it was open once and is dialled again after a loss. */
  get isKept(): boolean {
    return this.kept;
  }

  /** Takes the place of a kept connection that ended with its session: dials as soon as the host is there. */
  resume(): void {
    this.kept = true;
    this.change({ state: 'reconnecting', error: clientError('link_closed') });
  }

  /** Resolves when connected; joins what is under way. Throws what the dialer and the link throw. */
  async connect(): Promise<void> {
    if (this.state === 'connected') return;
    this.cancelRetry();
    this.dialling ??= this.begin();
    await this.dialling;
  }

  /** Somebody has vouched for the key that the host was refused for: it may be dialled again. */
  vouched(): void {
    if (this.state === 'failed' && this.error?.code === 'key_not_accepted')
      this.change({ state: 'idle', error: undefined });
  }

  /** The key that was proven is accepted no more: ends the link and dials anew, so that the host shows what it has now. */
  distrust(): void {
    this.onLoss(clientError('link_closed'));
  }

  /** Ends the connection and everything under way. */
  close(error?: ClientError): void {
    this.kept = false;
    this.abort.abort();
    this.abort = new AbortController();
    this.dialling = undefined; // who connects from now on has nothing to do with what was ended
    this.release();
    this.change({ state: error === undefined ? 'idle' : 'failed', error });
  }

  /** The signaling server's view of the host changed. */
  presenceChanged(): void {
    const socketId = this.context.signaling.peers.byDevice(this.deviceId)?.socketId ?? '';
    const moved = socketId !== this.socketId;
    const waiting = this.state === 'reconnecting' && this.dialling === undefined;
    if (this.relayed !== undefined && moved) {
      this.relayed.close();
    } else if (this.state === 'connected' && moved) {
      this.socketId = socketId;
      void this.probe(); // it restarted, or only its signaling did: the link itself knows
    } else if (waiting && socketId !== '' && (moved || this.retry === undefined)) {
      this.backoff.reset();
      this.redial(0);
    } else if (this.state === 'failed' && moved && socketId !== '') {
      const code = this.error?.code ?? '';
      // What was wrong then says nothing about it now.
      if (!isFinalForHost(code) || MENDED_THERE.has(code)) this.change({ state: 'idle', error: undefined });
    }
  }

  /** The signaling server is gone. At home it is the host itself, and ICE takes many seconds to notice. */
  signalingLost(): void {
    if (this.relayed !== undefined) this.relayed.close();
    else if (this.state === 'connected') void this.probe();
  }

  /** This device slept, or is in another network: the link may be dead, and what failed before may go now. */
  woke(): void {
    if (this.relayed === undefined && this.state === 'connected') void this.probe();
    else if (this.state === 'reconnecting' && this.retry !== undefined) {
      this.backoff.reset();
      this.redial(0);
    } else this.signalingBack();
  }

  /** This device signed in anew, perhaps in another network without having been told: what failed before may go now. */
  signalingBack(): void {
    if (this.state === 'failed' && !isFinalForHost(this.error?.code ?? ''))
      this.change({ state: 'idle', error: undefined });
  }

  /** Asks the host for its models, and that it look for them anew. Throws `catalogue_unavailable`. */
  async refresh(): Promise<void> {
    if (this.reader === undefined) throw clientError('link_closed');
    await this.reader.load({ anew: true });
  }

  private begin(): Promise<void> {
    const dialling = this.run().finally(() => {
      if (this.dialling === dialling) this.dialling = undefined;
    });
    return dialling;
  }

  private async run(): Promise<void> {
    const { signal } = this.abort;
    this.change({
      state: this.kept ? 'reconnecting' : 'connecting',
      error: this.kept ? this.error : undefined,
    });
    try {
      const speaks = await this.dial(signal);
      const trust = speaks.protocol === 'link' ? await speaks.ready : undefined;
      if (signal.aborted) throw clientError('stopped');
      this.established(speaks, trust);
    } catch (error) {
      if (signal.aborted) throw clientError('stopped');
      this.release();
      const known = isClientError(error) ? error : clientError('connect_failed', { cause: error });
      this.lost(known);
      throw known;
    }
  }

  private async dial(signal: AbortSignal): Promise<Speaks> {
    const { signaling, iceServers } = this.context;
    const { deviceId } = this;
    if (signaling.state !== 'online') throw signalingError('not_online');
    const entry = signaling.peers.byDevice(deviceId);
    this.socketId = entry?.socketId ?? '';
    if (entry?.generation === 1) return this.relay();
    return await dial({ signaling, deviceId, iceServers: await iceServers(), signal }, (dialled) =>
      this.adopt(dialled),
    );
  }

  /** Speaks with a host of generation 1 through the server: never with one whose key we know, whatever the server says. */
  private relay(): Speaks {
    this.mayBeLegacy('the server says that the host knows no link protocol');
    const relayed = new RelayedChannel(this.context.signaling, this.deviceId);
    this.relayed = relayed;
    relayed.addEventListener('close', () => {
      if (this.relayed === relayed) this.onLoss(clientError('link_closed'));
    });
    return { protocol: 'legacy', legacy: new LegacyChannel(relayed) };
  }

  private mayBeLegacy(detail: string): void {
    const refused = this.context.legacyRefusal(this.deviceId);
    if (refused !== undefined) throw clientError(refused, { detail });
  }

  /** In the turn in which the channel opened. */
  private adopt(dialled: Dialled): Speaks {
    this.dialled = dialled;
    this.socketId = this.context.signaling.peers.byDevice(this.deviceId)?.socketId ?? '';
    const onClose = (error: ClientError): void => {
      if (this.dialled === dialled) this.onLoss(error);
    };
    dialled.peer.on('close', onClose);
    if (dialled.open.link) {
      const push = (kind: string, body: JsonObject): void => this.onPush(kind, body);
      return { protocol: 'link', ...this.context.openLink(dialled, this.deviceId, { push, close: onClose }) };
    }
    this.mayBeLegacy('the host answered without the link protocol');
    return { protocol: 'legacy', legacy: new LegacyChannel(dialled.open.channel) };
  }

  private established(speaks: Speaks, trust: KeyTrust | undefined): void {
    this.kept = true;
    this.backoff.reset();
    this.link = speaks.protocol === 'link' ? speaks.link : undefined;
    this.legacy = speaks.protocol === 'legacy' ? speaks.legacy : undefined;
    this.readCatalogue(speaks);
    this.change({
      state: 'connected',
      error: undefined,
      protocol: speaks.protocol,
      trust,
      hosting: undefined,
    });
    const { statsIntervalMs } = this.context;
    if (statsIntervalMs > 0) this.stats = setInterval(() => void this.look(), statsIntervalMs);
    void this.look();
  }

  private readCatalogue(speaks: Speaks): void {
    const get = async (asking: Asking): Promise<Catalogue> =>
      speaks.protocol === 'link'
        ? await fetchCatalogue(speaks.link, asking)
        : legacyCatalogue(await speaks.legacy.requestModels());
    const reader = new CatalogueReader(get, (catalogue) => this.change({ catalogue }));
    this.reader = reader;
    if (speaks.protocol === 'legacy')
      speaks.legacy.on('models', (models) => reader.push(legacyCatalogue(models)));
    reader.start();
  }

  private onPush(kind: string, body: JsonObject): void {
    if (kind === 'catalogue') {
      this.reader?.push(parseCatalogue(body)); // before there is a reader: it begins by asking
    } else if (kind === 'hosting') {
      this.change({ hosting: booleanOf(body, 'hosting') });
    }
  }

  /** Finds out whether the host still hears us; takes the link for lost if nothing comes. */
  private async probe(): Promise<void> {
    const { link, legacy, dialled, reader } = this;
    if (this.probing) return;
    this.probing = true;
    const asked = performance.now();
    try {
      if (link !== undefined) await reader?.load({ timeoutMs: PROBE_TIMEOUT_MS });
      else await legacy?.ping();
    } catch {
      const heard = link !== undefined && link.heardAt > asked; // it is busy, no more
      if (!heard && dialled !== undefined && this.dialled === dialled)
        this.onLoss(clientError('link_closed'));
    } finally {
      this.probing = false;
    }
  }

  private onLoss(error: ClientError): void {
    if (this.state !== 'connected') return; // run() sees it by itself
    this.release();
    this.lost(error);
  }

  private lost(error: ClientError): void {
    debug('lost', { deviceId: this.deviceId, code: error.code, kept: this.kept });
    if (!this.kept || isFinalForHost(error.code)) {
      this.kept = false;
      return this.change({ state: 'failed', error });
    }
    this.change({ state: 'reconnecting', error });
    this.redial(this.backoff.next());
  }

  private cancelRetry(): void {
    clearTimeout(this.retry);
    this.retry = undefined;
  }

  private redial(delayMs: number): void {
    this.cancelRetry();
    this.retry = setTimeout(() => {
      this.retry = undefined;
      // While it or we are not signed in there is nobody to dial: presenceChanged() comes when that changes.
      const { peers, state } = this.context.signaling;
      if (state === 'online' && peers.byDevice(this.deviceId) !== undefined)
        this.connect().catch(() => undefined);
    }, delayMs);
  }

  private release(): void {
    this.cancelRetry();
    clearInterval(this.stats);
    this.reader?.stop();
    this.reader = undefined;
    const { dialled, link, relayed } = this;
    this.dialled = undefined;
    this.relayed = undefined;
    this.link = undefined;
    this.legacy = undefined;
    this.rtt = undefined;
    this.route = undefined;
    link?.close();
    dialled?.close();
    relayed?.close();
  }

  private async look(): Promise<void> {
    const { dialled } = this;
    const report = await dialled?.peer.route().catch(() => undefined);
    if (report === undefined || this.dialled !== dialled) return;
    const { route, rttMs: rtt } = report;
    const far =
      rtt !== undefined && Math.abs(rtt - (this.rtt ?? Number.NEGATIVE_INFINITY)) > Math.max(1, rtt / 5);
    if (route !== this.route || far) this.change({ route, rtt }); // small steps would only make pages draw
  }

  private change(
    fields: Partial<
      Pick<
        HostConnection,
        'state' | 'error' | 'catalogue' | 'hosting' | 'trust' | 'protocol' | 'rtt' | 'route'
      >
    >,
  ): void {
    Object.assign(this, fields);
    this.emit('change', undefined);
  }
}
