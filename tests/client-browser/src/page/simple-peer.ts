/** The parts of simple-peer 9 that are used here; its script puts the constructor on the page. */
export interface SimplePeer {
  signal(message: object): void;
  send(data: string | Uint8Array): void;
  write(data: string): boolean;
  destroy(): void;
  on(event: 'signal', listener: (message: object) => void): void;
  on(event: 'connect' | 'close', listener: () => void): void;
  on(event: 'data', listener: (data: Uint8Array) => void): void;
  on(event: 'error', listener: (error: Error) => void): void;
}

interface SimplePeerOptions {
  readonly initiator: boolean;
  readonly config?: RTCConfiguration;
}

/** Makes a simple-peer 9. */
export function makeSimplePeer(options: SimplePeerOptions): SimplePeer {
  const { SimplePeer } = globalThis as unknown as {
    SimplePeer: new (options: SimplePeerOptions) => SimplePeer;
  };
  return new SimplePeer({ config: { iceServers: [] }, ...options });
}
