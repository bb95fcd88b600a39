// The setup guide's section "Troubleshooting", as far as it is about the server.
import { afterEach, describe, expect, it } from 'vitest';
import { ask, askJson } from '../../deploy/src/support/http.js';
import { failedStart, startServer } from '../../deploy/src/support/server.js';
import { Client } from '../../sign-in/src/support/client.js';
import { device, join } from './support/devices.js';
import { Firewall } from './support/firewall.js';
import { Firebase } from './support/firebase.js';
import { stopServers } from './support/servers.js';

const SERVER = 'http://localhost:3001';

afterEach(stopServers);

async function iceServers(): Promise<unknown> {
  const headers = { authorization: 'Bearer dev:anna' };
  const answer = await askJson(`${SERVER}/turn-token`, { method: 'POST', headers });
  return (answer as { readonly ice_servers: unknown }).ice_servers;
}

describe('Connection Failed', () => {
  it('Check signaling server is running on port 3001', async () => {
    const { process } = await startServer({ args: ['--dev'] });
    expect(await askJson(`${SERVER}/health`)).toMatchObject({
      status: 'ok',
      roomCount: 0,
      connectedUsers: 0,
    });
    await join(SERVER, 'anna', 'anna_web');
    expect(await askJson(`${SERVER}/health`)).toMatchObject({ roomCount: 1, connectedUsers: 1 });
    await process.stop();
    await expect(ask(`${SERVER}/health`)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('Check signaling server is running on port 3001: when another program is, it says so', async () => {
    await startServer();
    const second = await failedStart({});
    expect(second.code).toBe(69);
    expect(second.said).toContain('Another program listens on this port');
    expect(second.said).toContain('port 3001');
  });

  it('Verify Firebase credentials are correct', async () => {
    const firebase = await Firebase.start();
    const { process } = await startServer({ env: { ...firebase.env, FIREBASE_PROJECT_ID: 'your-project' } });
    const elsewhere = await Client.refusal(SERVER, { token: firebase.token('another-project', 'anna') });
    expect(elsewhere).toMatchObject({ code: 'auth_invalid' });
    expect(elsewhere.message).toContain('not valid on this server');
    expect(elsewhere.message).toContain('issuer');
    await process.logLine(/a socket was refused: auth_invalid .*securetoken.google.com\/your-project/);
    const now = Math.floor(Date.now() / 1000);
    const old = firebase.token('your-project', 'anna', { iat: now - 7200, exp: now - 3600 });
    expect(await Client.refusal(SERVER, { token: old })).toMatchObject({ code: 'auth_expired' });
    expect(await askJson(`${SERVER}/config.json`)).toMatchObject({
      signIn: { firebase: { projectId: 'your-project' } },
    });
  });

  it('Verify Firebase credentials are correct: when the certificates cannot be had, that is what it says', async () => {
    const firebase = await Firebase.start();
    const env = { FIREBASE_PROJECT_ID: 'your-project', FIREBASE_CERTS_URL: 'http://127.0.0.1:9/certs' };
    await startServer({ env });
    const auth = { token: firebase.token('your-project', 'anna'), caps: [] };
    const refusal = await Client.refusal(SERVER, auth);
    expect(refusal).toMatchObject({ code: 'sign_in_unavailable' });
  });

  it('Check CORS settings for web client', async () => {
    const env = { CORS_ORIGINS: 'https://your-domain.com' };
    const { process } = await startServer({ args: ['--dev'], env });
    const from = (origin: string) => ({ headers: { origin } });
    for (const transport of ['polling', 'websocket']) {
      const opening = `${SERVER}/socket.io/?EIO=4&transport=${transport}`;
      const refused = await ask(opening, from('https://elsewhere.example'));
      expect(refused.status).toBe(403);
      expect(refused.body).toContain('origin_not_allowed');
      expect(refused.body).toContain('CORS_ORIGINS');
    }
    // A page cannot read that answer, so the log tells the operator; once for each origin.
    await process.logLine(/web page of https:\/\/elsewhere\.example was refused.*CORS_ORIGINS/);
    await ask(`${SERVER}/v1/nonce`, from('https://another.example'));
    await process.logLine(/web page of https:\/\/another\.example was refused/);
    expect(process.output.match(/elsewhere\.example was refused/g)).toHaveLength(1);
    await device(SERVER, 'anna', 'anna_web', from('https://your-domain.com')).next('existing-peers');
  });
});

describe('Models Not Appearing', () => {
  it('Check hosting is enabled in Electron app: whoever looks sees whether it is, and is told when that changes', async () => {
    await startServer({ args: ['--dev'] });
    const host = await join(SERVER, 'anna', 'anna_electron');
    const web = await join(SERVER, 'anna', 'anna_web');
    const models = [{ name: 'llama2:latest', displayName: 'Llama 2', provider: 'ollama' }];
    const [off, on] = [
      { userId: 'anna_electron', isHosting: false, models: [] },
      { userId: 'anna_electron', isHosting: true, models },
    ];
    const changes: readonly (readonly [event: string, payload: object, seen: object])[] = [
      ['register', { userId: 'anna', isHosting: false, models: [] }, off],
      ['updateHosting', { isHosting: true, models }, on],
      ['hosting-status', { isHosting: false }, off],
    ];
    for (const [index, [event, payload, seen]] of changes.entries()) {
      expect(await host.ask(event, payload)).toEqual({ ok: true });
      expect(await web.next('peer-models-updated', index)).toMatchObject(seen);
      expect(await web.list()).toMatchObject([seen]);
    }
  });

  it('Verify peers are connected', async () => {
    await startServer({ args: ['--dev'] });
    const host = await join(SERVER, 'anna', 'anna_electron');
    const web = await join(SERVER, 'anna', 'anna_web');
    expect(await web.list()).toMatchObject([{ userId: 'anna_electron', online: true }]);
    host.close();
    await web.next('peer-left');
    expect(await web.list()).toEqual([]);
    expect(await askJson(`${SERVER}/health`)).toMatchObject({ connectedUsers: 1 });
  });
});

describe('WebRTC Connection Issues', () => {
  it('Check firewall settings: where nothing but plain HTTP gets through, the peers are introduced all the same', async () => {
    await startServer({ args: ['--dev'] });
    const firewall = await Firewall.start(SERVER);
    const transports = ['polling', 'websocket'] as const;
    const web = device(firewall.url, 'anna', 'anna_web', { transports });
    await web.next('existing-peers');
    const host = await join(SERVER, 'anna', 'anna_electron');
    const offer = { type: 'offer', sdp: 'v=0' };
    expect(await web.ask('webrtc-signal', { to: 'anna_electron', signal: offer })).toEqual({ ok: true });
    expect(await host.next('webrtc-signal')).toMatchObject({ fromUserId: 'anna_web', signal: offer });
    await firewall.refused; // it tried the other transport, and goes on with this one
    const answer = { type: 'answer', sdp: 'v=0' };
    host.socket.emit('webrtc-signal', { to: 'anna_web', signal: answer });
    expect(await web.next('webrtc-signal')).toMatchObject({ fromUserId: 'anna_electron', signal: answer });
    expect(web.disconnects).toEqual([]);
    web.close();
    firewall.stop();
  });

  it('Ensure STUN servers are accessible: clients are told the one that the owner names', async () => {
    const env = { STUN_SERVERS: 'stun:stun.your-domain.com:3478' };
    await startServer({ args: ['--dev'], env });
    expect(await iceServers()).toEqual([{ urls: ['stun:stun.your-domain.com:3478'] }]);
    expect(await askJson(`${SERVER}/config.json`)).toMatchObject({
      iceServers: [{ urls: ['stun:stun.your-domain.com:3478'] }],
    });
  });

  it('Consider adding TURN servers for NAT traversal', async () => {
    const turn = { TURN_SERVERS: 'turn:turn.your-domain.com:3478,anna,pass', NO_STUN: 'true' };
    await startServer({ args: ['--dev'], env: turn });
    const [urls, username, credential] = [['turn:turn.your-domain.com:3478'], 'anna', 'pass'];
    expect(await iceServers()).toEqual([{ urls, username, credential }]);
    // Who is not signed in is told nothing of it.
    expect((await ask(`${SERVER}/turn-token`, { method: 'POST' })).status).toBe(401);
    expect((await ask(`${SERVER}/config.json`)).body).not.toContain('turn.your-domain.com');
  });

  it('Consider adding TURN servers for NAT traversal: with credentials made for the asker', async () => {
    const turn = { TURN_URLS: 'turn:turn.your-domain.com:3478', TURN_SECRET: 'north', NO_STUN: 'true' };
    await startServer({ args: ['--dev'], env: turn });
    expect(await iceServers()).toEqual([
      {
        urls: ['turn:turn.your-domain.com:3478'],
        username: expect.stringMatching(/^\d+:[\w-]+$/) as unknown,
        credential: expect.stringMatching(/^[\w+/]+=*$/) as unknown,
      },
    ]);
  });
});

describe('Debug Mode', () => {
  it('Enable detailed logging', async () => {
    const { process } = await startServer({ args: ['--dev'], env: { PANTHEON_LOG_LEVEL: 'debug' } });
    const [web, host] = [await join(SERVER, 'anna', 'anna_web'), await join(SERVER, 'anna', 'anna_electron')];
    const secret = { type: 'offer', sdp: 'not for the log' };
    web.socket.emit('webrtc-signal', { to: 'anna_electron', signal: secret });
    await host.next('webrtc-signal');
    await process.logLine(new RegExp(`debug signaling: webrtc-signal of ${web.id} \\(anna_web\\): ok`));
    await web.ask('webrtc-signal', { to: 'nobody', signal: secret });
    await process.logLine(/debug signaling: webrtc-signal of .*: peer_unavailable/);
    await process.logLine(/debug signaling: join-account of .*: ok/);
    expect(process.output).not.toContain('not for the log');
  });
});
