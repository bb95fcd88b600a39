import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { EchoServer } from './programs.js';
import { RawSocket } from './raw-socket.js';

let server: EchoServer;
let quick: EchoServer;

beforeAll(async () => {
  server = await EchoServer.start('--max-payload', '10000');
  quick = await EchoServer.start(
    ...['--ping-interval-ms', '50', '--ping-timeout-ms', '50', '--connect-timeout-ms', '80'],
  );
});
afterAll(async () => {
  await Promise.all([server.stop(), quick.stop()]);
});

describe('what JavaScript can write and not every JSON reader reads', () => {
  it('half of an emoji comes back as a replacement character, and the connection stays', async () => {
    const raw = await RawSocket.joined(server.webSocketUrl);
    raw.send('42["message","cut \\ud83d"]');
    expect(await raw.next()).toBe('42["message-back","cut \ufffd"]');
    raw.end();
  });

  it('a number too large for a double comes back as null, as JSON.stringify writes it', async () => {
    const raw = await RawSocket.joined(server.webSocketUrl);
    raw.send('42["message",1e400,{"a":[-1e400]}]');
    expect(await raw.next()).toBe('42["message-back",null,{"a":[null]}]');
    raw.end();
  });
});

describe('numbers', () => {
  it.each([
    '1.5',
    '0.9452706955539223',
    '-0.1',
    '100',
    '123456789012345680000',
    '1e+21',
    '0.000001',
    '1e-7',
    '5e-324',
    '1.7976931348623157e+308',
  ])('%s comes back byte for byte', async (number) => {
    const raw = await RawSocket.joined(server.webSocketUrl);
    raw.send(`42["message",${number}]`);
    expect(await raw.next()).toBe(`42["message-back",${number}]`);
    raw.send(`427["message-with-ack",{"n":[${number}]}]`);
    expect(await raw.next()).toBe(`437[{"n":[${number}]}]`);
    raw.end();
  });

  it.each([
    ['1.50', '1.5'],
    ['1E2', '100'],
    ['-0.0', '0'],
    ['1e-400', '0'],
  ])('%s comes back as JSON.stringify writes it: %s', async (number, written) => {
    const raw = await RawSocket.joined(server.webSocketUrl);
    raw.send(`42["message",${number}]`);
    expect(await raw.next()).toBe(`42["message-back",${written}]`);
    raw.end();
  });
});

describe('Engine.IO handshake', () => {
  const refusals: [string, string, number, string][] = [
    ['GET', 'EIO=4', 0, 'Transport unknown'],
    ['GET', 'EIO=4&transport=abc', 0, 'Transport unknown'],
    ['GET', 'EIO=4&transport=websocket&sid=abc', 1, 'Session ID unknown'],
    ['POST', 'EIO=4&transport=websocket', 2, 'Bad handshake method'],
    ['GET', 'EIO=4&transport=websocket', 3, 'Bad request'],
  ];
  it.each(refusals)('refuses %s ?%s with code %i', async (method, query, code, message) => {
    const response = await fetch(`${server.url}/engine.io/?${query}`, { method });
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ code, message });
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
  });

  it.each(['transport=websocket', 'EIO=abc&transport=websocket', 'EIO=3&transport=websocket'])(
    'refuses to upgrade ?%s',
    async (query) => {
      await expect(RawSocket.open(`${server.webSocketUrl}/engine.io/?${query}`)).rejects.toThrow('400');
    },
  );

  it.each(['EIO=3&EIO=4&transport=websocket', 'EIO=4&transport=abc&transport=websocket'])(
    'takes the last of several values, as the official server: ?%s',
    async (query) => {
      const raw = await RawSocket.open(`${server.webSocketUrl}/engine.io/?${query}`);
      expect(String(await raw.next())[0]).toBe('0');
      raw.end();
    },
  );

  it('chooses the first of the subprotocols that a client offers, and none where none is offered', async () => {
    const url = `${server.webSocketUrl}/engine.io/?EIO=4&transport=websocket`;
    const choosing = await RawSocket.open(url, ['b', 'a']);
    expect(choosing.protocol).toBe('b');
    choosing.end();
    const without = await RawSocket.open(url);
    expect(without.protocol).toBe('');
    without.end();
  });

  it.each(['', 'a,', 'a,,b', 'a b', 'a, a'])('refuses the subprotocols %j', async (list) => {
    const url = `${server.webSocketUrl}/engine.io/?EIO=4&transport=websocket`;
    await expect(RawSocket.open(url, [], { 'Sec-WebSocket-Protocol': list })).rejects.toThrow('400');
  });

  it('opens a session with its times and limits', async () => {
    const raw = await RawSocket.open(`${server.webSocketUrl}/engine.io/?EIO=4&transport=websocket`);
    const opening = String(await raw.next());
    expect(opening[0]).toBe('0');
    expect(JSON.parse(opening.slice(1))).toEqual({
      sid: expect.any(String) as string,
      upgrades: [],
      pingInterval: 25_000,
      pingTimeout: 20_000,
      maxPayload: 10_000,
    });
    raw.end();
  });
});

