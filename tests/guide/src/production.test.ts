// The setup guide's section "Production Deployment". What takes longer stands elsewhere (README.md here): npm install,
// images, and nginx in front.
import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { join as path } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../deploy/src/support/folder.js';
import { ask, askJson } from '../../deploy/src/support/http.js';
import { BINARY, listening, startServer, type Server } from '../../deploy/src/support/server.js';
import { Process, ROOT } from '../../e2e/src/support/process.js';
import { Client } from '../../sign-in/src/support/client.js';
import { join } from './support/devices.js';
import { Firebase } from './support/firebase.js';
import { stopServers } from './support/servers.js';

/** Is there already: there is no network here (package.json). */
const PM2 = execFileSync(path(ROOT, 'scripts/get-pm2'), { encoding: 'utf8' }).trim();
const PATIENCE = { timeout: 10_000 };

let firebase: Firebase;
beforeAll(async () => {
  firebase = await Firebase.start();
});
afterEach(stopServers);

/** A copy of server/. */
function serverFolder(): string {
  const folder = temporaryFolder();
  for (const name of ['package.json', 'server.js', 'binary.js'])
    cpSync(path(ROOT, 'server', name), path(folder, name));
  return folder;
}

/** `node server.js` in a copy of server/, as PM2 starts it. */
async function startAsPm2Does(args: readonly string[] = []): Promise<Server> {
  const folder = serverFolder();
  const env = { PANTHEON_BINARY: BINARY, PANTHEON_HOME: path(folder, 'data') };
  return await listening(new Process(process.execPath, ['server.js', ...args], { cwd: folder, env }));
}

describe('Production Deployment', () => {
  it('Set environment variables: PORT, FIREBASE_DATABASE_URL, CORS_ORIGINS=https://your-domain.com', async () => {
    const server = await startServer({
      env: {
        ...firebase.env,
        PORT: '3001',
        FIREBASE_DATABASE_URL: 'https://your-project.firebaseio.com',
        CORS_ORIGINS: 'https://your-domain.com',
      },
    });
    expect(server.port).toBe(3001);
    const token = firebase.token('your-project', 'anna');
    expect((await Client.signIn(server.url, { token })).account).toBe('firebase:your-project:anna');
    const statuses = ['https://your-domain.com', 'https://elsewhere.example'].map(async (origin) => {
      return (await ask(`${server.url}/socket.io/?EIO=4&transport=polling`, { headers: { origin } })).status;
    });
    expect(await Promise.all(statuses)).toEqual([200, 403]);
  });

  it('Start with PM2: pm2 start server.js --name pantheon-signaling; its log, pm2 restart and pm2 stop', async () => {
    const folder = serverFolder();
    const home = path(folder, 'pm2');
    const env = {
      ...{
        PANTHEON_BINARY: BINARY,
        PANTHEON_HOME: path(folder, 'data'),
        DRAIN_SECONDS: '1',
        NO_STUN: 'true',
      },
      ...{ PM2_HOME: home, PM2_DISCRETE_MODE: 'true', AUTH_KEY: 'open sesame' },
    };
    const pm2 = async (...args: string[]): Promise<void> => {
      const run = new Process(PM2, args, { cwd: folder, env });
      expect((await run.exited).code, run.output).toBe(0);
    };
    const health = async (): Promise<unknown> =>
      await askJson('http://localhost:3001/health').catch(() => 'none');
    const log = (name: string): string => readFileSync(path(home, name), 'utf8');
    await pm2('start', 'server.js', '--name', 'pantheon-signaling');
    try {
      await expect.poll(health, PATIENCE).toMatchObject({ status: 'ok' });
      await expect
        .poll(() => log('logs/pantheon-signaling-out.log'), PATIENCE)
        .toContain('Signaling on http://localhost:3001');
      const first = log('pids/pantheon-signaling-0.pid');
      await pm2('restart', 'pantheon-signaling');
      expect(log('pids/pantheon-signaling-0.pid')).not.toBe(first);
      await expect.poll(health, PATIENCE).toMatchObject({ status: 'ok' });
      await pm2('stop', 'pantheon-signaling');
      expect(await health()).toBe('none');
      expect(log('pm2.log').match(/exited with code \[0\] via signal \[SIGINT\]/g)).toHaveLength(2);
      expect(log('logs/pantheon-signaling-error.log')).toContain('draining');
    } finally {
      await pm2('kill');
    }
  }, 60_000);

  it('Start with PM2: server.js ends on its SIGINT with 0, before it kills (1.6 s), with clients connected', async () => {
    const server = await startAsPm2Does(['--dev']);
    const clients = await Promise.all(['a', 'b', 'c'].map((id) => join(server.url, 'anna', id)));
    const begun = performance.now();
    expect(await server.process.stop('SIGINT')).toEqual({ code: 0, signal: null });
    expect(performance.now() - begun).toBeLessThan(1_600);
    for (const client of clients) expect(await client.next('disconnect')).toBe('transport close');
  });

  it('docker run: without a terminal, home folder or configuration it starts from FIREBASE_DATABASE_URL alone', async () => {
    const folder = temporaryFolder();
    const env = { FIREBASE_DATABASE_URL: 'https://your-project.firebaseio.com' };
    const bare = ['-i', `PANTHEON_HOME=${folder}/data`, `FIREBASE_DATABASE_URL=${env.FIREBASE_DATABASE_URL}`];
    const server = await listening(new Process('env', [...bare, BINARY, 'signal'], { cwd: folder }));
    expect(server.origin).toBe('http://localhost:3001');
    const check = new Process('env', [...bare, BINARY, 'signal', '--check-health'], { cwd: folder });
    expect(await check.exited).toMatchObject({ code: 0 });
    expect(await server.process.stop()).toMatchObject({ code: 0 });
  });
});
