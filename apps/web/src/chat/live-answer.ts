import { Observable } from '../state/observable.js';
import type { AnswerStats } from './types.js';

/** An answer while it comes in, as one immutable value. */
export interface LiveView {
  readonly text: string;
  readonly reasoning: string;
  /** Requests before ours; undefined: not told. */
  readonly queue: number | undefined;
}

/** Calls back before the next picture is drawn; in a hidden tab, where none is, after a while. */
function nextFrame(callback: () => void): void {
  if (document.hidden) setTimeout(callback, 250);
  else requestAnimationFrame(callback);
}

/** Collects the pieces of an answer and tells its watchers at most once a frame. */
export class LiveAnswer extends Observable<LiveView> {
  private text = '';
  private reasoning = '';
  private queue: number | undefined;
  private pieces = 0;
  private counted: number | undefined;
  private firstAt: number | undefined;
  private lastAt = 0;
  private due = false;
  private readonly startedAt = performance.now();

  private readonly schedule: (callback: () => void) => void;

  constructor(schedule: (callback: () => void) => void = nextFrame) {
    super({ text: '', reasoning: '', queue: undefined });
    this.schedule = schedule;
  }

  /** Whether anything has come. */
  get began(): boolean {
    return this.firstAt !== undefined;
  }

  /** Takes a piece of the answer. */
  add(text: string, reasoning: string): void {
    this.lastAt = performance.now();
    this.firstAt ??= this.lastAt;
    this.text += text;
    this.reasoning += reasoning;
    this.pieces++;
    this.changed();
  }

  /** Takes the number of requests before ours. */
  setQueue(position: number): void {
    this.queue = position;
    this.changed();
  }

  /** Takes the engine's count of tokens. */
  setTokens(count: number): void {
    this.counted = count;
  }

  /** Everything so far, without waiting for the frame. */
  flush(): LiveView {
    const { text, reasoning, queue } = this;
    this.set({ text, reasoning, queue });
    return this.get();
  }

  /** What was measured; undefined when nothing came. */
  stats(): AnswerStats | undefined {
    if (this.firstAt === undefined) return undefined;
    const tokens = this.counted ?? this.pieces;
    const seconds = (this.lastAt - this.firstAt) / 1000;
    const tokensPerSecond = tokens > 1 && seconds > 0.05 ? (tokens - 1) / seconds : undefined;
    return { tokens, tokensPerSecond, firstTokenMs: Math.round(this.firstAt - this.startedAt) };
  }

  private changed(): void {
    if (this.due) return;
    this.due = true;
    this.schedule(() => {
      this.due = false;
      this.flush();
    });
  }
}
