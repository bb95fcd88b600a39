/**
 * The contract of bench/signaling on Node and socket.io: sign-in, an account's room, relayed signals. Prints `listening <port>`.
 * With `--redis URL` signals find devices of other such servers, over the adapter; lists of devices stay of one server.
 */
import { createServer } from 'node:http';
import process from 'node:process';
import { createAdapter } from '@socket.io/redis-adapter';
import { createClient } from 'redis';
import { Server, type Socket } from 'socket.io';
import { readSignIn, type Hello } from './sign-in.js';

const BACKLOG = 4096;
const IDLE_MS = 1000;

interface Entry {
  readonly userId: string;
  readonly clientType: string;
}
interface Member {
  account: string;
  entry: Entry;
}
type Events = Record<string, (payload: unknown) => void>;
type Peer = Socket<Events, Events, Events, Member>;

const redisAt = process.argv.indexOf('--redis');
const redisUrl = redisAt < 0 ? undefined : process.argv[redisAt + 1];
const accountOf = readSignIn(process.argv.slice(2));
const accounts = new Map<string, Map<string, Peer>>();
let events = 0;

function join(socket: Peer): void {
  const { account, entry } = socket.data;
  let devices = accounts.get(account);
  if (!devices) accounts.set(account, (devices = new Map()));
  const others = [...devices.values()].map((other) => other.data.entry);
  devices.set(entry.userId, socket);
  void socket.join(redisUrl === undefined ? account : [account, roomOf(account, entry.userId)]);
  if (others.length > 0) socket.to(account).emit('peer-joined', entry);
  socket.emit('existing-peers', others);
}

const roomOf = (account: string, device: string) => `${account} ${device}`;

function relay(socket: Peer, payload: unknown): void {
  const { to, signal } = payload as { to: string; signal: unknown };
  if (redisUrl !== undefined) {
    const room = roomOf(socket.data.account, to);
    io.to(room).emit('webrtc-signal', { fromUserId: socket.data.entry.userId, signal });
    return;
  }
  const target = accounts.get(socket.data.account)?.get(to);
  if (target) target.emit('webrtc-signal', { fromUserId: socket.data.entry.userId, signal });
  else socket.emit('error', { code: 'peer_unavailable', targetUserId: to });
}

function leave(socket: Peer): void {
  const { account, entry } = socket.data;
  const devices = accounts.get(account);
  if (devices?.get(entry.userId) !== socket) return;
  devices.delete(entry.userId);
  if (devices.size === 0) accounts.delete(account);
  else socket.to(account).emit('peer-left', entry);
}

const http = createServer();
const io = new Server<Events, Events, Events, Member>(http, {
  transports: ['websocket'],
  serveClient: false,
});
if (redisUrl !== undefined) {
  const publisher = createClient({ url: redisUrl });
  const subscriber = publisher.duplicate();
  await Promise.all([publisher.connect(), subscriber.connect()]);
  io.adapter(createAdapter(publisher, subscriber));
}
// As socket.io's documentation advises, to save memory.
io.engine.on('connection', (connection: { request: unknown }) => {
  connection.request = null;
});
io.use((socket, next) => {
  events++;
  const hello = socket.handshake.auth as Hello;
  const account = accountOf(hello);
  if (account === undefined) return next(new Error('auth_invalid'));
  socket.data = { account, entry: { userId: hello.deviceId, clientType: hello.clientType } };
  next();
});
io.on('connection', (socket) => {
  socket.on('join-account', () => join(socket));
  socket.on('webrtc-signal', (payload) => {
    events++;
    relay(socket, payload);
  });
  socket.on('disconnect', () => leave(socket));
});

// Garbage is no memory of idle connections: it is collected once when nothing happens any more (--expose-gc).
let seen = 0;
let collected = 0;
setInterval(() => {
  if (events === seen && events !== collected) {
    globalThis.gc?.();
    collected = events;
  }
  seen = events;
}, IDLE_MS);

http.listen({ host: '127.0.0.1', port: 0, backlog: BACKLOG }, () => {
  const address = http.address();
  process.stdout.write(`listening ${typeof address === 'object' && address ? address.port : 0}\n`);
});
