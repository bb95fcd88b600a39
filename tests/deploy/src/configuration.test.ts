// The setup guide's section "Configuration", as far as it is about the server.
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './support/folder.js';
import { ask, askJson } from './support/http.js';
import { failedStart, startServer } from './support/server.js';

describe('Configuration', () => {
  it('PORT: the server runs on http://localhost:3001 by default', async () => {
    const { process } = await startServer();
    expect(await askJson('http://localhost:3001/health')).toMatchObject({ status: 'ok' });
    await process.stop();
  });

  it('Create .env file in the server directory: its PORT and CORS_ORIGINS count', async () => {
    const env =
      'PORT=3456\nFIREBASE_DATABASE_URL=https://your-project.firebaseio.com\nCORS_ORIGINS=http://localhost:3000,http://localhost:8100\n';
    const { port, url, process } = await startServer({ folder: temporaryFolder({ '.env': env }) });
    expect(port).toBe(3456);
    for (const origin of ['http://localhost:3000', 'http://localhost:8100']) {
      const { headers } = await ask(`${url}/health`, { headers: { origin } });
      expect(headers['access-control-allow-origin']).toBe(origin);
    }
    await process.stop();
  });

  it('FIREBASE_DATABASE_URL: tokens of its project are accepted, and one without an address is refused', async () => {
    const env = { FIREBASE_DATABASE_URL: 'https://your-project.firebaseio.com' };
    const server = await startServer({ env });
    await server.process.logLine(/accepting tokens of project your-project, taken from the URL/);
    await server.process.stop();
    const other = await failedStart({ env: { FIREBASE_DATABASE_URL: 'https://example.org' } });
    expect(other.code).not.toBe(0);
    expect(other.said).toContain('FIREBASE_PROJECT_ID');
  });

  it('a flag wins over the environment, that over .env, that over the TOML file', async () => {
    const folder = temporaryFolder({ 'signal.toml': 'port = 3401\n' });
    const args = ['--config', 'signal.toml'];
    const file = await startServer({ folder, args });
    expect(file.port).toBe(3401);
    await file.process.stop();
    const env = { PORT: '3402' };
    const variable = await startServer({ folder, args, env });
    expect(variable.port).toBe(3402);
    await variable.process.stop();
    const flag = await startServer({ folder, args: [...args, '--port', '3403'], env });
    expect(flag.port).toBe(3403);
    await flag.process.stop();
  });

  it('a value that cannot be used is an error that names where it stands', async () => {
    const folder = temporaryFolder({ '.env': 'PORT=eighty\n', 'signal.toml': '\nports = 80\n' });
    const dotenv = await failedStart({ folder });
    expect(dotenv).toMatchObject({ code: 64 });
    expect(dotenv.said).toContain('.env:1: PORT: "eighty" is not a number from 0 to 65535');
    const variable = await failedStart({ env: { PORT: '70000' } });
    expect(variable.said).toContain('PORT: "70000"');
    const flag = await failedStart({ args: ['--port', '-1'] });
    expect(flag.said).toContain('--port: "-1"');
    const toml = await failedStart({ folder, args: ['--config', 'signal.toml'] });
    expect(toml).toMatchObject({ code: 78 });
    expect(toml.said).toContain('signal.toml:2: ports is no option; is port meant?');
  });

  it('a secret comes from a file, and as a flag it is warned of but never shown', async () => {
    const folder = temporaryFolder({ key: 'open sesame\n' });
    const fromFile = await startServer({ folder, env: { AUTH_KEY_FILE: 'key' }, args: ['--port', '0'] });
    const headers = { authorization: 'Bearer open sesame' };
    const turn = await ask(`${fromFile.url}/turn-token`, { method: 'POST', headers });
    expect(turn.status).toBe(200);
    await fromFile.process.stop();
    const asFlag = await startServer({ args: ['--port', '0', '--auth-key', 'open sesame'] });
    await asFlag.process.stop();
    expect(asFlag.process.stderr.join('\n')).toContain('--auth-key shows its secret to everyone');
    expect(asFlag.process.output).not.toContain('sesame');
  });
});
