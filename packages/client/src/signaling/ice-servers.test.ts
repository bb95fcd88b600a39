import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { IceServers } from './ice-servers.js';
import { ProviderTokens } from './tokens.js';

const STUN = [{ urls: ['stun:stun.example'] }];
const TURN = { urls: ['turn:turn.example'], username: 'u', credential: 'c' };
let server: Server;
let answer: { status: number; body: string };
let asked: string[];

beforeEach(async () => {
  asked = [];
  answer = { status: 200, body: JSON.stringify({ ice_servers: [TURN], ttl: 600 }) };
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    response.writeHead(answer.status).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  vi.useRealTimers();
  server.close();
});

function make(): IceServers {
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return new IceServers(url, new ProviderTokens('dev:alice'), () => STUN);
}

it('asks once with our token, for as long as the credentials last', async () => {
  const servers = make();
  expect(await Promise.all([servers.get(), servers.get()])).toEqual([[TURN], [TURN]]);
  expect(await servers.get()).toEqual([TURN]);
  expect(asked).toEqual(['POST /turn-token Bearer dev:alice']);
});

it.each([
  { status: 404, body: '{}' },
  { status: 200, body: 'no JSON' },
])('goes on with the open ones when the answer is %j', async (given) => {
  answer = given;
  expect(await make().get()).toEqual(STUN);
});

it('goes on with the open ones when no token comes within 3 s', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const url = new URL('http://127.0.0.1:1');
  const late = new ProviderTokens(() => new Promise(() => undefined));
  const got = new IceServers(url, late, () => STUN).get();
  await vi.advanceTimersByTimeAsync(3_000);
  expect(await got).toEqual(STUN);
});

it('goes on with the open ones when the server is gone', async () => {
  const servers = make();
  await new Promise((resolve) => server.close(resolve));
  expect(await servers.get()).toEqual(STUN);
});
