// What an operator sees of a running server: health, readiness, metrics, logs.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { client, join, next } from './support/client.js';
import { ask, askJson } from './support/http.js';
import { runServer, startServer, type Server } from './support/server.js';

let server: Server;
beforeAll(async () => {
  server = await startServer({ args: ['--dev', '--log-format', 'json'] });
});
afterAll(async () => {
  await server.process.stop();
});

/** Metrics by name with labels, as Prometheus would read them. */
async function metrics(): Promise<Map<string, number>> {
  const { body, headers } = await ask(`${server.url}/metrics`);
  expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  const samples = body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    samples.map((line) => {
      const sample = /^([a-z_]+(?:\{[^}]*\})?) (\S+)$/.exec(line);
      if (sample?.[1] === undefined) throw new Error(`not a sample: ${line}`);
      return [sample[1], Number(sample[2])];
    }),
  );
}

describe('a running server', () => {
  it('/ready says that it is', async () => {
    expect(await askJson(`${server.url}/ready`)).toEqual({ status: 'ready' });
  });

  it('/metrics counts connections, relayed signals, errors, and what the process uses', async () => {
    const phone = client(server.url, { device: 'phone_web' });
    const host = client(server.url, { device: 'host_electron' });
    await join(phone);
    await join(host);
    const arrived = next(host, 'webrtc-signal');
    const refused = next(phone, 'error');
    phone.emit('webrtc-signal', { to: 'host_electron', signal: { type: 'offer', sdp: 'x' } });
    phone.emit('webrtc-signal', { to: 'nobody', signal: {} });
    await arrived;
    await refused;
    const seen = await metrics();
    expect(seen.get('pantheon_connections')).toBe(2);
    expect(seen.get('pantheon_accounts')).toBe(1);
    expect(seen.get('pantheon_relay_seconds_count')).toBe(1);
    expect(seen.get('pantheon_errors_total{code="peer_unavailable"}')).toBe(1);
    expect(seen.get('pantheon_sign_ins_total{result="ok"}')).toBe(2);
    expect(seen.get('pantheon_clients{generation="2"}')).toBe(2);
    expect(seen.get('pantheon_clients{generation="1"}')).toBe(0);
    expect(seen.get('pantheon_legacy_requests_total{to="hosts"}')).toBe(0);
    expect(seen.get('pantheon_legacy_requests_total{to="generation1"}')).toBe(0);
    expect(seen.get('process_resident_memory_bytes')).toBeGreaterThan(1e6);
    expect(seen.get('process_open_fds')).toBeGreaterThan(3);
    phone.disconnect();
    host.disconnect();
  });

  it('says loudly in the log that --dev lets anybody in', () => {
    const lines = server.process.stderr.map((line) => JSON.parse(line) as { message: string; level: string });
    expect(lines).toContainEqual(
      expect.objectContaining({
        level: 'warning',
        message: expect.stringMatching(
          /^DEVELOPMENT MODE: tokens dev:<account> are accepted, .*Never use --dev/,
        ),
      }),
    );
  });

  it('logs one line of JSON for each that comes and goes, without its token', async () => {
    const socket = client(server.url, { token: 'dev:boris', device: 'boris_web' });
    await join(socket);
    const from = server.process.stderr.length;
    socket.disconnect();
    await server.process.logLine(/disconnected .*boris_web/, from);
    const lines = server.process.stderr.map((line) => JSON.parse(line) as { message: string; level: string });
    const mine = lines
      .map(({ message }) => message)
      .filter((message) => message.includes('device=boris_web'));
    expect(mine[0]).toMatch(/^connected socket=\S+ account=dev:\S+:boris device=boris_web client=web$/);
    expect(mine[1]).toMatch(/^disconnected socket=\S+ .* reason="client namespace disconnect"$/);
    expect(server.process.output).not.toContain('dev:boris');
  });

  it('--check-health asks it from outside, as a health check of a container does', async () => {
    expect((await runServer({ args: ['--check-health'] }).exited).code).toBe(0);
    const nobody = runServer({ args: ['--check-health', '--port', '3999'] });
    expect((await nobody.exited).code).toBe(69);
  });
});
