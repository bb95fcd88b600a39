import { describe, expect, it } from 'vitest';
import { fromUtf8 } from '../core/bytes.js';
import { DeviceKey } from './device-key.js';
import { Statement, type Claim } from './statement.js';
import { identityVectors } from './testing/vectors.js';

interface StatementVectors {
  readonly cases: readonly {
    name: string;
    seed?: string;
    payloadText?: string;
    statement: unknown;
    valid: boolean;
    error?: string;
  }[];
}

const { cases } = identityVectors('statement') as StatementVectors;

describe('Statement', () => {
  it.each(cases.filter(({ valid }) => valid))('reads the vector: $name', (vector) => {
    const statement = Statement.parse(vector.statement);
    expect(fromUtf8(statement.payload)).toBe(vector.payloadText);
    expect(statement.toJSON()).toEqual(vector.statement);
  });

  it.each(cases.filter(({ valid }) => !valid))('refuses the vector: $name', (vector) => {
    expect(() => Statement.parse(vector.statement)).toThrow(expect.objectContaining({ code: vector.error }));
  });

  it.each([undefined, null, 5, [], {}, { payload: 'x'.repeat(5000), by: '', signature: '' }])(
    'refuses %j',
    (value) => {
      expect(() => Statement.parse(value)).toThrow(expect.objectContaining({ code: 'invalid_statement' }));
    },
  );

  it('makes what it reads', () => {
    const key = DeviceKey.generate();
    const claim: Claim = {
      type: 'revoke',
      account: 'a',
      deviceId: 'd',
      publicKey: key.publicKeyText,
      name: 'n',
      time: 5,
    };
    const read = Statement.parse(JSON.parse(JSON.stringify(Statement.make(key, claim))));
    expect(read.claim).toEqual(claim);
    expect(read.by).toBe(key.publicKeyText);
  });

  it('leaves bad entries of a list out, and takes no more than the limit', () => {
    const good = cases.filter(({ valid }) => valid).map(({ statement }) => statement);
    expect(Statement.parseList([{}, ...good], 3)).toHaveLength(2);
    expect(Statement.parseList('no list', 3)).toEqual([]);
  });
});
