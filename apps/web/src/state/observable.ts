import { useSyncExternalStore } from 'react';

/** A value that can be watched. Its values are immutable: a change is a new value. */
export interface Readable<T> {
  get(): T;
  /** Calls `listener` after each change, until the returned function is called. */
  subscribe(listener: () => void): () => void;
}

/** A value that can be set and watched. */
export class Observable<T> implements Readable<T> {
  private readonly listeners = new Set<() => void>();

  private value: T;

  constructor(value: T) {
    this.value = value;
  }

  readonly get = (): T => this.value;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  };

  /** Sets the value, and tells listeners unless it is the same. */
  set(value: T): void {
    if (Object.is(value, this.value)) return;
    this.value = value;
    for (const listener of [...this.listeners]) listener();
  }

  /** Sets what `change` makes of the value. */
  update(change: (value: T) => T): void {
    this.set(change(this.value));
  }
}

/** The value of an observable, in a component that is drawn again after each change. */
export function useValue<T>(readable: Readable<T>): T {
  return useSyncExternalStore(readable.subscribe, readable.get);
}
