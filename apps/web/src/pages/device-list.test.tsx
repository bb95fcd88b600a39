import { ClientError } from '@pantheon/client';
import { act } from 'react';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { appDrawer } from '../testing/draw-app.js';
import { press } from '../testing/press.js';

const draw = appDrawer({ beforeAll, afterEach });
const busy = new ClientError('rate_limited', { message: 'Too many requests.', advice: 'Wait a little.' });

describe('the list of devices', () => {
  it('that could not be read is asked for again when the server is back, and the error goes', async () => {
    const { box, client } = await draw('ready');
    vi.spyOn(client, 'listDevices').mockRejectedValueOnce(busy);
    await act(async () => void (location.hash = '#/settings'));
    await vi.waitFor(() => expect(box.querySelector('.field-error')?.textContent).toContain('Too many'));
    await act(async () => client.become({ state: 'offline' }));
    await act(async () => client.become({ state: 'online' }));
    expect(box.textContent).toContain('Firefox on iPad');
    expect(box.querySelector('.field-error')).toBeNull();
  });

  it('that could not be read can be asked for again', async () => {
    const { box, client } = await draw('ready');
    vi.spyOn(client, 'listDevices').mockRejectedValueOnce(busy);
    await act(async () => void (location.hash = '#/settings'));
    await vi.waitFor(() => expect(box.querySelector('.field-error')).not.toBeNull());
    await press(box, 'Read the list again');
    expect(box.textContent).toContain('Firefox on iPad');
    expect(box.querySelector('.field-error')).toBeNull();
  });

  it('says no longer that a device could not be removed, once it was', async () => {
    const { box, client } = await draw('ready', '#/settings');
    vi.spyOn(client, 'revokeDevice').mockRejectedValueOnce(busy);
    await press(box, 'Remove');
    await press(box, 'Remove');
    expect(box.querySelector('.field-error')?.textContent).toContain('Too many');
    await press(box, 'Remove');
    await press(box, 'Remove');
    expect(box.querySelector('.field-error')).toBeNull();
    expect(box.textContent).not.toContain('Firefox on iPad');
  });
});
