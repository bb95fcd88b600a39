// server/: the setup guide's "Start the Signaling Server" and "Production Deployment", by its own commands. PM2, and all
// rows of the guide: tests/guide. What an image holds: image.test.ts.
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join as path } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Process, ROOT } from '../../e2e/src/support/process.js';
import { client, connect, next } from './support/client.js';
import { temporaryFolder } from './support/folder.js';
import { askJson } from './support/http.js';
import { selfSigned } from './support/nginx.js';
import { listening } from './support/server.js';

const SERVER = path(ROOT, 'server');
let bin = '';
let copy = '';

/** server/ as it is in a checkout, without one around it. */
function copyOfServer(): string {
  const folder = path(temporaryFolder(), 'server');
  const isSource = (name: string): boolean => !/node_modules|server\/bin\/./.test(name);
  cpSync(SERVER, folder, { recursive: true, filter: isSource });
  return folder;
}

beforeAll(() => {
  bin = path(temporaryFolder(), 'bin');
  copy = copyOfServer();
});

function run(
  folder: string,
  command: string,
  args: readonly string[],
  more: Record<string, string> = {},
): Process {
  const env = { PANTHEON_HOME: path(bin, '../data'), PANTHEON_BUILD_PRESET: 'dev', ...more };
  return new Process(command, args, { cwd: folder, env });
}

describe('npm install --production', () => {
  it('without a checkout around it and without a prebuilt package says so, and fails', async () => {
    const install = run(copy, 'npm', ['install', '--production', '--offline']);
    expect((await install.exited).code).not.toBe(0);
    expect(install.output).toContain('there is no checkout of Pantheon around this folder to build');
  });

  it('builds the checkout into a folder that holds all it needs, and says so', async () => {
    const install = run(SERVER, 'npm', ['install', '--production', '--offline'], {
      PANTHEON_SERVER_BIN: bin,
    });
    expect(await install.exited).toMatchObject({ code: 0 });
    expect(install.output).toContain('building the server from this checkout');
    const version = new Process(path(bin, 'pantheon'), ['--version']);
    expect(await version.line(/^\d+\.\d+\.\d+$/)).toBeTruthy();
  });
});

describe('a prebuilt package of this platform', () => {
  it('is copied into server/bin by npm install, and starts from there without the package', async () => {
    const folder = copyOfServer();
    const name = `@pantheon/signaling-${process.platform}-${process.arch}`;
    const prebuilt = temporaryFolder({ 'package.json': JSON.stringify({ name, version: '0.1.0' }) });
    cpSync(bin, path(prebuilt, 'bin'), { recursive: true, verbatimSymlinks: true });
    const add = run(folder, 'npm', ['install', '--offline', '--ignore-scripts', prebuilt]);
    expect(await add.exited, add.output).toMatchObject({ code: 0 });
    const install = run(folder, 'npm', ['install', '--production', '--offline']);
    expect(await install.exited, install.output).toMatchObject({ code: 0 });
    expect(install.output).toContain(`from the package ${name}`);

    rmSync(prebuilt, { recursive: true }); // as in an image, which has server/bin alone
    const version = new Process(path(folder, 'bin/pantheon'), ['--version']);
    expect(await version.line(/^\d+\.\d+\.\d+$/)).toBeTruthy();
    const server = await listening(run(folder, 'npm', ['start', '--', '--dev']));
    expect(await askJson('http://localhost:3001/health')).toMatchObject({ status: 'ok' });
    await server.process.stop();
  });
});

describe('npm start', () => {
  it('The server will run on http://localhost:3001, and SIGTERM to it ends it in order', async () => {
    const server = await listening(run(copy, 'npm', ['start', '--', '--dev'], { PANTHEON_SERVER_BIN: bin }));
    expect(server.port).toBe(3001);
    const socket = await connect(client('http://localhost:3001'));
    const gone = next(socket, 'disconnect');
    server.process.signal('SIGTERM');
    expect(await gone).toBe('transport close');
    await server.process.exited;
    expect(server.process.stderr.join('\n')).toContain('draining 1 connections');
    await expect(askJson('http://localhost:3001/health')).rejects.toThrow();
  });
});

describe('node server.js', () => {
  const start = (more: Record<string, string> = {}): Process =>
    run(copy, process.execPath, ['server.js'], { PANTHEON_SERVER_BIN: bin, ...more });

  it('takes .env in the server directory, and the environment before it', async () => {
    writeFileSync(path(copy, '.env'), 'PORT=3456\n');
    const server = await listening(start());
    expect(server.port).toBe(3456);
    await server.process.stop();
    const other = await listening(start({ PORT: '3457' }));
    expect(other.port).toBe(3457);
    await other.process.stop();
    writeFileSync(path(copy, '.env'), '');
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'passes %s on and ends with 0, as the server does',
    async (signal) => {
      const server = await listening(start());
      expect(await server.process.stop(signal)).toEqual({ code: 0, signal: null });
    },
  );

  it('passes SIGHUP on: the certificate is read again, and nothing ends', async () => {
    const { certificate, key } = selfSigned();
    const folder = temporaryFolder({ 'cert.pem': certificate, 'key.pem': key });
    const files = { TLS_CERT: path(folder, 'cert.pem'), TLS_KEY: path(folder, 'key.pem') };
    const server = await listening(start(files));
    server.process.signal('SIGHUP'); // the files are as they were: nothing else makes it read them
    await server.process.logLine(/certificate loaded from/);
    expect(await askJson(`${server.url}/health`)).toMatchObject({ status: 'ok' });
    expect(await server.process.stop()).toEqual({ code: 0, signal: null });
  });

  it("ends with the server's code and words when it cannot start", async () => {
    const server = await listening(start());
    const second = start({ PANTHEON_HOME: temporaryFolder() });
    expect(await second.exited).toEqual({ code: 69, signal: null });
    expect(second.output).toContain('Another program listens on this port');
    await server.process.stop();
  });
});
