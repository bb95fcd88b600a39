/** Which description of the peer connection is a side's own. */
export type Role = 'offerer' | 'answerer';

/** What a connection tells its user, in the words both implementations share. */
export interface SideEvent {
  readonly type:
    | 'ready'
    | 'request'
    | 'interim'
    | 'response'
    | 'data'
    | 'end'
    | 'reset'
    | 'writable'
    | 'push'
    | 'goAway'
    | 'closed';
  readonly stream?: number;
  /** Name of the error of `reset` and `closed`. */
  readonly code?: string;
  readonly message?: string;
  /** Of `goAway`. */
  readonly lastStream?: number;
  /** Of `data`. */
  readonly bytes?: Uint8Array;
}

/** One side of a link, whichever language it is written in. Times are milliseconds of one steady clock. */
export interface Side {
  readonly name: string;
  receive(message: Uint8Array, nowMs: number): Promise<void>;
  tick(nowMs: number): Promise<void>;
  /** The next message for the channel; undefined when there is none. */
  compose(bufferedBytes: number, nowMs: number): Promise<Uint8Array | undefined>;
  /** The new stream, or the name of the error. */
  open(): Promise<number | string>;
  respond(stream: number, status: number): Promise<boolean>;
  /** How many bytes were accepted. */
  write(stream: number, bytes: Uint8Array): Promise<number>;
  end(stream: number): Promise<void>;
  /** Resets with `cancelled`. */
  cancel(stream: number): Promise<void>;
  consumed(stream: number, bytes: number): Promise<void>;
  push(): Promise<boolean>;
  /** Takes no new streams from now on. */
  goAway(): Promise<void>;
  openStreams(): number;
  /** All events since the last call, in order. */
  takeEvents(): SideEvent[];
}

/** What the test decides about a side; everything else is in tests/vectors/link/handshake.json. */
export interface SideSettings {
  readonly role: Role;
  /** Most streams that the peer may have open. */
  readonly streams: number;
  /** Largest message that this side accepts, in bytes. */
  readonly message: number;
}
