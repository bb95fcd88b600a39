import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { filesBelow, foldersIn } from './files.js';
import type { LegalUses } from './table.js';

const INCLUDE = /^\s*#\s*include\s*(["<]([^">]+)[">])/gm;
const PART_CALL = /pantheon_part\(\s*(\w+)([^)]*)\)/;
const TARGET_OF_OURS = /\bpantheon_(\w+)\b/g;
const KEYWORDS = new Set(['DEPENDS', 'LIBRARIES', 'TEST_LIBRARIES']);

/** The parts below src/ that hold something, as `src/<name>`. */
export function cppParts(root: string): string[] {
  return foldersIn(join(root, 'src'))
    .filter((name) => filesBelow(join(root, 'src', name), ['.cpp', '.hpp', 'CMakeLists.txt']).length > 0)
    .map((name) => `src/${name}`);
}

/** The words after DEPENDS in the part's call of pantheon_part, as `src/<name>`. */
function dependsOf(cmake: string): string[] {
  const words = (PART_CALL.exec(cmake)?.[2] ?? '').split(/\s+/).filter(Boolean);
  const start = words.indexOf('DEPENDS');
  if (start < 0) return [];
  const rest = words.slice(start + 1);
  const end = rest.findIndex((word) => KEYWORDS.has(word));
  return rest.slice(0, end < 0 ? undefined : end).map((name) => `src/${name}`);
}

/** The parts whose libraries are named anywhere in a CMakeLists.txt, as `src/<name>`. */
function librariesOf(root: string, cmake: string): string[] {
  return [...cmake.matchAll(TARGET_OF_OURS)]
    .map((match) => `src/${match[1] ?? ''}`)
    .filter((part) => existsSync(join(root, part)));
}

function checkCmake(root: string, part: string, legal: ReadonlySet<string>): string[] {
  const file = join(root, part, 'CMakeLists.txt');
  if (!existsSync(file)) return [];
  const cmake = readFileSync(file, 'utf8').replaceAll(/#.*$/gm, '');
  return [...new Set([...dependsOf(cmake), ...librariesOf(root, cmake)])]
    .filter((used) => used !== part && !legal.has(used))
    .map((used) => `${part}/CMakeLists.txt depends on ${used}, but ${part} may not include it`);
}

function checkInclude(
  root: string,
  part: string,
  file: string,
  [quoted, included]: readonly [string, string],
  legal: ReadonlySet<string>,
): string[] {
  const where = relative(root, file);
  if (included.startsWith('.')) return [`${where} includes ${quoted}: write the path from src/`];
  if (!existsSync(join(root, 'src', included))) return [];
  const used = `src/${included.split('/')[0] ?? ''}`;
  return used === part || legal.has(used)
    ? []
    : [`${where} includes ${quoted}, but ${part} may not include ${used}`];
}

function checkPart(root: string, part: string, legal: ReadonlySet<string>): string[] {
  const included = filesBelow(join(root, part), ['.cpp', '.hpp']).flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(INCLUDE)].flatMap((match) =>
      checkInclude(root, part, file, [match[1] ?? '', match[2] ?? ''], legal),
    ),
  );
  return [...checkCmake(root, part, legal), ...included];
}

/**
 * Holds the C++ parts to the table: every include of a header of another part, and every part that a
 * CMakeLists.txt names, must be legal.
 * @param root the source tree
 * @param table the rows for src/
 * @returns one line for each breach, naming the file; empty when all is legal
 */
export function checkCpp(root: string, table: LegalUses): string[] {
  return cppParts(root).flatMap((part) => checkPart(root, part, table.get(part) ?? new Set()));
}
