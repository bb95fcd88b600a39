// The setup guide's section "Network Requirements", as far as it is about the server.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { ask, askJson } from '../../deploy/src/support/http.js';
import { startServer, type Server } from '../../deploy/src/support/server.js';
import { join } from './support/devices.js';

const GUIDE_STUN = { urls: ['stun:stun.l.google.com:19302'] };

let server: Server;
beforeAll(async () => {
  server = await startServer({ args: ['--dev'] });
});
afterAll(async () => {
  await server.process.stop();
});

/** Local ports of the sockets of one kind in this network, which has no programs but the server and us. */
function ports(kind: 'tcp' | 'tcp6' | 'udp' | 'udp6', state?: string): number[] {
  const rows = readFileSync(`/proc/net/${kind}`, 'utf8').trim().split('\n').slice(1);
  const fields = rows.map((row) => row.trim().split(/\s+/));
  const chosen = fields.filter(([, , , itsState]) => state === undefined || itsState === state);
  return chosen.map(([, local = '']) => Number.parseInt(local.split(':')[1] ?? '', 16));
}

describe('Network Requirements', () => {
  it('Ports: 3001 (signaling server)', async () => {
    const LISTEN = '0A';
    expect([...ports('tcp', LISTEN), ...ports('tcp6', LISTEN)]).toEqual([3001]);
    // Everything is there: Socket.IO, WebSocket of generation 1, HTTP.
    await join('http://localhost:3001', 'anna', 'anna_web');
    await once(new WebSocket('ws://localhost:3001'), 'open');
    expect((await ask('http://localhost:3001/health')).status).toBe(200);
  });

  it('Protocols: WebSocket', async () => {
    const socket = new WebSocket('ws://localhost:3001/socket.io/?EIO=4&transport=websocket');
    const [opening] = (await once(socket, 'message')) as [Buffer];
    expect(String(opening)).toMatch(/^0\{"sid":/);
    const auth = { token: 'dev:anna', userId: 'anna', clientType: 'web', deviceId: 'raw_web' };
    socket.send(`40${JSON.stringify(auth)}`);
    const [connected] = (await once(socket, 'message')) as [Buffer];
    expect(String(connected)).toMatch(/^40\{"sid":/);
    socket.close();
  });

  it('Protocols: WebRTC, whose offers, answers and candidates the server passes on', async () => {
    const web = await join('http://localhost:3001', 'bob', 'bob_web');
    const host = await join('http://localhost:3001', 'bob', 'bob_electron');
    const candidate = {
      candidate: 'candidate:1 1 UDP 1 192.0.2.1 9 typ host',
      sdpMid: '0',
      sdpMLineIndex: 0,
    };
    const signals = [
      { type: 'offer', sdp: 'v=0\r\n' },
      { type: 'candidate', candidate },
    ];
    for (const signal of signals) web.socket.emit('webrtc-signal', { to: 'bob_electron', signal });
    for (const [index, signal] of signals.entries())
      expect(await host.next('webrtc-signal', index)).toMatchObject({ fromUserId: 'bob_web', signal });
    const answer = { type: 'answer', sdp: 'v=0\r\n' };
    host.socket.emit('webrtc-signal', { to: 'bob_web', signal: answer });
    expect(await web.next('webrtc-signal')).toMatchObject({ fromUserId: 'bob_electron', signal: answer });
  });

  it('STUN: stun.l.google.com:19302', async () => {
    expect(await askJson('http://localhost:3001/config.json')).toMatchObject({ iceServers: [GUIDE_STUN] });
    const headers = { authorization: 'Bearer dev:anna' };
    expect(await askJson('http://localhost:3001/turn-token', { method: 'POST', headers })).toMatchObject({
      ice_servers: [GUIDE_STUN],
    });
  });

  it('Firewall: Allow WebRTC traffic: it goes between the peers, the server takes part in none of it', () => {
    expect([...ports('udp'), ...ports('udp6')]).toEqual([]);
  });
});
