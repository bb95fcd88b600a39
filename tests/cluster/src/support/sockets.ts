import { io, type Socket } from 'socket.io-client';

const open = new Set<Socket>();

/** A connected client. */
export async function connect(url: string, options: object = {}): Promise<Socket> {
  const socket = io(url, { transports: ['websocket'], forceNew: true, reconnection: false, ...options });
  open.add(socket);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  return socket;
}

/** Arguments of the next event of that name. */
export async function next(socket: Socket, event: string): Promise<unknown[]> {
  return await new Promise((resolve) => {
    socket.once(event, (...args: unknown[]) => {
      resolve(args);
    });
  });
}

/** Disconnects every client. */
export function disconnectAll(): void {
  for (const socket of open) socket.disconnect();
  open.clear();
}
