import { describe, expect, it } from 'vitest';
import { readRequest } from './request.js';

describe('readRequest', () => {
  it.each([
    ['/v1/models', '/v1/models'],
    ['v1/models?a=b', '/v1/models?a=b'],
    ['https://elsewhere.example:8/x y?q=é#fragment', '/x%20y?q=%C3%A9'],
    ['//other.example/path', '/path'],
    ['', '/'],
  ])('takes the path of %j', (input, path) => {
    expect(readRequest(input).path).toBe(path);
    expect(readRequest(new URL(input, 'http://base.example')).path).toBe(path);
  });

  it('reads a Request, and lets init win', () => {
    const abort = new AbortController();
    const request = new Request('http://x.example/p?q', {
      method: 'PUT',
      body: 'b',
      headers: { a: '1' },
      signal: abort.signal,
    });
    const plain = readRequest(request);
    expect([plain.method, plain.path, plain.headers]).toEqual([
      'PUT',
      '/p?q',
      [
        ['a', '1'],
        ['content-type', 'text/plain;charset=UTF-8'],
      ],
    ]);
    abort.abort();
    expect(plain.signal?.aborted).toBe(true);
    const changed = readRequest(request, {
      method: 'POST',
      headers: [['c', '2']],
      body: new Uint8Array(3),
      signal: null,
    });
    expect([changed.method, changed.headers, changed.signal]).toEqual([
      'POST',
      [
        ['c', '2'],
        ['content-length', '3'],
      ],
      undefined,
    ]);
  });

  it('refuses a Request whose body was read, and a stream that is locked', async () => {
    const request = new Request('http://x.example/', { method: 'POST', body: 'b' });
    await request.text();
    expect(() => readRequest(request)).toThrow(TypeError);
    const stream = new ReadableStream();
    stream.getReader();
    expect(() => readRequest('/', { method: 'POST', body: stream })).toThrow(TypeError);
  });

  it('joins headers of one name, and refuses what is no header', () => {
    const headers: [string, string][] = [
      ['A', '1'],
      ['a', '2'],
    ];
    expect(readRequest('/', { headers }).headers).toEqual([['a', '1, 2']]);
    expect(() => readRequest('/', { headers: { a: 'x\r\ny' } })).toThrow(TypeError);
  });

  it('sends an empty body as one of no bytes', () => {
    const request = readRequest('/', { method: 'POST', body: '' });
    expect(request.headers).toContainEqual(['content-length', '0']);
    expect(request.body).toEqual(new Uint8Array(0));
  });
});
