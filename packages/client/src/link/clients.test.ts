import { readFileSync } from 'node:fs';
import { Ollama } from 'ollama/browser';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { connectLink, type ServedExchange } from './testing/answerer.js';

function fixture(name: string): string {
  return readFileSync(new URL(`testing/fixtures/${name}`, import.meta.url), 'utf8');
}

/** Serves a recorded stream, a few bytes at a time, so that pieces end within lines and characters. */
function serveStream(type: string, text: string): (exchange: ServedExchange) => void {
  return (exchange) => {
    void (async () => {
      await exchange.text();
      exchange.respond({ headers: [['content-type', type]] });
      const bytes = new TextEncoder().encode(text);
      for (let at = 0; at < bytes.byteLength; at += 37) {
        exchange.write(bytes.slice(at, at + 37));
        if (at % 5 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      exchange.end();
    })();
  };
}

const question = {
  model: 'qwen2.5:0.5b',
  messages: [{ role: 'user' as const, content: 'Why is the sky blue?' }],
};

describe('the official openai client', () => {
  it('streams a chat', async () => {
    let head: ServedExchange | undefined;
    const serve = serveStream('text/event-stream', fixture('openai-chat.sse'));
    const { link } = connectLink((exchange) => {
      head = exchange;
      serve(exchange);
    });
    const client = new OpenAI(link.openai());
    const tokens: string[] = [];
    for await (const chunk of await client.chat.completions.create({ ...question, stream: true })) {
      tokens.push(chunk.choices[0]?.delta.content ?? '');
    }
    expect(tokens).toEqual(['The', ' sky is', ' blue – 青い.', '']);
    expect([head?.head.method, head?.head.path]).toEqual(['POST', '/v1/chat/completions']);
    expect(JSON.parse(Buffer.from(head?.received ?? []).toString())).toEqual({ ...question, stream: true });
  });

  it('stops the engine when its stream is aborted', async () => {
    let served: ServedExchange | undefined;
    const { link } = connectLink((exchange) => {
      served = exchange;
      exchange.respond({ headers: [['content-type', 'text/event-stream']] });
      exchange.write(new TextEncoder().encode(fixture('openai-chat.sse').slice(0, 300)));
    });
    const stream = await new OpenAI(link.openai()).chat.completions.create({ ...question, stream: true });
    for await (const chunk of stream) {
      expect(chunk.choices[0]?.delta.content).toBe('The');
      stream.controller.abort();
    }
    await served?.until(() => served?.resetCode === 'cancelled');
  });

  it('reads errors of the host', async () => {
    const { link } = connectLink((exchange) => {
      exchange.respond({ status: 404, headers: [['content-type', 'application/json']] });
      exchange.write(
        new TextEncoder().encode('{"error":{"message":"no such model","code":"model_not_found"}}'),
      );
      exchange.end();
    });
    const asked = new OpenAI(link.openai()).chat.completions.create(question);
    await expect(asked).rejects.toMatchObject({ status: 404, code: 'model_not_found' });
  });

  it('tells an error of the link as its cause', async () => {
    const { link } = connectLink((exchange) => exchange.reset('engine_unavailable'));
    const asked = new OpenAI({ ...link.openai(), maxRetries: 0 }).chat.completions.create(question);
    await expect(asked).rejects.toMatchObject({ cause: { code: 'engine_unavailable' } });
  });

  it('lists models', async () => {
    const { link } = connectLink((exchange) => {
      exchange.respond({ headers: [['content-type', 'application/json']] });
      exchange.write(
        new TextEncoder().encode(
          '{"object":"list","data":[{"id":"m","object":"model","created":1,"owned_by":"x"}]}',
        ),
      );
      exchange.end();
    });
    const models = await new OpenAI(link.openai()).models.list();
    expect(models.data.map(({ id }) => id)).toEqual(['m']);
  });
});

describe('the official ollama client', () => {
  it('streams a chat', async () => {
    let head: ServedExchange | undefined;
    const serve = serveStream('application/x-ndjson', fixture('ollama-chat.ndjson'));
    const { link } = connectLink((exchange) => {
      head = exchange;
      serve(exchange);
    });
    const tokens: string[] = [];
    for await (const part of await new Ollama(link.ollama()).chat({ ...question, stream: true })) {
      tokens.push(part.message.content);
    }
    expect(tokens).toEqual(['The', ' sky is', ' blue – 青い.', '']);
    expect([head?.head.method, head?.head.path]).toEqual(['POST', '/api/chat']);
  });

  it('stops the engine when it is aborted', async () => {
    let served: ServedExchange | undefined;
    const { link } = connectLink((exchange) => {
      served = exchange;
      exchange.respond();
      exchange.write(new TextEncoder().encode(`${fixture('ollama-chat.ndjson').split('\n')[0] ?? ''}\n`));
    });
    const client = new Ollama(link.ollama());
    const read = async (): Promise<void> => {
      for await (const part of await client.chat({ ...question, stream: true })) {
        expect(part.message.content).toBe('The');
        client.abort();
      }
    };
    await expect(read()).rejects.toMatchObject({ name: 'AbortError' });
    await served?.until(() => served?.resetCode === 'cancelled');
  });

  it('lists models, and reads errors', async () => {
    const { link } = connectLink((exchange) => {
      const known = exchange.head.path === '/api/tags';
      exchange.respond({ status: known ? 200 : 404, headers: [['content-type', 'application/json']] });
      exchange.write(
        new TextEncoder().encode(known ? '{"models":[{"name":"m"}]}' : '{"error":"model not found"}'),
      );
      exchange.end();
    });
    const client = new Ollama(link.ollama());
    expect((await client.list()).models.map(({ name }) => name)).toEqual(['m']);
    await expect(client.show({ model: 'x' })).rejects.toMatchObject({
      error: 'model not found',
      status_code: 404,
    });
  });
});
