import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DeviceKey } from '../identity/device-key.js';
import { TEST_ACCOUNT, TestServer } from '../signaling/testing/test-server.js';
import { parsePairingLink } from './pairing-link.js';
import { redeemPairing, type Pairing } from './redeem.js';

const code = (value: string): Error => expect.objectContaining({ code: value }) as unknown as Error;

describe('redeemPairing', () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await new TestServer().start();
  });
  afterEach(() => server.stop());

  function redeem(link = server.pairingLink): Promise<Pairing> {
    const newcomer = { key: DeviceKey.generate(), name: "Anna's phone", platform: 'Android' };
    return redeemPairing(new URL(server.url), parsePairingLink(link), newcomer);
  }

  it('gives account, proven voucher and tokens', async () => {
    const pairing = await redeem();
    expect(pairing.account).toBe(TEST_ACCOUNT);
    expect(pairing.voucher).toEqual({
      deviceId: server.voucher.deviceId,
      publicKey: server.voucher.publicKeyText,
      name: 'Study',
    });
    expect(pairing.statement.claim.deviceId).toBe(pairing.deviceId);
  });

  it('catches a server that swaps the key of the voucher', async () => {
    server.swapKey = true;
    await expect(redeem()).rejects.toThrow(code('pairing_mac_mismatch'));
  });

  it('says that a link with a wrong secret was refused, and with a wrong code that it is unknown', async () => {
    const [origin = '', rest = ''] = server.pairingLink.split('#pair=');
    const [codeText = '', secret = ''] = rest.split('.');
    await expect(redeem(`${origin}#pair=${codeText}.${'A'.repeat(22)}`)).rejects.toThrow(
      code('pairing_refused'),
    );
    await expect(redeem(`${origin}#pair=${'A'.repeat(22)}.${secret}`)).rejects.toThrow(
      code('pairing_code_unknown'),
    );
  });

  it.each([
    [409, 'pairing_busy', 'pairing_busy'],
    [504, 'pairing_voucher_gone', 'pairing_voucher_gone'],
    [429, 'rate_limited', 'rate_limited'],
    [500, 'whatever', 'server_unreachable'],
    [400, '<b>odd</b>', 'server_answer_invalid'],
  ])('turns %i %s into %s, with sentences for people', async (status, told, expected) => {
    server.refuseWith = { status, code: told };
    const error = (await redeem().catch((reason: unknown) => reason)) as {
      code: string;
      message: string;
      advice: string;
    };
    expect(error.code).toBe(expected);
    expect(error.message).toMatch(/\.$/);
    expect(error.advice).toMatch(/\.$/);
  });

  it('says how long to wait when there were too many attempts', async () => {
    server.refuseWith = { status: 429, code: 'rate_limited' };
    await expect(redeem()).rejects.toThrow(
      expect.objectContaining({ retryAfterMs: 1500 }) as unknown as Error,
    );
  });

  it('says that a server is out of reach', async () => {
    await server.stop();
    await expect(redeem()).rejects.toThrow(code('server_unreachable'));
  });
});
