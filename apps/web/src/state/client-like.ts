import type {
  AccountDevice,
  ClientError,
  ClientState,
  Host,
  OwnDevice,
  PairResult,
  ServerInfo,
} from '@pantheon/client';

/** One interim head of a request, as far as the app reads it. */
export interface InterimHead {
  readonly info?: Readonly<Record<string, unknown>>;
}

/** What the app asks of a link. */
export interface LinkLike {
  fetch(
    path: string,
    init: RequestInit & { readonly onInterim?: (head: InterimHead) => void },
  ): Promise<Response>;
}

/** What the app needs of a PantheonClient; the pages of the state tests are driven by a scripted one. */
export interface ClientLike {
  readonly ready: Promise<void>;
  readonly state: ClientState;
  readonly error: ClientError | undefined;
  readonly paired: boolean;
  readonly account: string | undefined;
  readonly device: OwnDevice | undefined;
  readonly persistent: boolean;
  readonly server: ServerInfo | undefined;
  readonly hosts: readonly Host[];
  start(): Promise<void>;
  pair(link: string, options: { readonly name?: string }): Promise<PairResult>;
  connect(hostDeviceId: string): Promise<LinkLike>;
  refreshModels(hostDeviceId: string): Promise<void>;
  listDevices(): Promise<readonly AccountDevice[]>;
  revokeDevice(deviceId: string): Promise<void>;
  forget(): Promise<void>;
  retryNow(): void;
  on(event: 'state' | 'hosts', listener: () => void): () => void;
}
