import type { ClientError } from '../core/error.js';
import { exchangeJson, serverErrorOf, type HttpAnswer } from '../core/http.js';
import { asObject, booleanOf, listOf, plainText, stringOf, type JsonObject } from '../core/json.js';
import { signalingError } from './error.js';

const MAX_ICE_SERVERS = 8;
const MAX_URLS = 4;

/** What `GET /config.json` says. */
export interface ServerConfig {
  readonly version: string;
  readonly serverId: string;
  /** `home`: reachable on its own network only. */
  readonly mode: 'home' | 'anywhere';
  /** Path of Socket.IO. */
  readonly signalingPath: string;
  readonly iceServers: readonly RTCIceServer[];
  readonly devTokens: boolean;
}

function isIceUrl(url: unknown): url is string {
  return typeof url === 'string' && url.length <= 256 && /^(stun|stuns|turn|turns):[^\s]+$/.test(url);
}

function parseIceServer(value: unknown): RTCIceServer | undefined {
  const object = asObject(value);
  if (object === undefined) return undefined;
  const given = object['urls'];
  const urls = listOf(Array.isArray(given) ? given : [given], MAX_URLS).filter(isIceUrl);
  if (urls.length === 0) return undefined;
  const username = stringOf(object, 'username', 512);
  const credential = stringOf(object, 'credential', 512);
  const needsLogin = urls.some((url) => url.startsWith('turn'));
  if (needsLogin && (username === undefined || credential === undefined)) return undefined; // browsers throw on these
  return username === undefined || credential === undefined ? { urls } : { urls, username, credential };
}

/** The usable entries of a list of ICE servers, at most 8; the others are left out, as browsers refuse all for one. */
export function parseIceServers(value: unknown): readonly RTCIceServer[] {
  return listOf(value, MAX_ICE_SERVERS)
    .map(parseIceServer)
    .filter((server) => server !== undefined);
}

/** Reads the body of `/config.json`; what is missing gets its default. Pure. */
export function parseServerConfig(body: JsonObject): ServerConfig {
  const path = stringOf(asObject(body['signaling']) ?? {}, 'path', 256);
  return {
    version: plainText(body['version'], 32),
    serverId: plainText(body['serverId'], 64),
    mode: body['mode'] === 'anywhere' ? 'anywhere' : 'home',
    signalingPath: path !== undefined && /^\/[\w./-]*$/.test(path) ? path : '/socket.io/',
    iceServers: parseIceServers(body['iceServers']),
    devTokens: booleanOf(body, 'devTokens') ?? false,
  };
}

/** Why an answer that is none of the server's own refusals is to be asked for again: it has too much to do, or somebody else answered. */
export function passing(answer: HttpAnswer): ClientError {
  const { retryAfterMs } = serverErrorOf(answer);
  if (answer.status === 429) return signalingError('rate_limited', { retryAfterMs });
  return signalingError('server_unreachable', { detail: `status ${answer.status}` });
}

/** What a server says at a path; undefined where it has nothing there. */
async function read(server: URL, path: string): Promise<JsonObject | undefined> {
  let answer: HttpAnswer;
  try {
    answer = await exchangeJson(new URL(path, server));
  } catch (cause) {
    throw signalingError('server_unreachable', { cause });
  }
  if (!answer.ok && answer.status !== 404) throw passing(answer);
  return answer.ok ? answer.body : undefined;
}

/** Fetches the configuration of a server. Throws `server_unreachable`, `rate_limited`. A server without one gets the defaults. */
export async function fetchServerConfig(server: URL): Promise<ServerConfig> {
  return parseServerConfig((await read(server, '/config.json')) ?? {});
}

/** Fetches a nonce for one proof; undefined from a server that gives out none. Throws `server_unreachable`, `rate_limited`. */
export async function fetchNonce(server: URL): Promise<string | undefined> {
  return stringOf((await read(server, '/v1/nonce')) ?? {}, 'nonce', 256);
}
