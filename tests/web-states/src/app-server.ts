import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
};

/** The policy of src/signaling/web_app.cpp, without its sockets. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; " +
  "connect-src 'self'; manifest-src 'self'; worker-src 'self'; media-src 'self' blob:; base-uri 'none'; " +
  "form-action 'none'; frame-ancestors 'none'";

async function answer(
  folder: string,
  path: string,
): Promise<{ readonly type: string; readonly body: string | Buffer } | undefined> {
  if (path === '/config.json') return { type: 'application/json', body: '{"version":"0.1.0","mode":"home"}' };
  const file = normalize(join(folder, path === '/' ? 'index.html' : path));
  if (!file.startsWith(folder)) return undefined;
  try {
    return { type: TYPES[extname(file)] ?? 'application/octet-stream', body: await readFile(file) };
  } catch {
    return undefined;
  }
}

/** Serves a folder on loopback under the policy of the product. */
export async function serveApp(folder: string): Promise<{ readonly port: number; readonly server: Server }> {
  const server = createServer((request, response) => {
    void answer(folder, new URL(request.url ?? '/', 'http://localhost').pathname).then((found) => {
      response.writeHead(found === undefined ? 404 : 200, {
        'content-type': found?.type ?? 'text/plain',
        'content-security-policy': POLICY,
        'x-content-type-options': 'nosniff',
      });
      response.end(found?.body ?? 'not found');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, server };
}
