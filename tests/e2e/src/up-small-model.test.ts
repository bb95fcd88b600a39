import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { atHome, BINARY, pairingLink, startInTerminal, temporaryFolder } from './support/pantheon.js';
import { descendants, Process, processExists } from './support/process.js';

/** The environment in which the model is set up by this script. */
function withGetModel(script: string): Readonly<Record<string, string>> {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'get-model'), `#!/bin/sh\n${script}`, { mode: 0o755 });
  return { PANTHEON_SCRIPTS: folder };
}

describe('the small model that pantheon up offers when no engine answers', () => {
  it('is set up when the person agrees', async () => {
    const up = startInTerminal(atHome());
    await up.line(/No model engine answers on this computer\.$/);
    await up.line(/Set up a small one to try\? Gemma 3 270M/);
    up.type('\n');
    await up.line(/^ {2}Models {3}gemma3-270m {2}\(.+, http:\S+\)$/);
    await pairingLink(up);
    const children = descendants(up.pid);
    up.type('\x03');
    expect(await up.exited).toEqual({ code: 0, signal: null });
    expect(children.filter(processExists)).toEqual([]);
  });

  it('is left alone when the person declines, and the rest starts', async () => {
    const up = startInTerminal(atHome(), withGetModel('exit 1'));
    await up.line(/Set up a small one to try\?/);
    up.type('n\n');
    await up.line(/ {2}Models {3}none found\./); // behind the question, when that is overtaken by what was typed
    await pairingLink(up);
    up.type('\x03');
    expect(await up.exited).toEqual({ code: 0, signal: null });
  });

  it('is not asked for where nobody can answer', async () => {
    const up = new Process(BINARY, atHome(), { env: withGetModel('exit 1') });
    await pairingLink(up);
    expect(up.output).not.toContain('Set up a small one');
    await up.line(/^ {2}Models {3}none found\./);
    expect(await up.stop()).toEqual({ code: 0, signal: null });
  });

  it('says why when it cannot be set up, and ends with a code', async () => {
    const env = withGetModel('echo "error: no network" >&2\nexit 1');
    const up = new Process(BINARY, [...atHome(), '--try'], { env });
    expect(await up.exited).toEqual({ code: 69, signal: null });
    expect(up.stderr).toEqual([
      'error: no network',
      'pantheon: The small model could not be set up; see the message above, or install Ollama.',
    ]);
  });

  it('is given up on Ctrl-C while it is downloaded, with all that was started for it', async () => {
    const steps = [120_000_000, 240_000_000].map(
      (done) => `echo "progress ${done} 480000000 downloading a part"`,
    );
    const download = ['sleep 600 &', ...steps, 'wait'].join('\n');
    const up = startInTerminal([...atHome(), '--try'], withGetModel(download));
    await up.line(/25 % {2}120 of 480 MB {2}downloading a part/);
    const children = descendants(up.pid);
    expect(children.length).toBeGreaterThanOrEqual(3); // pantheon, the script, and what that runs
    up.type('\x03');
    expect(await up.exited).toEqual({ code: 0, signal: null });
    await expect.poll(() => children.filter(processExists), { timeout: 5000 }).toEqual([]);
  });
});
