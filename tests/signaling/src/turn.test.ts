import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, Program, Signal, type TurnServer } from './program.js';

const SECRET = 'a secret that coturn and the signaling server share';
const CHROMIUM = process.env['PANTHEON_CHROMIUM'] ?? '/usr/bin/chromium';
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--allow-loopback-in-peer-connection',
];

/** How a page met itself through the relay, or what the relay answered instead. */
interface Meeting {
  readonly text?: string;
  readonly candidateTypes?: readonly string[];
  readonly errorCode?: number;
}

/** A real coturn on a free loopback port, with a configuration of its own. */
async function startTurn(folder: string, port: number): Promise<Program> {
  const config = join(folder, 'turnserver.conf');
  const lines = [
    `listening-port=${port}`,
    'listening-ip=127.0.0.1',
    'relay-ip=127.0.0.1',
    'realm=pantheon.test',
    'use-auth-secret',
    `static-auth-secret=${SECRET}`,
    'allow-loopback-peers',
    'no-cli',
    'no-tls',
    'no-dtls',
    'no-multicast-peers',
    'no-stdout-log',
    `log-file=${join(folder, 'turn.log')}`,
    'simple-log',
    `pidfile=${join(folder, 'turn.pid')}`,
    `userdb=${join(folder, 'turn.db')}`,
  ];
  writeFileSync(config, `${lines.join('\n')}\n`);
  return new Program('turnserver', ['-c', config]);
}

/** Two peer connections that may use the relay only; one sends a text to the other. */
function meet(page: Page, server: TurnServer): Promise<Meeting> {
  return page.evaluate(async (iceServer) => {
    const { urls, username = '', credential = '' } = iceServer;
    const configuration: RTCConfiguration = {
      iceServers: [{ urls: [...urls], username, credential }],
      iceTransportPolicy: 'relay',
    };
    const [one, two] = [new RTCPeerConnection(configuration), new RTCPeerConnection(configuration)];
    const refused = new Promise<Meeting>((resolve) => {
      one.addEventListener('icecandidateerror', ({ errorCode }) => {
        resolve({ errorCode });
      });
    });
    one.addEventListener('icecandidate', ({ candidate }) => void two.addIceCandidate(candidate ?? undefined));
    two.addEventListener('icecandidate', ({ candidate }) => void one.addIceCandidate(candidate ?? undefined));
    const met = new Promise<string>((resolve) => {
      two.addEventListener('datachannel', ({ channel }) => {
        channel.addEventListener('message', ({ data }) => resolve(String(data)));
      });
    });
    const channel = one.createDataChannel('x');
    channel.addEventListener('open', () => channel.send('through the relay'));
    await one.setLocalDescription();
    if (one.localDescription !== null) await two.setRemoteDescription(one.localDescription);
    await two.setLocalDescription();
    if (two.localDescription !== null) await one.setRemoteDescription(two.localDescription);
    const result = met.then(async (text): Promise<Meeting> => {
      const types: string[] = [];
      for (const report of (await one.getStats()).values() as Iterable<RTCIceCandidatePairStats>) {
        if (report.type !== 'candidate-pair' || !report.nominated) continue;
        const stats = await one.getStats();
        for (const id of [report.localCandidateId, report.remoteCandidateId]) {
          types.push((stats.get(id) as { readonly candidateType: string }).candidateType);
        }
      }
      return { text, candidateTypes: types };
    });
    const meeting = await Promise.race([result, refused]);
    one.close();
    two.close();
    return meeting;
  }, server);
}

describe('TURN: credentials of POST /turn-token at a real coturn', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pantheon-turn-'));
  let signal: Signal;
  let turn: Program;
  let browser: Browser;
  let page: Page;
  let url: string;

  beforeAll(async () => {
    const port = await freePort();
    url = `turn:127.0.0.1:${port}?transport=udp`;
    turn = await startTurn(folder, port);
    const secret = join(folder, 'secret');
    writeFileSync(secret, `${SECRET}\n`);
    const options = ['--no-stun', '--turn-urls', url, '--turn-secret-file', secret, '--turn-ttl', '10m'];
    signal = await Signal.start('--log-level', 'debug', ...options);
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
    page = await browser.newPage();
    await page.goto(`${signal.origin}/health`);
  });
  afterAll(async () => {
    await browser.close();
    await signal.stop();
    await turn.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function given(): Promise<Required<TurnServer>> {
    const { ice_servers, ttl } = await signal.turnToken('anna');
    expect(ttl).toBe(600);
    expect(ice_servers).toHaveLength(1);
    const [server] = ice_servers;
    expect(server?.urls).toEqual([url]);
    return { urls: [], username: '', credential: '', ...server };
  }

  it('two peers that may use the relay only meet with them', async () => {
    const server = await given();
    const [expiry = '', id] = server.username.split(':');
    expect(Number(expiry) - Date.now() / 1_000).toBeGreaterThan(590);
    expect(id).toMatch(/^[\w-]{16}$/);
    const meeting = await meet(page, server);
    expect(meeting).toEqual({ text: 'through the relay', candidateTypes: ['relay', 'relay'] });
  });

  it('coturn refuses others: a wrong credential, an expired one, a later end than was signed', async () => {
    const server = await given();
    const [expiry = '', id = ''] = server.username.split(':');
    const signed = (username: string): TurnServer => {
      const credential = createHmac('sha1', SECRET).update(username).digest('base64');
      return { urls: [url], username, credential };
    };
    expect(signed(server.username)).toEqual(server);
    const expired = signed(`${Math.floor(Date.now() / 1_000) - 60}:${id}`);
    const wrong = {
      ...server,
      credential: createHmac('sha1', 'guess').update(server.username).digest('base64'),
    };
    const prolonged = { ...server, username: `${Number(expiry) + 3_600}:${id}` };
    for (const refused of [wrong, expired, prolonged]) {
      expect(await meet(page, refused)).toEqual({ errorCode: 401 });
    }
  });

  it('neither the secret nor a credential is in the log', async () => {
    const server = await given();
    expect(signal.output).not.toContain(SECRET);
    expect(signal.output).not.toContain(server.credential);
  });
});
