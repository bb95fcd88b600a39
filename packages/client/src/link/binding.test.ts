import { ed25519 } from '@noble/curves/ed25519';
import { describe, expect, it } from 'vitest';
import { bindingTranscript, encodeAuth, parseAuth, type Role } from './binding.js';
import { fromHex, readVectors, toHex, type VectorSides } from './testing/vectors.js';

interface Vectors extends VectorSides {
  readonly auth: readonly {
    readonly role: Role;
    readonly transcript: string;
    readonly signature: string;
    readonly payload: string;
  }[];
  readonly mismatches: readonly { readonly name: string; readonly role: Role; readonly payload: string }[];
  readonly malformed: readonly { readonly name: string; readonly payload: string }[];
}

const vectors = readVectors<Vectors>('binding');

function transcript(role: Role): Uint8Array {
  return bindingTranscript({
    role,
    offererFingerprint: fromHex(vectors.offerer.fingerprint),
    answererFingerprint: fromHex(vectors.answerer.fingerprint),
    account: vectors.account,
    offererHello: fromHex(vectors.offerer.hello),
    answererHello: fromHex(vectors.answerer.hello),
  });
}

describe('the binding', () => {
  it.each(vectors.auth)('of the $role has the transcript, signature and AUTH of the vectors', (auth) => {
    const side = vectors[auth.role];
    expect(toHex(transcript(auth.role))).toBe(auth.transcript);
    const signature = ed25519.sign(transcript(auth.role), fromHex(side.seed));
    expect(toHex(signature)).toBe(auth.signature);
    expect(toHex(encodeAuth(signature, fromHex(side.publicKey), side.statements))).toBe(auth.payload);
  });

  it.each(vectors.auth)('of the $role is read back', (auth) => {
    const read = parseAuth(fromHex(auth.payload));
    if (!read.ok) throw new Error(read.failure.message);
    expect(toHex(read.value.signature)).toBe(auth.signature);
    expect(toHex(read.value.publicKey)).toBe(vectors[auth.role].publicKey);
    expect(read.value.statements).toEqual(vectors[auth.role].statements);
  });

  it.each(vectors.mismatches)('does not verify: $name', ({ role, payload }) => {
    const read = parseAuth(fromHex(payload));
    if (!read.ok) throw new Error(read.failure.message);
    const { signature, publicKey } = read.value;
    expect(ed25519.verify(signature, transcript(role), publicKey, { zip215: false })).toBe(false);
  });

  it.each(vectors.malformed)('is refused: $name', ({ payload }) => {
    expect(parseAuth(fromHex(payload))).toMatchObject({ ok: false, failure: { code: 'protocol_error' } });
  });
});
