import type { Bytes } from '../core/bytes.js';
import { readVarint, varintLength, writeVarint } from './varint.js';

/** Types of frames (docs/link-protocol.md, section 2). */
export const FrameType = {
  hello: 0x41,
  auth: 0x42,
  head: 0x43,
  data: 0x44,
  end: 0x45,
  reset: 0x46,
  credit: 0x47,
  ping: 0x08,
  pong: 0x09,
  push: 0x0a,
  goAway: 0x4b,
  resume: 0x4c,
  stored: 0x4d,
} as const;

/** A frame of an unknown type with this bit ends the link; one without it is skipped. */
export const criticalBit = 0x40;

/** Largest message of a link, in bytes. */
export const maxMessageSize = 65_536;

/** How many bytes a frame takes in a message. */
export function frameSize(stream: number, payloadLength: number): number {
  return 1 + varintLength(stream) + varintLength(payloadLength) + payloadLength;
}

/** One frame by itself. */
export function encodeFrame(type: number, stream: number, payload: Uint8Array): Bytes {
  const frame = new Uint8Array(frameSize(stream, payload.byteLength));
  frame.set(payload, writeFrameHeader(frame, 0, type, stream, payload.byteLength));
  return frame;
}

/** Writes what goes before a payload; returns the place where the payload begins. */
export function writeFrameHeader(
  out: Uint8Array,
  at: number,
  type: number,
  stream: number,
  payloadLength: number,
): number {
  out[at] = type;
  return writeVarint(out, writeVarint(out, at + 1, stream), payloadLength);
}

/**
 * Walks the frames of one message without making an object for each: after `next()` returned true, `type`, `stream`
 * and `payload()` tell the frame.
 */
export class FrameReader {
  readonly #message: Bytes;
  #next = 0;
  #start = 0;
  #malformed: boolean;
  /** Type of the present frame. */
  type = 0;
  /** Stream id of the present frame; 0 is the link itself. */
  stream = 0;

  constructor(message: Bytes) {
    this.#message = message;
    this.#malformed = message.byteLength === 0;
  }

  /** Whether the message is empty, or holds something that is no whole frame; known for sure at its end. */
  get malformed(): boolean {
    return this.#malformed;
  }

  /** Goes to the next frame; false at the end of the message and where it is malformed. */
  next(): boolean {
    const message = this.#message;
    const end = message.byteLength;
    const at = this.#next;
    if (at >= end) return false;
    const stream = readVarint(message, at + 1, end);
    if (stream < 0) return this.#stop();
    const lengthAt = at + 1 + varintLength(stream);
    const length = readVarint(message, lengthAt, end);
    if (length < 0) return this.#stop();
    const start = lengthAt + varintLength(length);
    if (length > end - start) return this.#stop();
    this.type = message[at] as number;
    this.stream = stream;
    this.#start = start;
    this.#next = start + length;
    return true;
  }

  /** Payload of the present frame: a view of the message, not a copy. */
  payload(): Bytes {
    return this.#message.subarray(this.#start, this.#next);
  }

  #stop(): false {
    this.#malformed = true;
    this.#next = this.#message.byteLength;
    return false;
  }
}