describe('Engine.IO session', () => {
  it('echoes text and binary', async () => {
    const raw = await RawSocket.engine(server.webSocketUrl);
    raw.send('4hello');
    expect(await raw.next()).toBe('4hello');
    raw.send(Buffer.from([1, 2, 3]));
    expect(await raw.next()).toEqual(Buffer.from([1, 2, 3]));
    raw.end();
  });

  it('takes binary as base64 text, and sends it so where that is asked for', async () => {
    const raw = await RawSocket.engine(server.webSocketUrl);
    raw.send('bAQID');
    expect(await raw.next()).toEqual(Buffer.from([1, 2, 3]));
    raw.end();
    const asking = await RawSocket.open(`${server.webSocketUrl}/engine.io/?EIO=4&transport=websocket&b64=1`);
    await asking.next();
    asking.send(Buffer.from([1, 2, 3]));
    expect(await asking.next()).toBe('bAQID');
    asking.end();
  });

  it('echoes ten thousand messages that come at once', async () => {
    const raw = await RawSocket.engine(server.webSocketUrl);
    for (let i = 0; i < 10_000; i++) raw.send(`4${String(i)}`);
    for (let i = 0; i < 10_000; i++) expect(await raw.next()).toBe(`4${String(i)}`);
    raw.end();
  });

  it.each(['1', 'abc', '2', 'b!'])('answers what came before %j, and closes in order', async (end) => {
    const raw = await RawSocket.engine(server.webSocketUrl);
    raw.send('4last');
    raw.send(end);
    expect(await raw.next()).toBe('4last');
    expect(await raw.closed).toBe(1000);
  });

  it('closes in order when a ping is not answered', async () => {
    const raw = await RawSocket.engine(quick.webSocketUrl);
    expect(await raw.closed).toBe(1000);
  });

  it('is asked with ping, and lives as long as it answers', async () => {
    const raw = await RawSocket.engine(quick.webSocketUrl);
    for (let i = 0; i < 3; i++) {
      expect(await raw.next()).toBe('2');
      raw.send('3');
    }
    raw.end();
  });

  it('ends when the client says so', async () => {
    const raw = await RawSocket.engine(server.webSocketUrl);
    raw.send('1');
    await raw.closed;
  });

  it.each(['', 'x', '9', '2', '7abc'])('ends at the packet %j', async (packet) => {
    const raw = await RawSocket.engine(server.webSocketUrl);
    raw.send(packet);
    await raw.closed;
  });

  it('ends with 1009 at a message beyond the limit', async () => {
    const raw = await RawSocket.engine(server.webSocketUrl);
    raw.send(`4${'x'.repeat(20_000)}`);
    expect(await raw.closed).toBe(1009);
  });
});

describe('Socket.IO session', () => {
  it('ends when no namespace is joined in time', async () => {
    const raw = await RawSocket.engine(quick.webSocketUrl, '/socket.io/');
    const answering = (async () => {
      for (;;) {
        await raw.next();
        raw.send('3');
      }
    })();
    await raw.closed;
    void answering;
  });

  const malformed = [
    '4',
    '4abc',
    '47',
    '42',
    '42{}',
    '42[]',
    '42[{}]',
    '42["disconnect"]',
    '42["message"',
    '42abc["message-with-ack",1]',
    '421.5["message"]',
    '4299999999999999999999["message"]',
    '43[]',
    '430{}',
    '451["message",{"_placeholder":true,"num":0}]',
    '45-["message"]',
    '450-["message"]',
    '460-1[]',
    '44{"message":"no"}',
    '451-["message",{"_placeholder":true,"num":1}]',
    '451-["message",{"_placeholder":true,"num":-1}]',
    '451-["message",{"_placeholder":true,"num":"x"}]',
    '4599-["message"]',
    '40[]',
    '40',
    '41{}',
    '42/unjoined,["message"]',
    `42${'['.repeat(2000)}`,
  ];
  it.each(malformed)('ends at %s with a code, and nobody else notices', async (packet) => {
    const bystander = await RawSocket.joined(server.webSocketUrl);
    const raw = await RawSocket.joined(server.webSocketUrl);
    raw.send(packet);
    expect(await raw.next()).toMatch(/^42\["error",\{"code":"[a-z_]+","message":".+"\}\]$/);
    await raw.closed;
    bystander.send('42["message","still here"]');
    expect(await bystander.next()).toBe('42["message-back","still here"]');
    bystander.end();
    expect(server.alive).toBe(true);
  });

  it('ends at binary that nobody expects', async () => {
    const raw = await RawSocket.joined(server.webSocketUrl);
    raw.send(Buffer.from([1]));
    await raw.closed;
  });

  it('ends at text where an attachment is missing', async () => {
    const raw = await RawSocket.joined(server.webSocketUrl);
    raw.send('451-["message",{"_placeholder":true,"num":0}]');
    raw.send('42["message"]');
    await raw.closed;
  });

  it('passes over acknowledgements that nobody asked for', async () => {
    const raw = await RawSocket.joined(server.webSocketUrl);
    raw.send('4312345[1]');
    raw.send('42["message"]');
    expect(await raw.next()).toBe('42["message-back"]');
    raw.end();
  });

  it('takes numbers as event names', async () => {
    const raw = await RawSocket.joined(server.webSocketUrl);
    raw.send('42[7,"ignored"]');
    raw.send('42["message"]');
    expect(await raw.next()).toBe('42["message-back"]');
    raw.end();
  });
});
