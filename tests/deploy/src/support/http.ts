import { request, type IncomingMessage } from 'node:http';
import { request as secureRequest } from 'node:https';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface AskOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One request on a connection of its own. Certificates are not checked. */
export async function ask(url: string, { method = 'GET', headers = {} }: AskOptions = {}): Promise<Answer> {
  return await new Promise((resolve, reject) => {
    const send = url.startsWith('https:') ? secureRequest : request;
    const options = { method, headers, agent: false, rejectUnauthorized: false };
    const asked = send(url, options, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => (body += piece));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    asked.on('error', reject);
    asked.end();
  });
}

/** The answer's body as JSON. */
export async function askJson(url: string, options: AskOptions = {}): Promise<unknown> {
  return JSON.parse((await ask(url, options)).body) as unknown;
}
