import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { lineMatching, run, start } from './scripts.js';

const DOWNLOAD_TIMEOUT_MS = 600_000;
const TEST_TIMEOUT_MS = 60_000;

let python = '';
let gguf = '';
let server = '';

beforeAll(async () => {
  const { stdout } = await run('get-model', []);
  [, python = '', gguf = '', server = ''] = (stdout.trim().split('\n').at(-1) ?? '').split('\t');
}, DOWNLOAD_TIMEOUT_MS);

/** Starts the engine on a free port and waits until it answers. */
async function startEngine() {
  const engine = start(python, [server, '--port', '0', '--model', gguf]);
  const [, port = ''] = await lineMatching(engine.child, /^listening (\d+)$/);
  return { ...engine, url: `http://127.0.0.1:${port}` };
}

describe('get-model', () => {
  it('ends with one line that names python, model and server, and has nothing to do the second time', async () => {
    const again = await run('get-model', []);
    expect(again).toEqual({ stdout: `${['ready', python, gguf, server].join('\t')}\n`, stderr: '', code: 0 });
  });

  it('takes a cache folder whose name has a space', async () => {
    const cache = mkdtempSync(join(tmpdir(), 'a cache '));
    symlinkSync(dirname(gguf), join(cache, 'engine')); // with all that would be downloaded
    const { stdout, code } = await run('get-model', [], { env: { PANTHEON_CACHE: cache } });
    rmSync(cache, { recursive: true });
    expect(code).toBe(0);
    const files = [python, gguf].map((file) => file.replace(dirname(gguf), join(cache, 'engine')));
    expect(stdout.trim().split('\t')).toEqual(['ready', ...files, server]);
  });
});

describe('the engine', { timeout: TEST_TIMEOUT_MS }, () => {
  it('serves the model under its own name and streams an answer', async () => {
    const { child, ended, url } = await startEngine();
    const models = (await (await fetch(`${url}/v1/models`)).json()) as { data: { id: string }[] };
    expect(models.data.map((model) => model.id)).toEqual(['gemma3-270m']);

    const answer = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({
        stream: true,
        max_tokens: 8,
        messages: [{ role: 'user', content: 'Write a story.' }],
      }),
    });
    expect(answer.headers.get('content-type')).toContain('text/event-stream');
    expect(await answer.text()).toMatch(/^data: \{[^]*data: \[DONE\]\s*$/);

    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  });

  it('ends when its standard input is closed', async () => {
    const { child, ended } = await startEngine();
    child.stdin?.end();
    expect(await ended).toEqual([0, null]);
  });

  it('ends when the process that started it is killed', async () => {
    const parent = start('bash', [
      '-c',
      `"$1" "$2" --port 0 --model "$3" --parent $$ </dev/null & echo "engine started"; wait`,
      'parent',
      python,
      server,
      gguf,
    ]);
    await lineMatching(parent.child, /^engine started$/);
    const closed = new Promise((resolve) => parent.child.stdout?.once('close', () => resolve('closed')));
    parent.child.kill('SIGKILL');
    expect(await parent.ended).toEqual([null, 'SIGKILL']);
    expect(await closed).toBe('closed'); // the engine held the other end of this pipe
  });

  it('says what is wrong with its arguments', async () => {
    const { child, ended } = start(python, [server, '--port', '70000', '--model', gguf]);
    child.stdin?.end();
    expect(await ended).toEqual([2, null]);
  });
});
