/** Largest value of a varint (docs/link-protocol.md, section 2). */
export const maxVarint = 2 ** 31 - 1;

/** How many bytes a value takes, 1 to 5. */
export function varintLength(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x200000) return 3;
  return value < 0x10000000 ? 4 : 5;
}

/** Writes a value (0 to maxVarint) at a place of `out`; returns the place behind it. */
export function writeVarint(out: Uint8Array, at: number, value: number): number {
  let rest = value;
  while (rest >= 0x80) {
    out[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  out[at++] = rest;
  return at;
}

/**
 * Reads a varint that begins at `at` and must end before `end`. Returns -1 when it is cut short, not in its shortest
 * form, or over maxVarint. As only the shortest form is read, the next byte is at `at + varintLength(value)`.
 */
export function readVarint(bytes: Uint8Array, at: number, end: number): number {
  let value = 0;
  for (let shift = 0; shift <= 28; shift += 7) {
    if (at >= end) return -1;
    const byte = bytes[at++] as number;
    if (shift === 28 && byte > 0x07) return -1;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return byte === 0 && shift > 0 ? -1 : value;
  }
  return -1;
}
