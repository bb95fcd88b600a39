import { fields, toBase64Url, utf8 } from '../core/bytes.js';
import { digest, type DeviceKey } from './device-key.js';

/**
 * What a device signs so that a stolen token is useless alone (docs/signaling-protocol.md, "Tokens" and "Socket.IO").
 * `nonce` is the text the server gave out. Both return base64url. Pure.
 */

/** For the hello of a socket; `token` is the token or shared key sent beside it, empty when there is none. */
export function signHello(key: DeviceKey, nonce: string, deviceId: string, token: string): string {
  return toBase64Url(key.sign(fields('pantheon-hello/1', nonce, deviceId, digest(utf8(token)))));
}

/** For a refresh of tokens. */
export function signRefresh(key: DeviceKey, nonce: string, deviceId: string, refreshToken: string): string {
  return toBase64Url(key.sign(fields('pantheon-refresh/1', nonce, deviceId, digest(utf8(refreshToken)))));
}
