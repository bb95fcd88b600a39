import { existsSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';
import ts from 'typescript';
import { filesBelow, foldersIn } from './files.js';
import type { LegalUses } from './table.js';

/** Folders whose folders are packages. */
export const PACKAGE_FOLDERS = ['packages', 'apps'] as const;
/** Data that tests of every package and of C++ share: the one place outside that tests may import. */
const SHARED_VECTORS = join('tests', 'vectors') + sep;
const CODE = ['.ts', '.tsx', '.mts', '.js', '.mjs'];
const TEST_FILE = /\.(test|spec)\.tsx?$/;

interface Manifest {
  name: string;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
}

/** The packages that exist, as `packages/<name>` or `apps/<name>`. */
export function typescriptPackages(root: string): string[] {
  return PACKAGE_FOLDERS.flatMap((folder) =>
    foldersIn(join(root, folder))
      .map((name) => `${folder}/${name}`)
      .filter((path) => existsSync(join(root, path, 'package.json'))),
  );
}

function manifestOf(root: string, folder: string): Manifest {
  const text = readFileSync(join(root, folder, 'package.json'), 'utf8');
  return {
    dependencies: {},
    devDependencies: {},
    ...(JSON.parse(text) as Partial<Manifest>),
    name: nameOf(text),
  };
}

function nameOf(manifest: string): string {
  return (JSON.parse(manifest) as { name?: string }).name ?? '';
}

/** `@scope/name/path` and `name/path` without the path. */
function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function importsOf(file: string): string[] {
  return ts
    .preProcessFile(readFileSync(file, 'utf8'), true, true)
    .importedFiles.map((found) => found.fileName);
}

class PackageCheck {
  private readonly manifest: Manifest;
  private readonly rootDependencies: Record<string, string>;

  private readonly root: string;
  private readonly folder: string;
  private readonly ownPackages: ReadonlyMap<string, string>;
  private readonly legal: ReadonlySet<string>;

  constructor(
    root: string,
    folder: string,
    ownPackages: ReadonlyMap<string, string>,
    legal: ReadonlySet<string>,
  ) {
    this.root = root;
    this.folder = folder;
    this.ownPackages = ownPackages;
    this.legal = legal;

    this.manifest = manifestOf(root, folder);
    this.rootDependencies = existsSync(join(root, 'package.json'))
      ? manifestOf(root, '.').devDependencies
      : {};
  }

  run(): string[] {
    const declared = Object.keys({ ...this.manifest.dependencies, ...this.manifest.devDependencies });
    const illegal = declared.flatMap((name) => this.checkOwn(`${this.folder}/package.json`, name));
    const files = filesBelow(join(this.root, this.folder), CODE);
    return [
      ...illegal,
      ...files.flatMap((file) => importsOf(file).flatMap((name) => this.checkImport(file, name))),
    ];
  }

  private checkImport(file: string, specifier: string): string[] {
    const where = relative(this.root, file);
    if (specifier.startsWith('.')) return this.checkRelative(file, where, specifier);
    if (specifier.startsWith('/') || isBuiltin(specifier) || specifier.startsWith('virtual:')) return [];
    const name = packageOf(specifier);
    if (name === this.manifest.name) return [];
    if (this.ownPackages.has(name)) return this.checkOwn(where, name);
    return this.isDeclared(name, file)
      ? []
      : [`${where} imports "${specifier}", which ${this.folder}/package.json does not list`];
  }

  private checkRelative(file: string, where: string, specifier: string): string[] {
    const target = relative(this.root, resolve(dirname(file), specifier));
    if (target.startsWith(this.folder + sep) || target === this.folder) return [];
    if (TEST_FILE.test(file) && target.startsWith(SHARED_VECTORS)) return [];
    return [`${where} imports "${specifier}", which leaves ${this.folder}`];
  }

  private checkOwn(where: string, name: string): string[] {
    const used = this.ownPackages.get(name);
    if (used === undefined || used === this.folder || this.legal.has(used)) return [];
    return [`${where} uses ${name}, but ${this.folder} may not include ${used}`];
  }

  /** What ships must be listed by the package; tests and set-up files may also use the tools of the root. */
  private isDeclared(name: string, file: string): boolean {
    if (name in this.manifest.dependencies || name in this.manifest.devDependencies) return true;
    const ships =
      relative(join(this.root, this.folder), file).startsWith('src' + sep) && !TEST_FILE.test(file);
    return name in this.rootDependencies && !ships;
  }
}

/**
 * Holds the TypeScript packages to the table: imports of other packages of this project, those listed in
 * package.json, relative imports that leave the package, and imports of packages that are not listed.
 * @param root the source tree
 * @param table the rows for packages/ and apps/
 * @returns one line for each breach, naming the file; empty when all is legal
 */
export function checkTypescript(root: string, table: LegalUses): string[] {
  const folders = typescriptPackages(root);
  const own = new Map(folders.map((folder) => [manifestOf(root, folder).name, folder]));
  return folders.flatMap((folder) =>
    new PackageCheck(root, folder, own, table.get(folder) ?? new Set()).run(),
  );
}
