import { Observable } from './observable.js';

const MAX_DRAFTS = 50;

/** What is being written, by chat, for as long as the page is open. That of a chat not begun yet has the chat `undefined`. */
export class Drafts extends Observable<ReadonlyMap<string | undefined, string>> {
  constructor() {
    super(new Map());
  }

  /** Keeps the text of a chat; an empty one is forgotten, and so is the one that has been left alone longest beyond 50. */
  write(chat: string | undefined, text: string): void {
    this.update((all) => {
      const others = [...all].filter(([one]) => one !== chat).slice(1 - MAX_DRAFTS);
      return new Map(text === '' ? others : [...others, [chat, text]]);
    });
  }
}
