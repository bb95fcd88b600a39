/** What an error says about itself: one sentence on what happened, one on what to do about it. */
export interface ErrorText {
  readonly message: string;
  readonly advice: string;
}

/** The error table of one part: code (snake_case, stable) to its sentences. */
export type ErrorTable<Code extends string = string> = Readonly<Record<Code, ErrorText>>;

/** What can be told about an error beyond its code. */
export interface ErrorDetails {
  /** What is particular to this case, in technical terms. Never a prompt, an answer or a token. */
  readonly detail?: string | undefined;
  /** The error below this one. */
  readonly cause?: unknown;
  /** When trying again makes sense, in milliseconds from now. */
  readonly retryAfterMs?: number | undefined;
}

/**
 * Every error this package makes, throws or shows. `code` is for programs, `message` says to a person what
 * happened, `advice` what they can do.
 */
export class ClientError extends Error {
  override readonly name = 'ClientError';
  readonly code: string;
  readonly advice: string;
  readonly detail: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(code: string, text: ErrorText, details: ErrorDetails = {}) {
    super(text.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.advice = text.advice;
    this.detail = details.detail;
    this.retryAfterMs = details.retryAfterMs;
  }
}

/** Makes the function with which a part makes its errors: only codes of its own table are accepted. */
export function errorsOf<Code extends string>(
  table: ErrorTable<Code>,
): (code: Code, details?: ErrorDetails) => ClientError {
  return (code, details) => new ClientError(code, table[code], details);
}

/** Whether `value` is an error of this package, with that code if one is given. */
export function isClientError(value: unknown, code?: string): value is ClientError {
  return value instanceof ClientError && (code === undefined || value.code === code);
}
