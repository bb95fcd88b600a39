import { Ollama } from 'ollama/browser';
import OpenAI from 'openai';
import type { ChatCompletionCreateParamsStreaming } from 'openai/resources/chat/completions';
import {
  isClientError,
  PantheonClient,
  type Host,
  type Link,
} from '../../../../../packages/client/src/index.js';

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

/** The first host that is online. */
export function onlineHost(client: PantheonClient): Promise<Host> {
  return whenHosts(client, (hosts) => hosts.find(({ online }) => online));
}

/** Pairs this page with what a link says, connects to the host, and waits for its models. */
export async function pairAndConnect(
  link: string,
): Promise<{ account: string; models: string[]; trust: string }> {
  const client = new PantheonClient({ statsIntervalMs: 100 });
  window.client = client;
  const { account, hostDeviceId } = await client.pair(link, { name: 'Test phone' });
  await client.start();
  const host = await whenHosts(client, (hosts) =>
    hosts.find(({ deviceId, online }) => online && deviceId === hostDeviceId),
  );
  window.link = await client.connect(host.deviceId);
  const known = await whenHosts(client, (hosts) =>
    hosts.find(({ deviceId, models }) => deviceId === hostDeviceId && models.length > 0),
  );
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
async function collect<T>(
  stream: AsyncIterable<T>,
  textOf: (piece: T) => string,
  started: number,
): Promise<Streamed> {
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
export async function chatWithOpenAI(
  link: Link,
  model: string,
  prompt: string,
  maxTokens: number,
): Promise<Streamed> {
  const started = performance.now();
  const stream = await new OpenAI(link.openai()).chat.completions.create({
    model,
    messages: [{ role: 'user', content: prompt }],
    max_tokens: maxTokens,
    temperature: 0, // or the model now and then ends its answer after a few words
    stream: true,
  });
  return await collect(stream, (chunk) => chunk.choices[0]?.delta.content ?? '', started);
}

/** A chat over the official `ollama` client, streamed. */
export async function chatWithOllama(
  link: Link,
  model: string,
  prompt: string,
  maxTokens: number,
): Promise<Streamed> {
  const started = performance.now();
  const stream = await new Ollama(link.ollama()).chat({
    model,
    messages: [{ role: 'user', content: prompt }],
    options: { num_predict: maxTokens, temperature: 0 },
    stream: true,
  });
  return await collect(stream, (part) => part.message.content, started);
}

/** A streamed chat that goes on while a test does other things. */
export class RunningChat {
  text = '';
  /** When each piece came, by performance.now(). */
  readonly times: number[] = [];
  /** Why it ended: `done`, or the code of an error. Undefined while it runs. */
  ended: string | undefined;
  /** What a person would read of the error. */
  message = '';
  private readonly abort = new AbortController();
  private readonly over: Promise<void>;

  /** `extra`: parameters of the engine's own that the client does not know. */
  constructor(
    link: Link,
    model: string,
    prompt = 'Count',
    maxTokens = 4000,
    extra: Readonly<Record<string, unknown>> = {},
  ) {
    this.over = this.run(new OpenAI({ ...link.openai(), maxRetries: 0 }), {
      ...extra,
      model,
      messages: [{ role: 'user', content: prompt }],
      max_tokens: maxTokens,
      stream: true,
    });
  }

  /** Resolves when `count` pieces have come, or it has ended. */
  async pieces(count: number): Promise<string> {
    while (this.times.length < count && this.ended === undefined)
      await new Promise((resolve) => setTimeout(resolve, 5));
    return this.text;
  }

  /** What a person does who presses the stop button. */
  stop(): void {
    this.abort.abort();
  }

  /** Resolves with why it ended. */
  async end(): Promise<{ ended: string; message: string; text: string }> {
    await this.over;
    const { ended = '', message, text } = this;
    return { ended, message, text };
  }

  /** The longest time between two pieces, in milliseconds. */
  longestGap(): number {
    return this.times.reduce(
      (longest, time, index) => Math.max(longest, time - (this.times[index - 1] ?? time)),
      0,
    );
  }

  private async run(openai: OpenAI, asked: ChatCompletionCreateParamsStreaming): Promise<void> {
    try {
      const stream = await openai.chat.completions.create(asked, { signal: this.abort.signal });
      for await (const chunk of stream) {
        this.text += chunk.choices[0]?.delta.content ?? '';
        this.times.push(performance.now());
      }
      this.ended = this.abort.signal.aborted ? 'stopped' : 'done';
    } catch (error) {
      this.message = error instanceof Error ? error.message : String(error);
      const { code } = error as { readonly code?: unknown };
      this.ended = this.abort.signal.aborted ? 'stopped' : typeof code === 'string' ? code : 'unknown';
    }
  }
}

/** Calls `seen` with every peer connection that the page makes from now on. */
export function onPeerConnections(seen: (connection: RTCPeerConnection) => void): void {
  const Original = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Original {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      seen(this);
    }
  };
}

/** Calls `seen` with every data channel that the page makes from now on. */
export function onDataChannels(seen: (channel: RTCDataChannel) => void): void {
  onPeerConnections((connection) => {
    const create = connection.createDataChannel.bind(connection);
    connection.createDataChannel = (...args) => {
      const channel = create(...args);
      seen(channel);
      return channel;
    };
  });
}

/** Watches the sockets that the page makes from now on; `sayInstead` repeats its last signal with another content. */
export function onSignals(): { sayInstead: (signal: object) => boolean } {
  const send = WebSocket.prototype.send;
  let last: { readonly socket: WebSocket; readonly address: object } | undefined;
  WebSocket.prototype.send = function (data) {
    if (typeof data === 'string' && data.startsWith('42["webrtc-signal",')) {
      const [, address] = JSON.parse(data.slice(2)) as [string, object];
      last = { socket: this, address };
    }
    send.call(this, data);
  };
  return {
    sayInstead: (signal) => {
      if (last === undefined) return false;
      send.call(last.socket, `42${JSON.stringify(['webrtc-signal', { ...last.address, signal }])}`);
      return last.socket.readyState === WebSocket.OPEN;
    },
  };
}
