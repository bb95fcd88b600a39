import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { checkCpp, cppParts } from './cpp.js';
import { checkJson } from './json.js';
import { compareWithFolders, readTable } from './table.js';
import { checkTypescript, typescriptPackages } from './typescript.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const page = readFileSync(join(ROOT, 'architecture.md'), 'utf8');

describe('the C++ parts', () => {
  const table = readTable(page, ['src/']);

  it('each have one row in the table, and each row has its folder', () => {
    expect(compareWithFolders(table, cppParts(ROOT))).toEqual([]);
  });

  it('include and link only what the table allows', () => {
    expect(checkCpp(ROOT, table)).toEqual([]);
  });

  it('read and write JSON with core/json.hpp alone', () => {
    expect(checkJson(ROOT)).toEqual([]);
  });
});

describe('the TypeScript packages', () => {
  const table = readTable(page, ['packages/', 'apps/']);

  it('each have one row in the table, and each row has its folder', () => {
    expect(compareWithFolders(table, typescriptPackages(ROOT))).toEqual([]);
  });

  it('import only what the table and their own package.json allow', () => {
    expect(checkTypescript(ROOT, table)).toEqual([]);
  });
});
