import { Agent } from 'node:http';
import { io, type Socket } from 'socket.io-client';

const clients: Socket[] = [];

/** How often a client tries to come back, and how long it waits before, in milliseconds. */
export interface Reconnection {
  readonly reconnectionAttempts: number;
  readonly reconnectionDelay: number;
  readonly reconnectionDelayMax?: number;
}

export interface ClientOptions {
  readonly token?: string;
  readonly device?: string;
  /** Whether it comes back: soon, or as it is told. */
  readonly reconnection?: boolean | Reconnection;
  /** WebSocket alone by default, as deployed clients do. */
  readonly transports?: string[];
  /** The address of this machine that it connects from; the system's choice by default. */
  readonly localAddress?: string;
  /** What it says it can do; older ones say nothing, and come back by themselves from a refusal that passes. */
  readonly caps?: readonly string[];
}

/** A client with the official library. Not connected yet. */
export function client(
  url: string,
  {
    token = 'dev:anna',
    device = 'anna_web',
    reconnection = false,
    transports = ['websocket'],
    localAddress,
    caps,
  }: ClientOptions = {},
): Socket {
  const socket = io(url, {
    transports,
    forceNew: true,
    ...(typeof reconnection === 'object'
      ? reconnection
      : { reconnection, reconnectionDelay: 50, reconnectionDelayMax: 200 }),
    rejectUnauthorized: false,
    autoConnect: false,
    auth: { token, userId: 'anna', deviceId: device, clientType: 'web', caps },
    // In Node it takes what http.request() takes; its type says less.
    ...(localAddress === undefined ? {} : { agent: new Agent({ localAddress }) as unknown as string }),
  });
  clients.push(socket);
  return socket;
}

/** Connects; rejects when it is refused. */
export async function connect(socket: Socket): Promise<Socket> {
  const connected = new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  socket.connect();
  await connected;
  return socket;
}

/** The payload of the next event of this name. */
export async function next(socket: Socket, event: string): Promise<unknown> {
  return await new Promise((resolve) => socket.once(event, resolve));
}

/** Connects and joins its account's room; resolves with who is there. */
export async function join(socket: Socket): Promise<unknown> {
  await connect(socket);
  const peers = next(socket, 'existing-peers');
  socket.emit('join-account');
  return await peers;
}

/** Disconnects all clients of the file. */
export function closeAllClients(): void {
  for (const socket of clients.splice(0)) socket.disconnect();
}
