import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { freePort } from './free-port.js';
import { Process, ROOT } from './process.js';

/** A real model engine on loopback. */
export interface Engine {
  readonly url: string;
  /** The model's name as the engine tells it. */
  readonly model: string;
  readonly process: Process;
}

/** Runs one of the set-up scripts; gives the fields of its last line. */
function ready(script: string): readonly string[] {
  const ran = spawnSync(join(ROOT, 'scripts', script), { encoding: 'utf8', maxBuffer: 64 << 20 });
  const line = ran.stdout.trim().split('\n').at(-1) ?? '';
  if (ran.status !== 0 || !line.startsWith('ready\t'))
    throw new Error(`scripts/${script} failed: ${ran.stderr}`);
  return line.split('\t').slice(1);
}

/** llama.cpp's server with the small model, from the cache. */
export async function startSmallModel(port = 0, ...options: readonly string[]): Promise<Engine> {
  const [python = '', gguf = '', server = ''] = ready('get-model');
  const child = new Process(python, [server, '--port', `${port}`, '--model', gguf, ...options]);
  const [, listening = ''] = await child.line(/^listening (\d+)$/);
  return { url: `http://127.0.0.1:${listening}`, model: 'gemma3-270m', process: child };
}

/** Ollama with the same model, from the cache. */
export async function startOllama(): Promise<Engine> {
  const [binary = '', models = '', model = ''] = ready('get-ollama');
  const url = `http://127.0.0.1:${await freePort()}`;
  const child = new Process(binary, ['serve'], { env: { OLLAMA_HOST: url, OLLAMA_MODELS: models } });
  for (;;) {
    const answers = await fetch(`${url}/api/version`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (answers) return { url, model, process: child };
    if (!child.running) throw new Error(`ollama ended:\n${child.output}`);
    await new Promise((resolve) => setTimeout(resolve, 50)); // it tells on no channel that it listens
  }
}
