import {
  isFinalForHost,
  type ClientError,
  type ClientState,
  type Host,
  type OwnDevice,
  type ServerInfo,
} from '@pantheon/client';
import type { ClientLike } from './client-like.js';
import { Observable, type Readable } from './observable.js';
import type { Choice } from './selection.js';

/** Where the client stands, as one immutable value for the pages. */
export interface AccountView {
  /** False until the stored pairing has been read. */
  readonly loaded: boolean;
  readonly paired: boolean;
  readonly state: ClientState;
  readonly error: ClientError | undefined;
  readonly hosts: readonly Host[];
  /** Ids of hosts that share models and are not connected to by themselves, because there are too many. */
  readonly waiting: ReadonlySet<string>;
  readonly device: OwnDevice | undefined;
  readonly server: ServerInfo | undefined;
  /** False: this browser keeps nothing beyond the page. */
  readonly persistent: boolean;
}

const MAX_CONNECTED = 8;
/** How long a host that could not be reached is left alone, after the first failure in a row, the second and so on. */
const PAUSES_MS = [15_000, 30_000, 60_000, 120_000] as const;
const LONGEST_PAUSE_MS = 120_000;
const LOOK_MS = 5_000;

/** How it goes with dialling a host. */
interface Attempt {
  /** How many failed in a row if this one does. */
  readonly failures: number;
  /** When the next one is due; infinite while this one is under way, which can take longer than any pause. */
  dueAt: number;
}

/** The hosts to connect to unasked: that of the chosen model, then the first others. Pure. */
function wantedOf(hosts: readonly Host[], chosen: string | undefined): readonly Host[] {
  const sharing = hosts.filter(({ online, hosting }) => online && hosting);
  const first = sharing.filter(({ deviceId }) => deviceId === chosen);
  return [...first, ...sharing.filter((host) => !first.includes(host))].slice(0, MAX_CONNECTED);
}

function waitingOf(hosts: readonly Host[], chosen: string | undefined): ReadonlySet<string> {
  const wanted = wantedOf(hosts, chosen);
  const left = hosts.filter((host) => host.online && host.hosting && host.state === 'idle');
  return new Set(left.filter((host) => !wanted.includes(host)).map(({ deviceId }) => deviceId));
}

function viewOf(client: ClientLike, loaded: boolean, chosen: string | undefined): AccountView {
  const { paired, state, error, hosts, device, server, persistent } = client;
  const waiting = waitingOf(hosts, chosen);
  return { loaded, paired, state, error, hosts, waiting, device, server, persistent };
}

/** The account as the pages see it. Connects to the hosts that come online, so that their models are known. */
export class Account extends Observable<AccountView> {
  private readonly attempts = new Map<string, Attempt>();

  private readonly client: ClientLike;
  private readonly choice: Readable<Choice | undefined>;

  constructor(
    client: ClientLike,
    choice: Readable<Choice | undefined> = new Observable<Choice | undefined>(undefined),
  ) {
    super(viewOf(client, false, choice.get()?.hostId));
    this.client = client;
    this.choice = choice;

    client.on('state', () => this.refresh());
    client.on('hosts', () => this.refresh());
    choice.subscribe(() => this.refresh());
  }

  /** Reads the stored pairing and goes online with it. Never rejects: the view says how it went. */
  async start(): Promise<void> {
    await this.client.ready;
    this.refresh(true);
    setInterval(() => this.connectAll(), LOOK_MS); // however long the first attempt takes
    await this.client.start();
    this.refresh();
  }

  /** Makes the view anew; also after pairing, which changes more than the state. */
  refresh(loaded = this.get().loaded): void {
    this.set(viewOf(this.client, loaded, this.choice.get()?.hostId));
    this.connectAll();
  }

  /** Tries a host again that could not be reached, or connects to one that waits for it. */
  retry(hostDeviceId: string): void {
    void this.connect(hostDeviceId, 0);
  }

  private connectAll(): void {
    const { state, hosts } = this.client;
    if (state !== 'online') return;
    for (const host of wantedOf(hosts, this.choice.get()?.hostId)) {
      const { failures, dueAt } = this.attempts.get(host.deviceId) ?? { failures: 0, dueAt: 0 };
      const again = host.state === 'failed' && !isFinalForHost(host.error?.code ?? '');
      // Idle: new, signed in anew, or this device is in another network. What failed before says nothing about it now.
      if (host.state === 'idle') void this.connect(host.deviceId, 0);
      else if (again && Date.now() >= dueAt) void this.connect(host.deviceId, failures);
    }
  }

  private async connect(hostDeviceId: string, failures: number): Promise<void> {
    const attempt: Attempt = { failures: failures + 1, dueAt: Number.POSITIVE_INFINITY };
    this.attempts.set(hostDeviceId, attempt);
    try {
      await this.client.connect(hostDeviceId);
      if (this.attempts.get(hostDeviceId) === attempt) this.attempts.delete(hostDeviceId);
    } catch {
      attempt.dueAt = Date.now() + (PAUSES_MS[failures] ?? LONGEST_PAUSE_MS); // the host's own state says why
    }
  }
}
