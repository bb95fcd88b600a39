// The setup guide's section "Network Requirements", as far as it is about the server.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { client, join } from './support/client.js';
import { askJson } from './support/http.js';
import { startServer, type Server } from './support/server.js';

let server: Server;
beforeAll(async () => {
  server = await startServer({ args: ['--dev'] });
});
afterAll(async () => {
  await server.process.stop();
});

describe('Network Requirements', () => {
  it('Ports: 3001 (signaling server)', () => {
    expect(server.origin).toBe('http://0.0.0.0:3001');
  });

  it('Protocols: WebSocket', async () => {
    expect(await join(client('http://localhost:3001'))).toEqual([]);
  });

  it('STUN: stun.l.google.com:19302', async () => {
    expect(await askJson('http://localhost:3001/config.json')).toMatchObject({
      iceServers: [{ urls: ['stun:stun.l.google.com:19302'] }],
    });
  });
});
