import { Observable } from './observable.js';

const MAX_DRAFTS = 50;

/**
 * What is being written, by what it is for, for as long as the page is open: by chat, where one not begun yet is `undefined`,
 * or by the message that is being edited.
 */
export class Drafts extends Observable<ReadonlyMap<string | undefined, string>> {
  constructor() {
    super(new Map());
  }

  /** Forgets all. */
  clear(): void {
    this.set(new Map());
  }

  /** Keeps a text; an empty one is forgotten. */
  write(subject: string | undefined, text: string): void {
    this.keep(subject, text === '' ? undefined : text);
  }

  /** Keeps a text though it may be empty, and forgets it for `undefined`; beyond 50 the one left alone longest is forgotten. */
  keep(subject: string | undefined, text: string | undefined): void {
    this.update((all) => {
      const others = [...all].filter(([one]) => one !== subject).slice(1 - MAX_DRAFTS);
      return new Map(text === undefined ? others : [...others, [subject, text]]);
    });
  }
}
