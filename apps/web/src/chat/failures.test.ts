import { ClientError, LinkError } from '@pantheon/client';
import { describe, expect, it } from 'vitest';
import { failureOfError, failureOfResponse } from './failures.js';

const host = (code: string): string => JSON.stringify({ error: { message: 'said by the host', code } });

describe('failureOfResponse', () => {
  it.each([
    [413, host('request_too_large'), 'request_too_large'],
    [413, 'no json', 'request_too_large'],
    [404, host('model_not_found'), 'model_not_found'],
    [404, '{"error":"model \\"x\\" not found"}', 'model_not_found'],
    [502, host('engine_unavailable'), 'engine_unavailable'],
    [429, host('queue_full'), 'queue_full'],
    [503, '', 'engine_unavailable'],
  ])('of status %i with %s is %s', (status, body, code) => {
    expect(failureOfResponse(status, body).code).toBe(code);
  });

  it('keeps the words of an engine for what it does not know', () => {
    expect(failureOfResponse(500, '{"error":{"message":"out of memory"}}').message).toBe('out of memory');
  });
});

describe('failureOfError', () => {
  it('says that the connection was lost when a part had come', () => {
    expect(failureOfError(new LinkError('timed_out'), true).code).toBe('connection_lost');
    expect(failureOfError(new LinkError('timed_out'), false).code).toBe('timed_out');
  });

  it('tells a computer that does not accept this browser from one that is false, also in the middle of an answer', () => {
    for (const began of [false, true]) {
      expect(failureOfError(new LinkError('key_untrusted', '', { byPeer: true }), began)).toMatchObject({
        code: 'refused_by_host',
        advice: expect.stringContaining('Pair with it again') as string,
      });
      expect(failureOfError(new LinkError('key_untrusted'), began).code).toBe('key_untrusted');
      const between = new LinkError('binding_mismatch', '', { byPeer: true });
      expect(failureOfError(between, began).code).toBe('binding_mismatch');
    }
  });

  it('keeps message and advice of a client error', () => {
    const error = new ClientError('key_untrusted', { message: 'm', advice: 'a' });
    expect(failureOfError(error, false)).toEqual({ code: 'key_untrusted', message: 'm', advice: 'a' });
  });
});
