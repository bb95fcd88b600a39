// deploy/systemd: the unit is one that systemd takes, and it locks the service up.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join as path } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Process, ROOT } from '../../e2e/src/support/process.js';

const UNIT = path(ROOT, 'deploy/systemd/pantheon-signal.service');

beforeAll(() => {
  // /opt is empty and ours here: see in-namespace. The verifier looks whether the program is there.
  mkdirSync('/opt/pantheon');
  writeFileSync('/opt/pantheon/pantheon', '#!/bin/sh\n', { mode: 0o755 });
});

describe('the systemd unit', () => {
  it('is valid', async () => {
    const verify = new Process('systemd-analyze', ['verify', '--man=no', UNIT]);
    const { code } = await verify.exited;
    expect(verify.output).not.toContain('pantheon-signal');
    expect(code).toBe(0);
  });

  it('leaves the service little to break: exposure 2.0 of 10 at most', async () => {
    const security = new Process('systemd-analyze', ['security', '--offline=true', '--threshold=20', UNIT]);
    expect((await security.exited).code, security.output).toBe(0);
  });
});
