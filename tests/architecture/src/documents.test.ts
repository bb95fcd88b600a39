import { existsSync, readFileSync } from 'node:fs';
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

/** The files that a document links to or shows, as paths. */
function targetsOf(document: string): string[] {
  const text = withoutCode(readFileSync(document, 'utf8'));
  const found = [...text.matchAll(/\]\(([^)\s]+)\)|<img[^>]*\ssrc="([^"]+)"/g)];
  return found
    .map((match) => (match[1] ?? match[2] ?? '').replace(/#.*$/, ''))
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target))
    .map((target) => join(dirname(document), target));
}

describe('the documents', () => {
  it('link to files that exist', () => {
    const missing = documents.flatMap((document) =>
      targetsOf(document)
        .filter((target) => !existsSync(target))
        .map((target) => `${relative(ROOT, document)}: ${relative(ROOT, target)}`),
    );
    expect(missing).toEqual([]);
  });

  it('show every picture there is', () => {
    const shown = new Set(documents.flatMap(targetsOf));
    const pictures = files.filter((file) => dirname(file) === join(ROOT, 'docs/images'));
    expect(pictures.length).toBeGreaterThan(0);
    expect(pictures.filter((picture) => !shown.has(picture)).map((picture) => basename(picture))).toEqual([]);
  });
});

describe('architecture.md', () => {
  it('names files that exist', () => {
    const page = readFileSync(join(ROOT, 'architecture.md'), 'utf8');
    const names = [...page.matchAll(/`([\w./*-]+\.(?:cpp|hpp|ts|tsx|md|json))`/g)].map(
      (match) => match[1] ?? '',
    );
    expect(names.length).toBeGreaterThan(20);
    const known = [...documents, ...files].map((file) => `/${relative(ROOT, file)}`);
    const exists = (name: string): boolean => {
      const pattern = new RegExp(`/${name.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`);
      return known.some((file) => pattern.test(file));
    };
    expect(names.filter((name) => !exists(name))).toEqual([]);
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
