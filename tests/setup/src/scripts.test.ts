import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ROOT, command, run } from './scripts.js';

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

describe('packages.txt', () => {
  it('is read as a whole: every line names a group, a condition and a package', async () => {
    const { code, stderr } = await run('install-packages', ['no-such-group']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
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
