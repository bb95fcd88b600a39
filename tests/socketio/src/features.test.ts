import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { PollingSession, SEPARATOR } from './polling-session.js';
import { FeatureServer } from './programs.js';
import { RawSocket } from './raw-socket.js';

let server: FeatureServer;
let sockets: Socket[] = [];

beforeAll(async () => {
  server = await FeatureServer.start();
});
afterAll(async () => {
  await server.stop();
});
afterEach(() => {
  for (const socket of sockets) socket.disconnect();
  sockets = [];
});

type Options = Partial<ManagerOptions & SocketOptions>;

function open(options: Options = {}, nsp = '/', url = server.url): Socket {
  const socket = io(url + nsp, { forceNew: true, reconnection: false, ...options });
  sockets.push(socket);
  return socket;
}

function next(socket: Socket, event: string): Promise<unknown[]> {
  return new Promise((resolve) => {
    socket.once(event, (...args: unknown[]) => {
      resolve(args);
    });
  });
}

async function connected(count: number, options: Options = {}, url = server.url): Promise<Socket[]> {
  const all = Array.from({ length: count }, () => open(options, '/', url));
  await Promise.all(all.map((socket) => next(socket, 'connect')));
  return all;
}

/** Everything of one name that reaches a socket until it has answered `who`, and so all before that. */
function heard(socket: Socket, event: string): unknown[] {
  const got: unknown[] = [];
  socket.on(event, (value: unknown) => got.push(value));
  return got;
}

describe.each([['websocket'], ['polling'], ['polling', 'websocket']])(
  'rooms and broadcasts over %s %s',
  (...transports) => {
    it('reach those in the room but the sender', async () => {
      const [a, b, c] = (await connected(3, { transports })) as [Socket, Socket, Socket];
      await Promise.all([a.emitWithAck('join', 'r'), b.emitWithAck('join', 'r')]);
      const others = [heard(a, 'said'), heard(c, 'said')];
      const got = next(b, 'said');
      a.emit('say', 'r', 'hi');
      expect(await got).toEqual(['hi']);
      await Promise.all([a.emitWithAck('who'), c.emitWithAck('who')]);
      expect(others).toEqual([[], []]);
    });

    it('carry binary', async () => {
      const [a, b] = (await connected(2, { transports })) as [Socket, Socket];
      await b.emitWithAck('join', 'r');
      const got = next(b, 'file');
      a.emit('file', 'r', Buffer.from([1, 2, 3]));
      expect(Buffer.from((await got)[0] as Uint8Array)).toEqual(Buffer.from([1, 2, 3]));
    });

    it('gather acknowledgements, and say who was silent', async () => {
      const all = await connected(3, { transports });
      all[0]?.on('question', (answer: (value: number) => void) => {
        answer(1);
      });
      all[1]?.on('question', (answer: (value: number) => void) => {
        answer(2);
      });
      const [answers, expected] = (await new Promise<unknown[]>((resolve) => {
        all[0]?.emit('ask-all', 150, (...args: unknown[]) => {
          resolve(args);
        });
      })) as [number[][], number];
      expect(answers.flat().sort()).toEqual([1, 2]);
      expect(expected).toBe(3);
    });
  },
);

describe('volatile events', () => {
  const bytes = Buffer.from([1, 2, 3]);

  it('are dropped while something waits to be sent', async () => {
    const [socket] = (await connected(1, { transports: ['websocket'] })) as [Socket];
    const got = heard(socket, 'tick');
    const sent = (await socket.emitWithAck('volatile', 50)) as number;
    expect(sent).toBe(1);
    expect(got).toEqual([0]);
  });

  it('with binary come whole, or not at all', async () => {
    const [socket] = (await connected(1, { transports: ['websocket'] })) as [Socket];
    const got: unknown[][] = [];
    socket.on('tick', (...args: unknown[]) => got.push(args));
    expect(await socket.emitWithAck('volatile', 50, bytes)).toBe(1);
    expect(got).toEqual([[0, bytes]]);
    expect(await socket.emitWithAck('volatile', 1, bytes)).toBe(1);
    expect(got).toEqual([
      [0, bytes],
      [0, bytes],
    ]);
  });

  /** A session of long-polling that has joined `/`, and has no poll open. */
  async function polling(): Promise<PollingSession> {
    const session = await PollingSession.open(server.url, '/socket.io/');
    await session.post('40');
    while (!(await session.poll()).includes('["hello"'));
    return session;
  }

  it('are dropped when no poll waits, with binary and without', async () => {
    const session = await polling();
    await session.post('420["volatile",3]');
    expect(await session.poll()).toBe('430[0]');
    await session.post(['451-1["volatile",3,{"_placeholder":true,"num":0}]', 'bAQID'].join(SEPARATOR));
    expect(await session.poll()).toBe('431[0]');
    // To a room: what it has before is all that it gets.
    await session.post('422["join","r"]');
    expect(await session.poll()).toBe('432[]');
    await session.post('423["volatile-to","r","dropped"]');
    expect(await session.poll()).toBe('433[]');
  });

  it.each([
    ['without binary', '420["volatile",3]', ['42["tick",0]']],
    [
      'with binary',
      ['451-0["volatile",3,{"_placeholder":true,"num":0}]', 'bAQID'].join(SEPARATOR),
      ['451-["tick",0,{"_placeholder":true,"num":0}]', 'bAQID'],
    ],
  ])('come, the first of them, when a poll waits (%s)', async (_, asked, tick) => {
    const session = await polling();
    // Whether the poll or the question came first is seen by the answer; it is the poll, sooner or later.
    for (let sent = 0; sent === 0;) {
      const first = session.poll();
      await session.post(asked);
      const packets = (await first).split(SEPARATOR);
      while (!packets.some((packet) => packet.startsWith('430')))
        packets.push(...(await session.poll()).split(SEPARATOR));
      const ack = packets.pop() ?? '';
      sent = Number(/^430\[(\d)\]$/.exec(ack)?.[1]);
      expect(packets).toEqual(sent === 0 ? [] : tick);
      expect(sent).toBeLessThanOrEqual(1);
    }
  });
});

