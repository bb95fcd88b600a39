import { existsSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { filesBelow } from './files.js';

const FOLDERS = ['src', 'examples', 'bench', 'tests'];
const CORE = join('src', 'core') + sep;
const OF_BOOST = /\bjson::(parse|parser|stream_parser|basic_parser|serialize|serializer)\b/g;

/** What replaces a name of Boost's. */
const replacement = (name: string): string =>
  name.startsWith('serialize') ? 'serialize_json' : 'parse_json';

/**
 * Holds C++ to one reader and one writer of JSON, those of core/json.hpp: Boost's own change numbers.
 * Targets in fuzz/ may compare with another reader.
 * @param root the source tree
 * @returns one line for each use outside src/core, naming the file; empty when there is none
 */
export function checkJson(root: string): string[] {
  return FOLDERS.map((folder) => join(root, folder))
    .filter(existsSync)
    .flatMap((folder) => filesBelow(folder, ['.cpp', '.hpp']))
    .filter((file) => !relative(root, file).startsWith(CORE))
    .flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(OF_BOOST)].map(
        ([used, name = '']) => `${relative(root, file)} uses ${used}: call core::${replacement(name)}`,
      ),
    );
}
