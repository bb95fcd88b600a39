/** What one event of `/v1/chat/completions` brings. */
export interface CompletionChunk {
  readonly text: string;
  readonly reasoning: string;
  /** Tokens of the whole answer as the engine counted them. */
  readonly completionTokens: number | undefined;
  /** An error the engine sent within the stream. */
  readonly error: string | undefined;
  /** Why the engine wrote no further, for example `stop` or `length`; it says so with the last piece. */
  readonly finishReason: string | undefined;
  /** The mark after the last event. */
  readonly done: boolean;
}

const DONE: CompletionChunk = {
  text: '',
  reasoning: '',
  completionTokens: undefined,
  error: undefined,
  finishReason: undefined,
  done: true,
};

type Json = Readonly<Record<string, unknown>>;

function object(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function errorOf(json: Json): string | undefined {
  const error = json['error'];
  if (error === undefined || error === null) return undefined;
  return text(error) || text(object(error)['message']) || 'The model engine reported an error.';
}

/** Reads the data of an event; undefined for what is no JSON object. Pure. */
export function parseChunk(data: string): CompletionChunk | undefined {
  if (data === '[DONE]') return DONE;
  let json: Json;
  try {
    json = object(JSON.parse(data));
  } catch {
    return undefined;
  }
  const choices = json['choices'];
  const choice = object(Array.isArray(choices) ? choices[0] : undefined);
  const delta = object(choice['delta'] ?? choice['message']); // engines that do not stream send a whole message
  const tokens = object(json['usage'])['completion_tokens'];
  return {
    text: text(delta['content']),
    reasoning: text(delta['reasoning_content']) || text(delta['reasoning']),
    completionTokens: typeof tokens === 'number' ? tokens : undefined,
    error: errorOf(json),
    finishReason: text(choice['finish_reason']) || undefined,
    done: json['done'] === true, // as engines write it that have an API of their own beside this one
  };
}
