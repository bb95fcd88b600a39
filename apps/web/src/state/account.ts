import type { ClientError, ClientState, Host, OwnDevice, ServerInfo } from '@pantheon/client';
import type { ClientLike } from './client-like.js';
import { Observable } from './observable.js';

/** Where the client stands, as one immutable value for the pages. */
export interface AccountView {
  /** False until the stored pairing has been read. */
  readonly loaded: boolean;
  readonly paired: boolean;
  readonly state: ClientState;
  readonly error: ClientError | undefined;
  readonly hosts: readonly Host[];
  readonly device: OwnDevice | undefined;
  readonly server: ServerInfo | undefined;
  /** False: this browser keeps nothing beyond the page. */
  readonly persistent: boolean;
}

const MAX_CONNECTED = 8;
const RETRY_MS = 15_000;
const FINAL = new Set(['key_untrusted', 'device_revoked', 'host_legacy', 'webrtc_unavailable']);

function viewOf(client: ClientLike, loaded: boolean): AccountView {
  const { paired, state, error, hosts, device, server, persistent } = client;
  return { loaded, paired, state, error, hosts, device, server, persistent };
}

/** The account as the pages see it. Connects to the hosts that come online, so that their models are known. */
export class Account extends Observable<AccountView> {
  private readonly failedAt = new Map<string, number>();

  constructor(private readonly client: ClientLike) {
    super(viewOf(client, false));
    client.on('state', () => this.refresh());
    client.on('hosts', () => this.refresh());
  }

  /** Reads the stored pairing and goes online with it. Never rejects: the view says how it went. */
  async start(): Promise<void> {
    await this.client.ready;
    this.refresh(true);
    await this.client.start();
    this.refresh();
    setInterval(() => this.connectAll(), RETRY_MS);
  }

  /** Makes the view anew; also after pairing, which changes more than the state. */
  refresh(loaded = this.get().loaded): void {
    this.set(viewOf(this.client, loaded));
    this.connectAll();
  }

  /** Tries a host again that could not be reached. */
  retry(hostDeviceId: string): void {
    this.failedAt.delete(hostDeviceId);
    this.connect(hostDeviceId);
  }

  private connectAll(): void {
    const { state, hosts } = this.client;
    if (state !== 'online') return;
    const wanted = hosts.filter(({ online, hosting }) => online && hosting).slice(0, MAX_CONNECTED);
    for (const host of wanted) {
      const failed = this.failedAt.get(host.deviceId) ?? Number.NEGATIVE_INFINITY;
      const again =
        host.state === 'failed' && !FINAL.has(host.error?.code ?? '') && Date.now() - failed > RETRY_MS;
      if (host.state === 'idle' || again) this.connect(host.deviceId);
    }
  }

  private connect(hostDeviceId: string): void {
    this.failedAt.set(hostDeviceId, Date.now());
    this.client.connect(hostDeviceId).catch(() => undefined); // the host's own state says why
  }
}
