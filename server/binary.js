// Where the native binary is, and how it gets there.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));
const BUILD = join(HERE, '..', 'scripts', 'build-server');
/** Where the binary is put with its libraries: a build of the checkout, or a copy of a prebuilt one. */
const FOLDER = process.env['PANTHEON_SERVER_BIN'] ?? join(HERE, 'bin');
const PREBUILT = `@pantheon/signaling-${process.platform}-${process.arch}`;

const say = (text) => process.stderr.write(`${text}\n`);

function prebuilt() {
  try {
    return createRequire(import.meta.url).resolve(`${PREBUILT}/bin/pantheon`);
  } catch {
    return undefined; // it is not installed
  }
}

function built() {
  const binary = join(FOLDER, 'pantheon');
  return existsSync(binary) ? binary : undefined;
}

/** Copies a prebuilt binary with what lies beside it to where a build would be: images are made of that folder. */
function copy(binary) {
  mkdirSync(FOLDER, { recursive: true });
  for (const name of readdirSync(dirname(binary))) {
    const place = join(FOLDER, name);
    rmSync(place, { recursive: true, force: true }); // it may be running, and could not be written to
    cpSync(join(dirname(binary), name), place, { recursive: true, verbatimSymlinks: true });
  }
  say(`Copied ${join(FOLDER, 'pantheon')} from the package ${PREBUILT}.`);
  return built();
}

/** Builds the checkout around this folder; undefined when there is none, or when it failed. */
function build() {
  if (!existsSync(BUILD)) {
    say(
      `No package ${PREBUILT} is installed, and there is no checkout of Pantheon around this folder to build.`,
    );
    return undefined;
  }
  say(`No package ${PREBUILT} is installed: building the server from this checkout (some minutes at first).`);
  const { status } = spawnSync(BUILD, [FOLDER], { stdio: ['ignore', 2, 2] });
  if (status !== 0) return undefined;
  say(`Built ${join(FOLDER, 'pantheon')}.`);
  return built();
}

/** The binary to start: one that was chosen, a prebuilt one, the one built here. Built now when there is none. */
export function findOrBuild() {
  return process.env['PANTHEON_BINARY'] ?? prebuilt() ?? built() ?? build();
}

/** As findOrBuild, and what was put into server/bin is brought up to date. */
export function install() {
  if (process.env['PANTHEON_BINARY'] !== undefined) return process.env['PANTHEON_BINARY'];
  const binary = prebuilt();
  return binary === undefined ? build() : copy(binary);
}