describe('namespaces', () => {
  it('are guarded by their middlewares', async () => {
    const [error] = (await next(open({}, '/guarded'), 'connect_error')) as [
      Error & { data: { code: string } },
    ];
    expect(error.data.code).toBe('connect_refused');
    await next(open({ auth: { token: 'open' } }, '/guarded'), 'connect');
  });

  it('are left one by one, or all at once', async () => {
    const root = open();
    const guarded = root.io.socket('/guarded', { auth: { token: 'open' } });
    sockets.push(guarded);
    await Promise.all([next(root, 'connect'), next(guarded, 'connect')]);
    const left = next(guarded, 'disconnect');
    guarded.emit('kick');
    expect((await left)[0]).toBe('io server disconnect');
    expect(await root.emitWithAck('who')).toHaveProperty([String(root.id)]);
    const gone = next(root, 'disconnect');
    root.emit('kick-all');
    expect((await gone)[0]).toBe('io server disconnect');
  });
});

describe('connection state recovery', () => {
  const RECOVERING = { reconnection: true, reconnectionDelay: 20 };
  let recovering: FeatureServer;
  beforeAll(async () => {
    recovering = await FeatureServer.start('--recovery-ms', '5000');
  });
  afterAll(async () => {
    await recovering.stop();
  });

  it.each([['websocket'], ['polling']])(
    'gives id, rooms and missed events back over %s',
    async (transport) => {
      const options = { transports: [transport] };
      const away = open({ ...options, ...RECOVERING }, '/', recovering.url);
      const stays = open(options, '/', recovering.url);
      await Promise.all([next(away, 'connect'), next(stays, 'connect')]);
      const id = away.id;
      await away.emitWithAck('join', 'r');
      const said = next(away, 'said');
      stays.emit('say-all', 'before'); // from here on it has an offset
      await said;

      const got = heard(away, 'said');
      away.io.engine.close();
      await stays.emitWithAck('who');
      const back = next(away, 'connect');
      stays.emit('say', 'r', 'while away');
      stays.emit('say', 'other', 'not for it');
      await back;
      expect(away.recovered).toBe(true);
      expect(away.id).toBe(id);
      const rooms = (await away.emitWithAck('who')) as Record<string, string[]>;
      expect(rooms[String(id)]?.sort()).toEqual([String(id), 'r'].sort());
      expect(got).toEqual(['while away']);
    },
  );

  /** A socket that has joined `/`, and the answer to that. */
  async function joined(auth: object, answers: number): Promise<[RawSocket, string[]]> {
    const raw = await RawSocket.engine(recovering.webSocketUrl, '/socket.io/');
    raw.send(`40${JSON.stringify(auth)}`);
    const answer: string[] = [];
    while (answer.length < answers) answer.push(String(await raw.next()));
    return [raw, answer];
  }

  it('sends what was missed before it says that the client is connected, as the official server', async () => {
    const [raw, [connect = '', hello = '']] = await joined({}, 2);
    const { pid } = JSON.parse(connect.slice(2)) as { pid: string };
    const [, , offset] = JSON.parse(hello.slice(2)) as string[];
    const [stays] = (await connected(1, { transports: ['websocket'] }, recovering.url)) as [Socket];
    raw.end();
    while (Object.keys((await stays.emitWithAck('who')) as object).length > 1);
    stays.emit('say-all', 'missed');
    await next(stays, 'said');
    const [back, answer] = await joined({ pid, offset }, 3);
    expect(answer.map((packet) => packet.replace(/,"[^"]+"\]$/, ']'))).toEqual([
      '42["said","missed"]',
      connect,
      '42["hello",true]',
    ]);
    back.end();
  });

  it('is off by default', async () => {
    const socket = open(RECOVERING);
    await next(socket, 'connect');
    const id = socket.id;
    const back = next(socket, 'hello');
    socket.io.engine.close();
    expect(await back).toEqual([false]);
    expect(socket.id).not.toBe(id);
  });
});

describe('cross-origin requests', () => {
  it('are for the pages of a list, with credentials', async () => {
    const listed = await FeatureServer.start('--cors-origin', 'http://app.test', '--cors-credentials');
    const ask = (origin: string): Promise<Response> =>
      fetch(`${listed.url}/socket.io/?EIO=4&transport=polling&sid=none`, { headers: { Origin: origin } });
    const allowed = await ask('http://app.test');
    expect(allowed.headers.get('access-control-allow-origin')).toBe('http://app.test');
    expect(allowed.headers.get('access-control-allow-credentials')).toBe('true');
    expect(allowed.headers.get('vary')).toBe('Origin');
    expect((await ask('http://other.test')).headers.has('access-control-allow-origin')).toBe(false);
    await listed.stop();
  });
});
