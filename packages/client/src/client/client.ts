import { ClientError } from '../core/error.js';
import { Emitter } from '../core/emitter.js';
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
import type { Link } from './link.js';

function notYet(): ClientError {
  return new ClientError('internal', { message: 'Not available yet.', advice: 'Update the app.' });
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
  constructor(readonly options: ClientOptions = {}) {
    super();
  }

  /** Where this client stands; changes are told by `on('state')`. `connecting` before start(). */
  get state(): ClientState {
    return 'connecting';
  }
  /** Why `state` is `offline`, `revoked` or `untrusted`. */
  get error(): ClientError | undefined {
    return undefined;
  }
  /** Whether this browser has been paired, or has a token. Reliable once `ready` is resolved. */
  get paired(): boolean {
    return false;
  }
  /** Resolved when key, pairing and pins have been read from the store. Never rejects. */
  get ready(): Promise<void> {
    return Promise.resolve();
  }
  /** The account id; undefined until paired or told by the server. */
  get account(): string | undefined {
    return undefined;
  }
  /** This browser as a device; undefined until `ready`. */
  get device(): OwnDevice | undefined {
    return undefined;
  }
  /** False when the browser blocks storage: the pairing is gone with the page. */
  get persistent(): boolean {
    return true;
  }
  /** What the server said about itself; undefined until it has. */
  get server(): ServerInfo | undefined {
    return undefined;
  }
  /** The devices of the account that share models, online ones first, then by name. New objects after each change. */
  get hosts(): readonly Host[] {
    return [];
  }
  /** Every model of every connected host. */
  get models(): readonly HostModel[] {
    return [];
  }

  /**
   * Redeems a pairing link (the whole URL, or its `#pair=...` fragment) and pins the voucher's key. Take the fragment
   * out of the address bar afterwards (history.replaceState). Replaces an earlier pairing of this browser.
   * Codes: `pairing_link_invalid`, `pairing_code_unknown`, `pairing_busy`, `pairing_refused`, `pairing_voucher_gone`,
   * `rate_limited`, `pairing_mac_mismatch`, `server_unreachable`.
   */
  async pair(_linkOrFragment: string, _options: { readonly name?: string } = {}): Promise<PairResult> {
    throw notYet();
  }

  /** Goes online and stays so. Resolves once the first attempt has come to an end, whatever it was: look at `state`. */
  async start(): Promise<void> {
    throw notYet();
  }
  /** Closes every link and the socket. start() begins anew. */
  async stop(): Promise<void> {
    throw notYet();
  }
  /** Tries to reach the signaling server now instead of at the next turn of the backoff. */
  retryNow(): void {
    throw notYet();
  }

  /**
   * The link to a host: the open one, or a new one. It is kept and dialled again after a loss until disconnect().
   * Codes: `host_unknown`, `host_offline`, `host_legacy`, `key_untrusted`, `connect_failed`, `not_online`, and those of the link.
   */
  async connect(_hostDeviceId: string): Promise<Link> {
    throw notYet();
  }
  /** Closes the link to a host and stops keeping it. */
  disconnect(_hostDeviceId: string): void {
    throw notYet();
  }
  /** The open link to a host, if there is one. */
  link(_hostDeviceId: string): Link | undefined {
    return undefined;
  }
  /** Asks a connected host for its models again. */
  async refreshModels(_hostDeviceId: string): Promise<void> {
    throw notYet();
  }

  /** All devices of the account, hosts or not. Codes: `not_online`, `timeout`. */
  async listDevices(): Promise<readonly AccountDevice[]> {
    throw notYet();
  }
  /** Removes a device from the account, for good: signs a revocation that every other device believes. */
  async revokeDevice(_deviceId: string): Promise<void> {
    throw notYet();
  }
  /** Unpairs this browser: stops, and erases key, tokens and pins. */
  async forget(): Promise<void> {
    throw notYet();
  }
}
