import { debugLog } from '../core/debug.js';
import { isClientError } from '../core/error.js';
import { exchangeJson, serverErrorOf, type HttpAnswer } from '../core/http.js';
import { integerOf, parseObject, stringOf } from '../core/json.js';
import { randomBytes, type DeviceKey } from '../identity/device-key.js';
import { signRefresh } from '../identity/hello-proof.js';
import { toBase64Url } from '../core/bytes.js';
import { withStoreLock } from '../store/store-lock.js';
import type { Store } from '../store/store.js';
import { signalingError } from './error.js';
import { fetchNonce, passing } from './server-config.js';

const MAX_TOKEN = 8192;
const FRESH_MS = 60_000;
const debug = debugLog('tokens');

/** Where the token of a hello comes from. */
export interface TokenSource {
  /** Whether the server binds the token to our key, and so wants a proof. */
  readonly bound: boolean;
  /** Whether another token can be had in place of one that has ended. */
  readonly renewable: boolean;
  /**
   * A token that is good for a minute at least; never `insteadOf`, if another can be had. Throws `auth_invalid`,
   * `device_revoked`, `token_unavailable`, `server_unreachable`.
   */
  get(insteadOf?: string): Promise<string>;
  /** Milliseconds until the token last given out expires; undefined when unknown. */
  remainingMs(): number | undefined;
}

/** What a token of a provider is wanted for. */
export interface TokenRequest {
  /** The token given before was refused, or ends within a minute: a newer one is wanted, not that one from a cache. */
  readonly fresh: boolean;
}

/** A token of a provider (Firebase, OIDC, `dev:<account>`), or the app's function that gets one. */
export type ProviderToken = string | ((request: TokenRequest) => Promise<string>);

/** The tokens of a provider: one that is fixed, or those that a function of the app gets. */
export class ProviderTokens implements TokenSource {
  readonly bound = false;

  private readonly token: ProviderToken;

  constructor(token: ProviderToken) {
    this.token = token;
  }

  get renewable(): boolean {
    return typeof this.token === 'function';
  }

  async get(insteadOf?: string): Promise<string> {
    if (typeof this.token === 'string') return this.token;
    try {
      return await this.token({ fresh: insteadOf !== undefined });
    } catch (cause) {
      throw signalingError('token_unavailable', { cause });
    }
  }

  remainingMs(): undefined {
    return undefined;
  }
}

/** The tokens of a paired device, as they are stored. */
export interface TokenPair {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** The entry of the store that holds the tokens. */
export const TOKENS_ENTRY = 'tokens';

/** Reads what the store holds; undefined when it is damaged or empty. */
export function parseTokenPair(text: string | undefined): TokenPair | undefined {
  const object = text === undefined ? undefined : parseObject(text, 4 * MAX_TOKEN);
  if (object === undefined) return undefined;
  const accessToken = stringOf(object, 'accessToken', MAX_TOKEN);
  const refreshToken = stringOf(object, 'refreshToken', MAX_TOKEN);
  const expiresAt = integerOf(object, 'expiresAt');
  if (accessToken === undefined || refreshToken === undefined || expiresAt === undefined) return undefined;
  return { accessToken, refreshToken, expiresAt };
}

function refusal(answer: HttpAnswer): Error {
  const { code } = serverErrorOf(answer);
  if (code === 'device_revoked') return signalingError('device_revoked');
  if (code === 'proof_invalid') return signalingError('proof_invalid'); // the nonce was too old, or the server began anew
  // A page without a code is that of a proxy, and says nothing about this device.
  if (answer.status === 429 || answer.status >= 500 || code === '') return passing(answer);
  return signalingError('auth_invalid', { detail: code });
}

/**
 * The tokens of this paired device: shared by all tabs through the store, rotated by one of them at a time. What another
 * tab has rotated is used instead of rotating again.
 */
export class DeviceTokens implements TokenSource {
  readonly bound = true;
  readonly renewable = true;
  private readonly owner = toBase64Url(randomBytes(9));
  private last: TokenPair | undefined;

  private readonly server: URL;
  private readonly store: Store;
  private readonly key: DeviceKey;
  private readonly deviceId: string;

  constructor(server: URL, store: Store, key: DeviceKey, deviceId: string) {
    this.server = server;
    this.store = store;
    this.key = key;
    this.deviceId = deviceId;
  }

  async get(insteadOf?: string): Promise<string> {
    const stored = await this.usable(insteadOf);
    if (stored !== undefined) return stored.accessToken;
    const fresh = await withStoreLock(this.store, 'tokens-lock', this.owner, async () => {
      return (await this.usable(insteadOf)) ?? (await this.rotate());
    });
    this.last = fresh;
    return fresh.accessToken;
  }

  remainingMs(): number | undefined {
    return this.last === undefined ? undefined : this.last.expiresAt - Date.now();
  }

  private async usable(insteadOf: string | undefined): Promise<TokenPair | undefined> {
    const pair = parseTokenPair(await this.store.get(TOKENS_ENTRY));
    if (pair === undefined || pair.accessToken === insteadOf || pair.expiresAt < Date.now() + FRESH_MS)
      return undefined;
    this.last = pair;
    return pair;
  }

  private async rotate(): Promise<TokenPair> {
    const text = await this.store.get(TOKENS_ENTRY);
    const pair = parseTokenPair(text);
    if (text === undefined || pair === undefined) throw signalingError('auth_required');
    try {
      return await this.keep(await this.refresh(pair.refreshToken), text);
    } catch (error) {
      const now = parseTokenPair(await this.store.get(TOKENS_ENTRY));
      const overtaken = now !== undefined && now.refreshToken !== pair.refreshToken; // by a tab that did not see our lease
      if (overtaken && isClientError(error, 'auth_invalid')) return now;
      throw error;
    }
  }

  /** Stores a pair in place of the one it was given for. What was erased meanwhile, or replaced by a new pairing, stays so. */
  private async keep(pair: TokenPair, before: string): Promise<TokenPair> {
    if (await this.store.replace(TOKENS_ENTRY, before, JSON.stringify(pair))) return pair;
    const now = parseTokenPair(await this.store.get(TOKENS_ENTRY));
    if (now === undefined) throw signalingError('auth_required');
    return now; // of a tab that did not see our lease, or of a new pairing
  }

  private async refresh(refreshToken: string): Promise<TokenPair> {
    debug('refresh');
    const nonce = await fetchNonce(this.server);
    if (nonce === undefined) throw signalingError('server_answer_invalid');
    const signature = signRefresh(this.key, nonce, this.deviceId, refreshToken);
    const body = { refreshToken, deviceId: this.deviceId, nonce, signature };
    let answer: HttpAnswer;
    try {
      answer = await exchangeJson(new URL('/v1/tokens/refresh', this.server), { body });
    } catch (cause) {
      throw signalingError('server_unreachable', { cause });
    }
    if (!answer.ok) throw refusal(answer);
    const expiresIn = integerOf(answer.body ?? {}, 'expiresIn') ?? 0;
    const pair = parseTokenPair(JSON.stringify({ ...answer.body, expiresAt: Date.now() + expiresIn * 1000 }));
    if (pair === undefined) throw signalingError('server_answer_invalid');
    return pair;
  }
}
