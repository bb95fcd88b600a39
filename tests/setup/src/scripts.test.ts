import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ROOT, command, lineMatching, run, start, type Outcome } from './scripts.js';

/** For tests that run npm or a build, on a machine with much else to do. */
const PROGRAMS_TIMEOUT_MS = 60_000;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'setup-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function lay(name: string, text: string): string {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

/** A program that a script finds before the real one of that name. */
function layProgram(name: string, script: string): void {
  chmodSync(lay(`bin/${name}`, `#!/bin/sh\n${script}\n`), 0o755);
}

/** Where the programs that were laid are found first. */
const laidPrograms = (): NodeJS.ProcessEnv => ({ PATH: `${folder}/bin:${process.env['PATH'] ?? ''}` });

/** A checkout that has only these scripts, of which git knows nothing. */
function layCheckout(name: string, scripts: readonly string[]): void {
  for (const script of ['lib.sh', ...scripts])
    cpSync(`${ROOT}/scripts/${script}`, join(folder, name, 'scripts', script));
}

describe('count-tests', () => {
  it('sums GoogleTest below ctest, programs that crashed, vitest, node and unittest', async () => {
    const ctest = lay(
      'ctest.log',
      [
        '1: [  PASSED  ] 12 tests.',
        '2: [  PASSED  ] 3 tests.',
        '2:  2 FAILED TESTS',
        'The following tests FAILED:',
        '\t  2 - link (Failed)',
        '\t  3 - rtc (SEGFAULT)',
      ].join('\n'),
    );
    const vitest = lay('vitest.log', '\u001b[2m      Tests \u001b[22m 1 failed | 17 passed (18)\n');
    const others = lay(
      'others.log',
      '# pass 4\n# fail 1\nRan 5 tests in 0.1s\nFAILED (failures=1, errors=1)\n',
    );
    expect((await run('count-tests', [ctest, vitest, others])).stdout).toBe('39 7\n');
  });

  it('counts nothing in a log without tests', async () => {
    expect((await run('count-tests', [lay('empty.log', 'nothing here\n')])).stdout).toBe('0 0\n');
  });
});

describe('npm-is-current', () => {
  const lock = (version: string) =>
    JSON.stringify({
      packages: {
        '': { name: 'root' },
        'node_modules/a': { version, integrity: 'sha512-x' },
        'node_modules/other-system': { version: '1.0.0', optional: true },
      },
    });
  const check = async () =>
    (await command('node', [`${ROOT}/scripts/npm-is-current.mjs`], { cwd: folder })).code;

  it('is content when what is installed is what the lock file names', async () => {
    lay('package-lock.json', lock('1.0.0'));
    lay(
      'node_modules/.package-lock.json',
      '{"packages":{"node_modules/a":{"version":"1.0.0","integrity":"sha512-x"}}}',
    );
    expect(await check()).toBe(0);
  });

  it('asks for an installation when a version differs or nothing is installed', async () => {
    lay('package-lock.json', lock('2.0.0'));
    expect(await check()).toBe(1);
    lay(
      'node_modules/.package-lock.json',
      '{"packages":{"node_modules/a":{"version":"1.0.0","integrity":"sha512-x"}}}',
    );
    expect(await check()).toBe(1);
  });
});

describe('install-npm', { timeout: PROGRAMS_TIMEOUT_MS }, () => {
  it('installs what builds also for those who install for production', async () => {
    layCheckout('.', ['install-npm', 'npm-is-current.mjs']);
    const root = { name: 'root', version: '1.0.0', devDependencies: { tool: 'file:tool' } };
    const tool = { name: 'tool', version: '1.0.0' };
    lay('package.json', JSON.stringify(root));
    lay('tool/package.json', JSON.stringify(tool));
    const link = { resolved: 'tool', link: true, dev: true };
    const packages = { '': root, 'node_modules/tool': link, tool: { ...tool, dev: true } };
    lay('package-lock.json', JSON.stringify({ ...tool, name: 'root', lockfileVersion: 3, packages }));
    const production = { NODE_ENV: 'production', npm_config_omit: 'dev', npm_config_production: 'true' };
    const quiet = { npm_config_offline: 'true', npm_config_audit: 'false' };
    const env = { ...production, ...quiet };
    expect(await command(join(folder, 'scripts/install-npm'), [], { env })).toMatchObject({ code: 0 });
    expect(existsSync(join(folder, 'node_modules/tool/package.json'))).toBe(true);
  });
});

