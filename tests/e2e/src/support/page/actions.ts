import { Ollama } from 'ollama/browser';
import OpenAI from 'openai';
import { isClientError, PantheonClient, type Host, type Link } from '../../../../../packages/client/src/index.js';

/** An answer as it arrived. */
export interface Streamed {
  readonly text: string;
  /** When each piece came, in milliseconds from the request on. */
  readonly times: readonly number[];
}

/** Resolves when `look` finds something; looks again at each change of the hosts. */
function whenHosts<T>(client: PantheonClient, look: (hosts: readonly Host[]) => T | undefined): Promise<T> {
  return new Promise((resolve) => {
    const off = client.on('hosts', (hosts) => {
      const found = look(hosts);
      if (found === undefined) return;
      off();
      resolve(found);
    });
    const found = look(client.hosts);
    if (found === undefined) return;
    off();
    resolve(found);
  });
}

/** Pairs this page with what a link says, connects to the host, and waits for its models. */
export async function pairAndConnect(link: string): Promise<{ account: string; models: string[]; trust: string }> {
  const client = new PantheonClient({ statsIntervalMs: 100 });
  window.client = client;
  const { account, hostDeviceId } = await client.pair(link, { name: 'Test phone' });
  await client.start();
  const host = await whenHosts(client, (hosts) => hosts.find(({ deviceId, online }) => online && deviceId === hostDeviceId));
  window.link = await client.connect(host.deviceId);
  const known = await whenHosts(client, (hosts) => hosts.find(({ deviceId, models }) => deviceId === hostDeviceId && models.length > 0));
  return { account, models: known.models.map(({ id }) => id), trust: known.trust };
}

/** The code of what went wrong, or `ok`. */
export async function codeOf(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
    return 'ok';
  } catch (error) {
    if (isClientError(error)) return error.code;
    const { code } = error as { readonly code?: unknown };
    return typeof code === 'string' ? code : String(error);
  }
}

/** Collects the pieces of a stream. */
async function collect<T>(stream: AsyncIterable<T>, textOf: (piece: T) => string, started: number): Promise<Streamed> {
  let text = '';
  const times: number[] = [];
  for await (const piece of stream) {
    const part = textOf(piece);
    if (part === '') continue;
    text += part;
    times.push(performance.now() - started);
  }
  return { text, times };
}

/** A chat over the official `openai` client, streamed. */
export async function chatWithOpenAI(link: Link, model: string, prompt: string, maxTokens: number): Promise<Streamed> {
  const started = performance.now();
  const stream = await new OpenAI(link.openai()).chat.completions.create({
    model,
    messages: [{ role: 'user', content: prompt }],
    max_tokens: maxTokens,
    stream: true,
  });
  return await collect(stream, (chunk) => chunk.choices[0]?.delta.content ?? '', started);
}

/** A chat over the official `ollama` client, streamed. */
export async function chatWithOllama(link: Link, model: string, prompt: string, maxTokens: number): Promise<Streamed> {
  const started = performance.now();
  const stream = await new Ollama(link.ollama()).chat({
    model,
    messages: [{ role: 'user', content: prompt }],
    options: { num_predict: maxTokens },
    stream: true,
  });
  return await collect(stream, (part) => part.message.content, started);
}
