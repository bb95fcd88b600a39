/** Longest event that is kept, in characters; an engine that sends more without a blank line is broken. */
const MAX_EVENT = 4 * 1024 * 1024;

/** Thrown for a stream that breaks a limit. */
export class SseError extends Error {
  override readonly name = 'SseError';
}

/**
 * Server-sent events (WHATWG HTML, section 9.2.6) from text in pieces of any size. Only `data` is of interest to the
 * APIs of model engines; comments and other fields are passed over.
 */
export class SseParser {
  private rest = '';
  private data: string[] = [];
  private size = 0;
  private first = true;

  /** Takes the next piece; returns the data of the events that are complete with it. Throws SseError. */
  push(piece: string): string[] {
    let text = this.rest + piece;
    if (this.first && text !== '') {
      if (text.startsWith('\uFEFF')) text = text.slice(1);
      this.first = false;
    }
    const events: string[] = [];
    let start = 0;
    for (;;) {
      const end = this.lineEnd(text, start);
      if (end === undefined) break;
      this.line(text.slice(start, end.at), events);
      start = end.next;
    }
    this.rest = text.slice(start);
    if (this.rest.length + this.size > MAX_EVENT) throw new SseError('an event of the stream is too long');
    return events;
  }

  /** The end of the stream. Some engines leave out the last blank line: what is whole but for it counts. */
  end(): string[] {
    const events: string[] = [];
    if (this.rest !== '') this.line(this.rest.replace(/\r$/, ''), events);
    this.line('', events);
    this.rest = '';
    return events;
  }

  private lineEnd(text: string, start: number): { readonly at: number; readonly next: number } | undefined {
    for (let at = start; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === 10) return { at, next: at + 1 };
      if (code !== 13) continue;
      if (at + 1 === text.length) return undefined; // CR: the LF may be in the next piece
      return { at, next: text.charCodeAt(at + 1) === 10 ? at + 2 : at + 1 };
    }
    return undefined;
  }

  private line(line: string, events: string[]): void {
    if (line === '') {
      if (this.data.length > 0) events.push(this.data.join('\n'));
      this.data = [];
      this.size = 0;
      return;
    }
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    if (field !== 'data') return;
    const value = colon < 0 ? '' : line.slice(line.charAt(colon + 1) === ' ' ? colon + 2 : colon + 1);
    this.data.push(value);
    this.size += value.length;
  }
}