describe('build-web', { timeout: PROGRAMS_TIMEOUT_MS }, () => {
  it('builds without what git keeps, and again when a source has changed', async () => {
    layCheckout('.', ['build-web']);
    layProgram('npm', 'mkdir -p apps/web/dist; echo "$*" | tee -a apps/web/dist/index.html');
    for (const name of [
      'apps/web/package.json',
      'packages/a/a.ts',
      'package-lock.json',
      'tsconfig.base.json',
    ])
      lay(name, '{}');
    const build = async () => await command(join(folder, 'scripts/build-web'), [], { env: laidPrograms() });
    const built = { stdout: 'run build -w apps/web\n', stderr: '', code: 0 };
    const nothing = { stdout: '', stderr: '', code: 0 };
    expect(await build()).toEqual(built);
    for (const name of ['node_modules/b/b.ts', 'packages/a/dist/a.js', 'packages/a/a.tsbuildinfo'])
      lay(name, 'made of the sources');
    expect(await build()).toEqual(nothing);
    lay('packages/a/a.ts', 'changed');
    expect(await build()).toEqual(built);
  });
});

describe('build', { timeout: PROGRAMS_TIMEOUT_MS }, () => {
  it('configures anew in a checkout that was moved, and only there', async () => {
    layCheckout('here', ['build']);
    const preset = { name: 'dev', generator: 'Ninja', binaryDir: '${sourceDir}/build/dev' };
    lay('here/CMakePresets.json', JSON.stringify({ version: 3, configurePresets: [preset] }));
    lay(
      'here/CMakeLists.txt',
      [
        'cmake_minimum_required(VERSION 3.25)',
        'project(moved LANGUAGES NONE)',
        'add_custom_target(say ALL COMMAND ${CMAKE_COMMAND} -E echo "built in ${CMAKE_SOURCE_DIR}")',
      ].join('\n'),
    );
    const build = async (name: string) => {
      const { stdout, code } = await command(join(folder, name, 'scripts/build'), ['dev']);
      expect(code).toBe(0);
      expect(stdout).toContain(`built in ${join(folder, name)}\n`);
      return { configured: stdout.includes('Configuring done') };
    };
    expect(await build('here')).toEqual({ configured: true });
    expect(await build('here')).toEqual({ configured: false });
    renameSync(join(folder, 'here'), join(folder, 'there'));
    expect(await build('there')).toEqual({ configured: true });
  });
});

describe('run_step', { timeout: PROGRAMS_TIMEOUT_MS }, () => {
  const script = (command: string): string =>
    lay('scripts/step', `source "$(dirname "$0")/lib.sh"\nrun_step "a step" step ${command}\n`);

  it('shows the end of the log of a command that fails, and gives its exit code', async () => {
    layCheckout('.', []);
    const program = lay('fails', 'echo "what is wrong"; exit 7');
    const { stdout, stderr, code } = await command('bash', [script(`sh ${program}`)]);
    expect(stdout).toContain('a step');
    expect(stderr).toContain('what is wrong\n--- failed with exit code 7: a step');
    expect(code).toBe(7);
  });

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    it(`ends at ${signal} with all that the command has started`, async () => {
      layCheckout('.', []);
      const held = join(folder, 'held'); // by whatever runs
      await command('mkfifo', [held]);
      const inner = lay('inner', 'echo started; sleep 300; true');
      const program = lay('program', `exec >${held}\nsh ${inner} & sh ${inner}; true`);
      const reader = start('cat', [held]);
      const closed = new Promise((resolve) => reader.child.stdout?.once('close', () => resolve('closed')));
      const stepped = start('bash', [script(`sh ${program}`)]);
      await lineMatching(reader.child, /^started$/);
      stepped.child.kill(signal);
      expect(await stepped.ended).toEqual([130, null]);
      expect(await closed).toBe('closed');
    });
  }
});

