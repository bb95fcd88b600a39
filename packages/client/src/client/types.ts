import type { ClientError } from '../core/error.js';
import type { ProviderToken } from '../signaling/tokens.js';
import type { Store } from '../store/store.js';

/**
 * Where a client stands with its account.
 *
 * | state | meaning | what a page shows |
 * |---|---|---|
 * | `unpaired` | this browser has no pairing and no token | how to pair |
 * | `connecting` | on the way to the signaling server | progress |
 * | `online` | the signaling server knows us; `hosts` is live | the hosts |
 * | `offline` | the signaling server is out of reach; `error` says why; it is tried again by itself | "connection lost" and the hosts as last seen |
 * | `revoked` | the server lets this browser in no more; `error` says why: removed by another device (`device_revoked`), or its sign-in does not count (`auth_invalid`, `auth_required`, `proof_required`). Final: a paired browser is paired again; one with a token calls stop() and start() once there is a better one | how to pair, or sign in, again |
 * | `untrusted` | the server did something a sound one never does; final | `error` |
 */
export type ClientState = 'unpaired' | 'connecting' | 'online' | 'offline' | 'revoked' | 'untrusted';

/**
 * How we know a host's key: `pinned` by pairing, `vouched` for by a device whose key we accept, `first-sight`
 * (as the server said, unverified: show it), `unknown` (no key, or none we accept).
 */
export type Trust = 'pinned' | 'vouched' | 'first-sight' | 'unknown';

/** Where the connection to a host stands. `idle`: not dialled. `failed`: `error` says why; connect() tries again. */
export type HostState = 'idle' | 'connecting' | 'connected' | 'reconnecting' | 'failed';

/** How bytes reach the host: within the local network, directly over the internet, or through a TURN relay. */
export type Route = 'lan' | 'direct' | 'relay';

/** A model that a host shares. */
export interface Model {
  /** What goes into `model` of a request, for example `llama3.2:3b`. */
  readonly id: string;
  /** For people; the id when the host gives no other. */
  readonly name: string;
  /** The engine that runs it, for example `ollama`; empty when unknown. */
  readonly engine: string;
  /** For example `llama`. */
  readonly family?: string;
  /** Billions of parameters as the engine words it, for example `3.2B`. */
  readonly parameters?: string;
  /** For example `Q4_K_M`. */
  readonly quantization?: string;
  /** In bytes. */
  readonly size?: number;
  /** In tokens. */
  readonly contextLength?: number;
  /** What the model can do, as its engine says: `completion`, `embedding`, `vision`, `tools`, ... Empty: unknown. */
  readonly capabilities: readonly string[];
  /** It is in memory, so that the first token comes soon. */
  readonly loaded?: boolean;
  /** Its engine does not answer at the moment. */
  readonly stale?: boolean;
}

/** A model engine of a host, as its catalogue tells. */
export interface Engine {
  readonly name: string;
  /** `ollama`, `lm-studio`, `llama-server`, `openai-compatible`; others may come. */
  readonly kind: string;
  /** False: it does not answer at the moment. */
  readonly online: boolean;
}

/** Another device of the account that shares models, or did. An immutable snapshot: `hosts` holds new objects after a change. */
export interface Host {
  readonly deviceId: string;
  readonly name: string;
  /** `linux`, `darwin`, `win32`, ...; empty when unknown. */
  readonly platform: string;
  /** The signaling server sees it now. */
  readonly online: boolean;
  /** It shares its models at the moment. */
  readonly hosting: boolean;
  readonly trust: Trust;
  /** `legacy`: it speaks the older JSON messages only (client.connectLegacy()). */
  readonly protocol: 'link' | 'legacy';
  /** Set for a host of the oldest generation: its requests and answers go through the signaling server, which could read them. */
  readonly relayed?: true;
  readonly state: HostState;
  /**
   * Set while `state` is `failed`, and while `reconnecting`. Code `key_untrusted` is to be shown loudly;
   * `key_not_accepted` (nobody has vouched for it yet) and `refused_by_host` (it does not accept this browser) ask for pairing.
   */
  readonly error?: ClientError;
  /** Empty until connected. A connected host with `models` empty and `catalogue` true has none to share. */
  readonly models: readonly Model[];
  /** The host's engines; empty until connected. */
  readonly engines: readonly Engine[];
  /** Whether `models` is what the host said (at least once), rather than nothing known yet. */
  readonly catalogue: boolean;
  /** Round trip to the host in milliseconds. */
  readonly rtt?: number;
  readonly route?: Route;
}

/** A model with the host that runs it. */
export interface HostModel {
  readonly host: Host;
  readonly model: Model;
}

/** A device of the account, as the signaling server lists it. */
export interface AccountDevice {
  readonly deviceId: string;
  readonly name: string;
  readonly platform: string;
  readonly online: boolean;
  readonly revoked: boolean;
  readonly trust: Trust;
  /** This browser itself. */
  readonly self: boolean;
  /** The signaling server runs on it (`pantheon up`): it cannot be revoked. */
  readonly runsServer: boolean;
  /** Milliseconds since 1970; 0 when unknown. */
  readonly createdAt: number;
  readonly lastSeen: number;
}

/** This browser as a device of the account. */
export interface OwnDevice {
  readonly deviceId: string;
  readonly name: string;
  /** base64url of the Ed25519 public key. */
  readonly publicKey: string;
}

/** What pairing led to. */
export interface PairResult {
  readonly account: string;
  readonly hostName: string;
  readonly hostDeviceId: string;
}

/** What `GET /config.json` says about a server. */
export interface ServerInfo {
  readonly version: string;
  /** `home`: reachable on its own network only. */
  readonly mode: 'home' | 'anywhere';
  /** Accepts tokens of the form `dev:<account>`. */
  readonly devTokens: boolean;
}

export interface ClientOptions {
  /** Origin of the signaling server; the page's own by default. */
  readonly server?: string;
  /** Where key, tokens and pins are kept; the browser's storage by default, memory where it is blocked. */
  readonly store?: Store;
  /**
   * For accounts of a provider: a token, or a function that gets one, with Firebase `({ fresh }) => user.getIdToken(fresh)`.
   * Tokens end, so only with a function does a client stay online. Without it: the device token of the pairing.
   */
  readonly token?: ProviderToken;
  /** How other devices see this one, for example `Firefox on Linux` (made from the user agent by default). */
  readonly deviceName?: string;
  /** Milliseconds between two looks at the route and round trip of each connection; 5,000 by default, 0: never. */
  readonly statsIntervalMs?: number;
}

/** What a client tells its listeners: each payload is the new value. */
export interface ClientEvents {
  state: ClientState;
  /** A host came, went or changed in any field. */
  hosts: readonly Host[];
  /** Something went wrong that changes no state by itself, for example a signal the server refused. */
  error: ClientError;
}
