import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { transformWithEsbuild } from 'vite';

const HTML =
  '<!doctype html><meta charset="utf-8"><title>rtc</title><script src="simplepeer.min.js"></script>';

/** A page server on loopback. */
export interface PageServer {
  url: string;
  close(): Promise<void>;
}

/** Serves an empty page with simple-peer and page.ts on a free port of 127.0.0.1. */
export async function startServer(): Promise<PageServer> {
  const simplePeer = await readFile(createRequire(import.meta.url).resolve('simple-peer/simplepeer.min.js'));
  const source = fileURLToPath(new URL('page.ts', import.meta.url));
  const page = await transformWithEsbuild(await readFile(source, 'utf8'), source, { target: 'es2022' });
  const server = createServer((request, response) => {
    if (request.url === '/simplepeer.min.js') {
      response.setHeader('content-type', 'text/javascript').end(simplePeer);
    } else if (request.url === '/') {
      response
        .setHeader('content-type', 'text/html')
        .end(`${HTML}<script type="module">${page.code}</script>`);
    } else {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}
