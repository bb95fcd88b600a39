import { afterAll, beforeAll, describe, it } from 'vitest';
import { startOllama, type Engine } from './support/engines.js';
import { Up } from './support/pantheon.js';

/** What else runs on the machine is found too, and may stand in lines of its own. */
describe('an engine that nobody names', () => {
  let ollama: Engine;

  beforeAll(async () => {
    ollama = await startOllama();
  });
  afterAll(async () => {
    await ollama.process.stop();
  });

  it('Ollama is found where OLLAMA_HOST says, also when that means every interface', async () => {
    const { port } = new URL(ollama.url);
    const up = await Up.start({ search: true, env: { OLLAMA_HOST: `0.0.0.0:${port}` } });
    await up.process.line(
      new RegExp(`^ {2}Models {3}(.+, )?${ollama.model}(, .+)? {2}\\(Ollama, ${ollama.url}\\)$`),
    );
    await up.stop();
  });
});
