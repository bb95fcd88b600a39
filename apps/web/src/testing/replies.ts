import { LinkError } from '@pantheon/client';
import type { Reply } from './scripted-client.js';

const encoder = new TextEncoder();

function pieceEvent(text: string): Uint8Array {
  return encoder.encode(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: text } }] })}\n\n`);
}

/** The last piece, with why it is the last. */
function endEvent(finishReason: string): Uint8Array {
  const choices = [{ index: 0, delta: {}, finish_reason: finishReason }];
  return encoder.encode(`data: ${JSON.stringify({ choices })}\n\n`);
}

const usage = `data: ${JSON.stringify({ choices: [], usage: { completion_tokens: 120 } })}\n\ndata: [DONE]\n\n`;

/** How a scripted answer ends: whole, at the model's limit, without a mark of its end, by the connection's loss, or not at all. */
export type Ending = 'whole' | 'length' | 'cut' | 'lost' | 'open';

/** Streams a text, word by word, `everyMs` apart. */
export function streamed(text: string, ending: Ending = 'whole', everyMs = 2): Reply {
  const words = text.match(/\S+\s*|\s+/g) ?? [];
  return ({ signal }) => {
    let next = 0;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => signal?.addEventListener('abort', () => controller.error(signal.reason)),
      pull: async (controller) => {
        const word = words[next++];
        if (word !== undefined) {
          await new Promise((resolve) => setTimeout(resolve, everyMs));
          controller.enqueue(pieceEvent(word));
        } else if (ending === 'whole' || ending === 'length') {
          controller.enqueue(endEvent(ending === 'whole' ? 'stop' : 'length'));
          controller.enqueue(encoder.encode(usage));
          controller.close();
        } else if (ending === 'cut') {
          controller.close();
        } else if (ending === 'lost') {
          controller.error(new LinkError('timed_out'));
        } else {
          await new Promise(() => undefined);
        }
      },
    });
    return Promise.resolve(new Response(body, { headers: { 'content-type': 'text/event-stream' } }));
  };
}

/** An answer of the host itself. */
export function refused(status: number, code: string, message: string): Reply {
  const body = JSON.stringify({ error: { message, type: 'pantheon_error', param: null, code } });
  return () =>
    Promise.resolve(new Response(body, { status, headers: { 'content-type': 'application/json' } }));
}

/** Waits in a queue, behind others. */
export function queued(position: number): Reply {
  return ({ onInterim, signal }) => {
    onInterim?.({ info: { queue: { position } } });
    return new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
  };
}
