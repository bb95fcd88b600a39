// What somebody who has not signed in may make the server hold: little, at every door.
import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import WebSocket from 'ws';
import { PollingSession } from '../../socketio/src/polling-session.js';
import { Signal } from './program.js';

const LARGE = 'x'.repeat(100_000);
const TOO_LARGE = 1009; // RFC 6455, section 7.4.1
const MODELS = `42["announce-models",{"models":[{"name":"${LARGE}"}]}]`;

let signal: Signal;
beforeAll(async () => {
  signal = await Signal.start();
});
afterAll(async () => await signal.stop());

/** The code of the close frame that this message is answered with. */
async function closeCode(path: string, message: string): Promise<unknown> {
  const socket = new WebSocket(`${signal.origin.replace('http', 'ws')}${path}`);
  await once(socket, 'open');
  socket.send(message);
  const [code] = (await once(socket, 'close')) as [number];
  return code;
}

it('a large message over a WebSocket is not read', async () => {
  expect(await closeCode('/socket.io/?EIO=4&transport=websocket', `40{"token":"${LARGE}"}`)).toBe(TOO_LARGE);
  expect(await closeCode('/', JSON.stringify({ type: 'auth', token: LARGE }))).toBe(TOO_LARGE);
});

it('a large body is not read, of a poll or of any other request', async () => {
  const session = await PollingSession.open(signal.origin, '/socket.io/');
  expect((await session.post(`40{"token":"${LARGE}"}`)).status).toBe(413);
  for (const path of ['/v1/pairing/redeem', '/v1/tokens/refresh', '/turn-token']) {
    const answer = await fetch(`${signal.origin}${path}`, {
      method: 'POST',
      body: JSON.stringify({ LARGE }),
    });
    expect(answer.status, path).toBe(413);
  }
});

it('whoever has signed in over a poll may send large messages, there and after the upgrade', async () => {
  const session = await PollingSession.open(signal.origin, '/socket.io/');
  expect((await session.post('40{"token":"dev:anna","deviceId":"a"}')).status).toBe(200);
  let heard = '';
  while (!heard.includes('40{')) heard += await session.poll();
  expect((await session.post(MODELS)).status).toBe(200);

  const socket = new WebSocket(session.webSocketUrl);
  await once(socket, 'open');
  socket.send('2probe');
  expect(String((await once(socket, 'message'))[0])).toBe('3probe');
  socket.send('5');
  socket.send(MODELS.replace('42', '427'));
  const isAcked = async (): Promise<boolean> => String((await once(socket, 'message'))[0]).startsWith('437');
  while (!(await isAcked())) continue;
  socket.close();
});
