// Where options come from, and what becomes of bad ones. The guide's rows: tests/guide.
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './support/folder.js';
import { ask } from './support/http.js';
import { failedStart, startServer } from './support/server.js';

describe('the options of a server', () => {
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

  it('a variable in .env that is one letter away from an option is an error that names it; those of other programs are not', async () => {
    const misspelt = temporaryFolder({ '.env': 'NODE_ENV=production\nCORS_ORIGIN=http://localhost:3000\n' });
    const refused = await failedStart({ folder: misspelt });
    expect(refused).toMatchObject({ code: 78 });
    expect(refused.said).toContain('.env:2: CORS_ORIGIN is not known here; CORS_ORIGINS must be meant');
    const folder = temporaryFolder({ '.env': 'NODE_ENV=production\nCOMPOSE_PROJECT_NAME=a\nPORT=3404\n' });
    const server = await startServer({ folder });
    expect(server.port).toBe(3404);
    await server.process.stop();
    expect(server.process.output).not.toContain('is not known here');
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
