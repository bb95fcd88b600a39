import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { filesBelow, foldersIn } from './files.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const AT_THE_ROOT = ['README.md', 'architecture.md', 'CONTRIBUTING.md', 'CHANGELOG.md'];

const files = foldersIn(ROOT)
  .filter((folder) => !folder.startsWith('.'))
  .flatMap((folder) => filesBelow(join(ROOT, folder), ['']));
const documents = [
  ...AT_THE_ROOT.map((name) => join(ROOT, name)),
  ...files.filter((file) => file.endsWith('.md')),
];

const withoutCode = (text: string): string =>
  text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '');

/** What a document links to or shows: paths, each with the section it names (or an empty one). */
function targetsOf(document: string): (readonly [path: string, section: string])[] {
  const text = withoutCode(readFileSync(document, 'utf8'));
  return [...text.matchAll(/\]\(([^)\s]+)\)|<img[^>]*\ssrc="([^"]+)"/g)]
    .map((match) => match[1] ?? match[2] ?? '')
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [path = '', section = ''] = target.split('#');
      return [path === '' ? document : join(dirname(document), path), section] as const;
    });
}

/** The names under which the sections of a document are linked to, as GitHub makes them. */
function sectionsOf(document: string): string[] {
  const text = readFileSync(document, 'utf8').replace(/^```[\s\S]*?^```/gm, '');
  return [...text.matchAll(/^#+ (.*)$/gm)].map((match) =>
    (match[1] ?? '')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe('the documents', () => {
  it('link to files and sections that exist', () => {
    const exists = (path: string, section: string): boolean =>
      existsSync(path) && (section === '' || sectionsOf(path).includes(section));
    const missing = documents.flatMap((document) =>
      targetsOf(document)
        .filter(([path, section]) => !exists(path, section))
        .map(([path, section]) => `${relative(ROOT, document)}: ${relative(ROOT, path)} ${section}`),
    );
    expect(missing).toEqual([]);
  });

  it('show every picture there is', () => {
    const shown = new Set(documents.flatMap(targetsOf).map(([path]) => path));
    const pictures = files.filter((file) => dirname(file) === join(ROOT, 'docs/images'));
    expect(pictures.length).toBeGreaterThan(0);
    expect(pictures.filter((picture) => !shown.has(picture)).map((picture) => basename(picture))).toEqual([]);
  });
});

/** `src/a.{hpp,cpp}` as the names it stands for. */
function expand(name: string): string[] {
  const [, before = '', choices, after = ''] = /^([^{]*)\{([^}]*)\}(.*)$/.exec(name) ?? [];
  if (choices === undefined) return [name];
  return choices.split(',').flatMap((choice) => expand(before + choice + after));
}

/** What a page names in backticks that looks like a file, or like something in a folder of the root. */
function namedIn(page: string): string[] {
  const folders = new Set(foldersIn(ROOT));
  return [...page.matchAll(/`([\w.{},*/-]+)`/g)]
    .flatMap((match) => expand(match[1] ?? ''))
    .filter((name) => {
      const [first = '', ...rest] = name.split('/');
      return /\.(?:cpp|hpp|ts|tsx|js|json|md)$/.test(name) || (rest.length > 0 && folders.has(first));
    });
}

describe.each(['architecture.md', 'docs/where-to-change.md'])('%s', (name) => {
  it('names files and folders that exist, with their whole paths', () => {
    const names = namedIn(readFileSync(join(ROOT, name), 'utf8'));
    expect(names.length).toBeGreaterThan(50);
    const known = [...readdirSync(ROOT), ...files.map((file) => relative(ROOT, file))];
    const exists = (path: string): boolean => {
      const pattern = new RegExp(`^${path.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}(/|$)`);
      return known.some((file) => pattern.test(file));
    };
    expect(names.filter((path) => !exists(path))).toEqual([]);
  });
});

describe('docs/signaling-protocol.md', () => {
  it('names an option for each limit, and each limit that is an option', () => {
    const read = (name: string): string => readFileSync(join(ROOT, 'docs', name), 'utf8');
    const sections = (page: string, titles: RegExp): string =>
      page
        .split(/^## /m)
        .filter((section) => titles.test(section))
        .join('');
    const flags = (text: string): string[] =>
      [...text.matchAll(/`--([a-z0-9-]+)`/g)].map((match) => match[1] ?? '');
    const named = new Set(flags(sections(read('signaling-protocol.md'), /^Limits\n/)));
    const options = flags(read('configuration.md'));
    const limits = flags(sections(read('configuration.md'), /^(Limits|Rates)\n/));
    // What a server remembers of those that have gone: nobody is refused for it.
    const silent = new Set(['max-absences', 'max-buckets']);
    expect(limits.length).toBeGreaterThan(20);
    expect([...named].filter((name) => !options.includes(name))).toEqual([]);
    expect(limits.filter((name) => !named.has(name) && !silent.has(name))).toEqual([]);
  });
});