describe('packages.txt', () => {
  it('is read as a whole: every line names a group, a condition and a package', async () => {
    const { code, stderr } = await run('install-packages', ['no-such-group']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});

describe('install-packages without root', () => {
  /** The script on a machine of the user `visitor`, who may not become root, with these packages. */
  function install(installed: readonly string[]): Promise<Outcome> {
    layProgram('id', 'echo 1000');
    layProgram('sudo', `echo "sudo $*" >>"${folder}/became-root"; exit 1`);
    layProgram('apt-get', `echo "apt-get $*" >>"${folder}/became-root"`);
    const states = installed.map((name) => `echo "ii |${name}|"`);
    layProgram('dpkg-query', [...states, 'exit 1'].join('\n')); // as it does when it misses any
    // Of the alternatives, this release has the second clang and the first of everything else.
    layProgram('apt-cache', 'case "$2" in clang-16) ;; *) echo "Candidate: 1.0" ;; esac');
    return run('install-packages', ['test'], { env: laidPrograms() });
  }
  const installed = (all: string, missing: readonly string[]): string[] =>
    all
      .split('\n')
      .map((line) => /^test +\S+ +(\S+)$/.exec(line)?.[1]?.split('|')[0] ?? '')
      .filter((name) => name !== '' && !missing.includes(name));

  it('says the exact line that installs what is missing, of alternatives the one this release has', async () => {
    const list = readFileSync(`${ROOT}/scripts/packages.txt`, 'utf8');
    const { stdout, stderr, code } = await install(
      installed(list, ['clang-16', 'libgtest-dev', 'redis-tools']),
    );
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr.split('\n').map((line) => line.trimEnd())).toContain(
      '  sudo apt-get update && sudo apt-get install -y --no-install-recommends clang-18 libgtest-dev redis-tools',
    );
    expect(readFileSync(join(folder, 'became-root'), 'utf8')).toBe('sudo -n true\n'); // whether it may, no more
  });

  it('has nothing to say when any of the alternatives is installed', async () => {
    const list = readFileSync(`${ROOT}/scripts/packages.txt`, 'utf8');
    const others = installed(list, ['clang-16']);
    expect(await install([...others, 'clang-19'])).toEqual({ stdout: '', stderr: '', code: 0 });
  });
});

describe('fetch-libdatachannel', () => {
  const CRATE = 'registry/cache/some-registry/datachannel-sys-0.23.0+0.23.2.crate';
  const fetchInto = (target: string): Promise<Outcome> =>
    run('fetch-libdatachannel', [join(folder, target)], {
      env: { CARGO_HOME: join(folder, 'cargo'), ...laidPrograms() },
    });

  it('refuses a source whose SHA-256 is not the pinned one, and leaves nothing of it', async () => {
    lay(`cargo/${CRATE}`, 'not what was pinned');
    layProgram('cargo', 'case "$1" in --version) echo "cargo 1.70.0" ;; esac'); // finds the crate in its cache
    const { stderr, code } = await fetchInto('source');
    expect(code).toBe(1);
    expect(stderr).toContain('does not have the pinned SHA-256');
    expect(stderr).toContain(join(folder, `cargo/${CRATE}`));
    expect(readdirSync(folder).sort()).toEqual(['bin', 'cargo']);
  });

  it('says so when cargo fetched nothing', async () => {
    layProgram('cargo', 'case "$1" in --version) echo "cargo 1.70.0" ;; esac');
    const { stderr, code } = await fetchInto('source');
    expect(code).toBe(1);
    expect(stderr).toContain('cargo has fetched nothing named datachannel-sys-0.23.0+0.23.2.crate');
  });
});

describe('the Makefile', () => {
  it('lists its targets', async () => {
    const { stdout } = await command('make', ['help']);
    for (const target of [
      'up',
      'test',
      'bench',
      'bench-link',
      'bench-signaling',
      'lint',
      'format',
      'clean',
    ]) {
      expect(stdout).toContain(`make ${target} `);
    }
  });
});
