/**
 * The error codes of a link (docs/link-protocol.md, section 7). The place in this list is the number on the wire.
 */
export const linkErrorCodes = [
  'no_error',
  'protocol_error',
  'no_common_version',
  'binding_mismatch',
  'key_untrusted',
  'unknown_critical_frame',
  'flow_control_error',
  'bad_head',
  'refused_stream',
  'stream_closed',
  'handshake_timeout',
  'timed_out',
  'cancelled',
  'engine_unavailable',
  'engine_failed',
  'too_large',
  'shutting_down',
  'resume_unsupported',
  'enhance_your_calm',
  'internal',
] as const;

/** Name of an error of a link, the same in TypeScript, in C++ and in HTTP error bodies. */
export type LinkErrorCode = (typeof linkErrorCodes)[number];

/** What went wrong, before it becomes an exception or a frame. `message` never holds a prompt, an answer or a token. */
export interface LinkFailure {
  readonly code: LinkErrorCode;
  readonly message: string;
}

/** A value, or the failure that stood in its way. */
export type Result<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: LinkFailure };

/** A Result that holds a value. */
export function success<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

/** A Result that holds a failure. */
export function failure(
  code: LinkErrorCode,
  message: string,
): { readonly ok: false; readonly failure: LinkFailure } {
  return { ok: false, failure: { code, message } };
}

/** The code of a number read from a frame; an unknown one reads as `internal`. */
export function errorFromWire(code: number): LinkErrorCode {
  return linkErrorCodes[code] ?? 'internal';
}

/** The number of a code on the wire. */
export function errorToWire(code: LinkErrorCode): number {
  return linkErrorCodes.indexOf(code);
}

/** What each code means to a person, one sentence; `detail` of a particular case goes behind it. */
const advice: Record<LinkErrorCode, string> = {
  no_error: 'The connection was closed.',
  protocol_error: 'The other device sent something that breaks the link protocol.',
  no_common_version: 'This device and the other one speak no common version; update the older one.',
  binding_mismatch: 'The connection does not end at the device it should; someone may be in between.',
  key_untrusted: "The other device's key is not the one that is trusted for it.",
  unknown_critical_frame: 'The other device needs a newer version of this program.',
  flow_control_error: 'The other device sent more than it was allowed to.',
  bad_head: 'The request or the answer has a head that cannot be carried.',
  refused_stream: 'The other device takes no further request at the moment; try again.',
  stream_closed: 'The exchange was already over.',
  handshake_timeout: 'The other device did not introduce itself in time.',
  timed_out: 'The other device no longer answers.',
  cancelled: 'The exchange was cancelled.',
  engine_unavailable: 'The model engine of the other device does not run or cannot be reached.',
  engine_failed: 'The model engine broke off while it answered.',
  too_large: 'The message is too large.',
  shutting_down: 'The other device is shutting down.',
  resume_unsupported: 'The other device cannot resume an answer.',
  enhance_your_calm: 'Too many frames of one kind in too short a time.',
  internal: 'The other device met an internal error.',
};

const REFUSED_BY_PEER = 'The other device does not accept the key of this one.';

/**
 * The error a failed fetch over a link rejects with, and a body that breaks off errors with. A `TypeError`, as `fetch`
 * itself would throw, with the `code` of the table.
 */
export class LinkError extends TypeError {
  override readonly name = 'LinkError';
  /** The name of the table in docs/link-protocol.md, section 7. */
  readonly code: LinkErrorCode;
  /** What is particular to this case; may be empty. */
  readonly detail: string;
  /** The other device ended the link with this code: `key_untrusted` is then about the key of this one. */
  readonly byPeer: boolean;

  constructor(code: LinkErrorCode, detail = '', { byPeer = false }: { readonly byPeer?: boolean } = {}) {
    const text = byPeer && code === 'key_untrusted' ? REFUSED_BY_PEER : advice[code];
    super(detail === '' ? text : `${text} (${detail})`);
    this.code = code;
    this.detail = detail;
    this.byPeer = byPeer;
  }
}
