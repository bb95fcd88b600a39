// The setup guide's section "Troubleshooting", as far as it is about the server.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { client, join } from './support/client.js';
import { ask, askJson } from './support/http.js';
import { failedStart, startServer, type Server } from './support/server.js';

let server: Server;
beforeAll(async () => {
  server = await startServer({ args: ['--dev'], env: { CORS_ORIGINS: 'https://your-domain.com' } });
});
afterAll(async () => {
  await server.process.stop();
});

describe('Troubleshooting: connection failed', () => {
  it('Check signaling server is running on port 3001', async () => {
    expect(await askJson('http://localhost:3001/health')).toMatchObject({
      status: 'ok',
      roomCount: 0,
      connectedUsers: 0,
    });
    await join(client('http://localhost:3001'));
    expect(await askJson('http://localhost:3001/health')).toMatchObject({ roomCount: 1, connectedUsers: 1 });
  });

  it('a second server on the port says that the port is taken', async () => {
    const second = await failedStart({});
    expect(second.code).toBe(69);
    expect(second.said).toContain('Another program listens on this port');
    expect(second.said).toContain('port 3001');
  });

  it('Verify credentials are correct: a refused client is told why', async () => {
    const wrong = client('http://localhost:3001', { token: 'nonsense' });
    await expect(join(wrong)).rejects.toMatchObject({ data: { code: 'auth_invalid' } });
  });

  it('Check CORS settings for web client: a page of another origin is refused, and told what to set', async () => {
    const opening = 'http://localhost:3001/socket.io/?EIO=4&transport=websocket';
    const refused = await ask(opening, { headers: { origin: 'https://elsewhere.example' } });
    expect(refused.status).toBe(403);
    expect(refused.body).toContain('CORS_ORIGINS');
    const allowed = await ask('http://localhost:3001/health', {
      headers: { origin: 'https://your-domain.com' },
    });
    expect(allowed.headers['access-control-allow-origin']).toBe('https://your-domain.com');
  });
});
