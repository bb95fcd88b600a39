/** What one event of `/v1/chat/completions` brings. */
export interface CompletionChunk {
  readonly text: string;
  readonly reasoning: string;
  /** Tokens of the whole answer as the engine counted them. */
  readonly completionTokens: number | undefined;
  /** An error the engine sent within the stream. */
  readonly error: string | undefined;
  readonly done: boolean;
}

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
  if (data === '[DONE]')
    return { text: '', reasoning: '', completionTokens: undefined, error: undefined, done: true };
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
    done: false,
  };
}
