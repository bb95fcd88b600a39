// The setup guide's sections "Start the Signaling Server" and "Configuration", row by row.
import { cpSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join as path } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../deploy/src/support/folder.js';
import { ask, askJson } from '../../deploy/src/support/http.js';
import { BINARY, failedStart, listening, startServer } from '../../deploy/src/support/server.js';
import { Process, ROOT } from '../../e2e/src/support/process.js';
import { Client } from '../../sign-in/src/support/client.js';
import { Firebase } from './support/firebase.js';
import { stopServers } from './support/servers.js';

const ENV_FILE = `PORT=3001
FIREBASE_DATABASE_URL=https://your-project.firebaseio.com
CORS_ORIGINS=http://localhost:3000,http://localhost:8100
`;
const HAS_IPV6 = Object.values(networkInterfaces()).some((list) =>
  list?.some(({ address }) => address === '::1'),
);
const ORIGINS = ['http://localhost:3000', 'http://localhost:8100'];

let firebase: Firebase;
beforeAll(async () => {
  firebase = await Firebase.start();
});

afterEach(stopServers);

/** The folder server/ with the guide's .env in it. */
function serverFolder(): string {
  const folder = temporaryFolder({ '.env': ENV_FILE });
  for (const name of ['package.json', 'server.js', 'binary.js'])
    cpSync(path(ROOT, 'server', name), path(folder, name));
  return folder;
}

async function allowedOrigin(url: string, origin: string): Promise<unknown> {
  return (await ask(`${url}/health`, { headers: { origin } })).headers['access-control-allow-origin'];
}

describe('Configuration', () => {
  it('The server will run on http://localhost:3001 by default', async () => {
    const { port } = await startServer();
    expect(port).toBe(3001);
    expect(await askJson('http://localhost:3001/health')).toMatchObject({ status: 'ok' });
  });

  it.skipIf(!HAS_IPV6)('http://localhost:3001 for clients to whom localhost is ::1', async () => {
    await startServer();
    for (const host of ['127.0.0.1', '[::1]'])
      expect(await askJson(`http://${host}:3001/health`)).toMatchObject({ status: 'ok' });
  });

  it('Create .env file in the server directory', async () => {
    const folder = serverFolder();
    const env = { ...firebase.env, PANTHEON_BINARY: BINARY, PANTHEON_HOME: path(folder, 'data') };
    const server = await listening(new Process('npm', ['start'], { cwd: folder, env }));
    expect(server.port).toBe(3001);
    const token = firebase.token('your-project', 'anna');
    expect((await Client.signIn(server.url, { token })).account).toBe('firebase:your-project:anna');
    for (const origin of ORIGINS) expect(await allowedOrigin(server.url, origin)).toBe(origin);
  });

  it.each([3001, 3456])('PORT=%i', async (port) => {
    const server = await startServer({ env: { PORT: `${port}` } });
    expect(server.port).toBe(port);
    expect(await askJson(`http://localhost:${port}/health`)).toMatchObject({ status: 'ok' });
  });

  it('FIREBASE_DATABASE_URL=https://your-project.firebaseio.com', async () => {
    const env = { ...firebase.env, FIREBASE_DATABASE_URL: 'https://your-project.firebaseio.com' };
    const { url, process } = await startServer({ env });
    await process.logLine(/accepting tokens of project your-project, taken from the URL/);
    const token = firebase.token('your-project', 'anna');
    expect((await Client.signIn(url, { token })).account).toBe('firebase:your-project:anna');
    const other = firebase.token('other-project', 'anna');
    expect(await Client.refusal(url, { token: other })).toMatchObject({ code: 'auth_invalid' });
  });

  it.each([
    'https://your-project-default-rtdb.firebaseio.com',
    'https://your-project-default-rtdb.europe-west1.firebasedatabase.app',
  ])('FIREBASE_DATABASE_URL=%s', async (database) => {
    const { process } = await startServer({ env: { FIREBASE_DATABASE_URL: database } });
    await process.logLine(/accepting tokens of project your-project, taken from the URL/);
  });

  it.each([
    'your-project',
    'http://127.0.0.1:9000/?ns=your-project',
    'https://db.europe-west1.firebasedatabase.app',
  ])('FIREBASE_DATABASE_URL=%s does not start, and says what to set', async (database) => {
    const { code, said } = await failedStart({ env: { FIREBASE_DATABASE_URL: database } });
    expect(code).toBe(78);
    expect(said).toContain('Set FIREBASE_PROJECT_ID');
  });

  it('CORS_ORIGINS=http://localhost:3000,http://localhost:8100', async () => {
    const { url } = await startServer({ env: { CORS_ORIGINS: ORIGINS.join(',') } });
    for (const origin of ORIGINS) {
      const polling = await ask(`${url}/socket.io/?EIO=4&transport=polling`, { headers: { origin } });
      expect(polling.status).toBe(200);
      expect(polling.headers['access-control-allow-origin']).toBe(origin);
    }
    expect(await allowedOrigin(url, 'http://localhost:8200')).toBeUndefined();
    const headers = { origin: 'http://localhost:8200' };
    expect((await ask(`${url}/socket.io/?EIO=4&transport=polling`, { headers })).status).toBe(403);
  });
});
