// Completes package-lock.json: run it after `npm install` of something new.
//
// npm leaves an optional package for another platform out of the lock file when the registry in use does
// not have it, and then `npm ci` refuses that file everywhere. Such entries are added here from what their
// parent says; without a hash, as they are never installed on the platform that wrote the lock file.
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';

const FILE = 'package-lock.json';
const EXACT = /^\d+\.\d+\.\d+$/;
const SYSTEMS = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
];
const PROCESSORS = [
  'arm64',
  'arm',
  'ia32',
  'loong64',
  'mips64el',
  'ppc64',
  'riscv64',
  's390x',
  'wasm32',
  'x64',
];
const LIBRARIES = { gnu: 'glibc', musl: 'musl' };

/** The platform that a package such as @rollup/rollup-linux-x64-musl is for, by its name. */
function platformOf(name) {
  const words = name.split(/[-/]/);
  const system = words.find((word) => SYSTEMS.includes(word));
  const processor = words.find((word) => PROCESSORS.includes(word));
  const library = system === 'linux' ? LIBRARIES[words.at(-1)] : undefined;
  return {
    ...(processor && { cpu: [processor] }),
    ...(library && { libc: [library] }),
    ...(system && { os: [system] }),
  };
}

const lock = JSON.parse(readFileSync(FILE, 'utf8'));
const packages = lock.packages;
const added = [];
for (const [path, entry] of Object.entries(packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const place = `node_modules/${name}`;
    if (packages[place] || packages[`${path}/${place}`] || !EXACT.test(version)) continue;
    packages[place] = { version, ...platformOf(name), ...(entry.dev && { dev: true }), optional: true };
    added.push(name);
  }
}
if (added.length > 0) {
  lock.packages = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`);
}
process.stdout.write(`package-lock.json: ${added.length} entries added\n`);
