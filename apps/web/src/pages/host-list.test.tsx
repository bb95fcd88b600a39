import type { Host } from '@pantheon/client';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { appDrawer } from '../testing/draw-app.js';
import { press } from '../testing/press.js';
import { happenings, scriptOf } from '../testing/scenarios.js';

const draw = appDrawer({ beforeAll, afterEach });

it('offers to connect to a computer that is not connected to by itself, as there are many others', async () => {
  const [one] = scriptOf('ready').hosts;
  const hosts = Array.from({ length: 9 }, (_, at): Host => {
    return {
      ...(one as Host),
      deviceId: `host-${at}`,
      name: `Host ${at}`,
      state: at < 8 ? 'connected' : 'idle',
    };
  });
  const { box, client } = await draw('ready', '#/settings', undefined, { hosts });
  const connect = vi.spyOn(client, 'connect');
  expect(box.textContent).toContain('Host 8Not connected');
  await press(box, 'Connect');
  expect(connect.mock.calls).toEqual([['host-8']]);
});

it.each(['host-unreachable', 'host-lost-for-long'] as const)(
  'says what to do about a computer that cannot be reached, and offers to try again: %s',
  async (happening) => {
    const { box, client } = await draw('ready', '#/settings', undefined, happenings[happening]);
    const connect = vi.spyOn(client, 'connect');
    expect(box.textContent).toContain('WorkstationCannot be reachedBe on the same network as it');
    await press(box, 'Try again');
    expect(connect.mock.calls).toEqual([['workstation']]);
  },
);
