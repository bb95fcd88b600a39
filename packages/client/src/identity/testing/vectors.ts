import { readFileSync } from 'node:fs';

/** The JSON vectors of the identity part, which the C++ tests read too. */
export function identityVectors(name: string): unknown {
  const url = new URL(`../../../../../tests/vectors/identity/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8'));
}
