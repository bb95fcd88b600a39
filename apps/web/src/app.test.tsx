import { ClientError, type AccountDevice } from '@pantheon/client';
import { act } from 'react';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { Conversations } from './chat/conversations.js';
import { memoryStorage } from './state/device-storage.js';
import { appDrawer } from './testing/draw-app.js';
import { press } from './testing/press.js';
import { scriptOf } from './testing/scenarios.js';

const drawApp = appDrawer({ beforeAll, afterEach });
afterEach(() => vi.restoreAllMocks());

async function draw(...how: Parameters<typeof drawApp>): Promise<HTMLElement> {
  return (await drawApp(...how)).box;
}

describe('App', () => {
  it.each([
    ['unpaired', '', 'pantheon up'],
    ['pairing', '#pair=a.b', 'Name of this device'],
    ['ready', '', 'What is on your mind?'],
    ['ready', '#/settings', 'Computers with models'],
    ['connecting', '', 'Connecting…'],
    ['no-host', '', 'No computer shares its models yet.'],
    ['no-models', '', 'Workstation has no models yet.'],
    ['engine-down', '', 'Ollama is not running on Workstation.'],
    ['key-untrusted', '', 'could not prove that it is your computer'],
    ['unpaired-anywhere', '', `pantheon host --server ${location.origin}`],
    ['no-host-anywhere', '', `pantheon host --server ${location.origin}`],
    ['no-host-anywhere', '#/settings', `Start “pantheon host --server ${location.origin}”`],
    ['no-host-anywhere', '#/settings', `that “pantheon host --server ${location.origin}” shows`],
    ['no-host', '#/settings', 'Start “pantheon up”'],
    ['revoked', '', 'This device was removed'],
    ['refused', '', 'This browser is signed out'],
    ['refused', '', 'The server does not accept the sign-in of this browser.'],
    ['refused', '', 'Pair this browser again.'],
    ['server-untrusted', '', 'This server cannot be trusted'],
  ] as const)('in state %s at "%s" says "%s"', async (name, hash, text) => {
    expect((await draw(name, hash)).textContent).toContain(text);
  });

  it.each([
    ['ready', '', 'Pantheon'],
    ['ready', '#/settings', 'Devices and settings · Pantheon'],
    ['pairing', '#pair=a.b', 'Pair this device · Pantheon'],
    ['unpaired', '', 'Your models, on every device · Pantheon'],
    ['revoked', '', 'This device was removed · Pantheon'],
    ['server-untrusted', '', 'This server cannot be trusted · Pantheon'],
  ] as const)('in state %s at "%s" is named “%s” in its tab', async (name, hash, title) => {
    document.title = 'of the page before';
    await draw(name, hash);
    expect(document.title).toBe(title);
  });

  it('blames no other device for what the server itself refuses', async () => {
    expect((await draw('refused')).textContent).not.toContain('Another device');
  });

  it('tells nobody to pair at a server that keeps no devices', async () => {
    const box = await draw('unpaired-anywhere', '', undefined, {}, { mode: 'anywhere', pairing: false });
    expect(box.querySelector('[data-testid=page-no-pairing]')?.textContent).toContain('keeps no devices');
    expect(box.querySelector('[data-testid=paste-link]')).toBeNull();
  });

  it.each([
    ['sharedKey', `AUTH_KEY=… pantheon host --server ${location.origin}, with the key of this server.`],
    [
      'provider',
      `pantheon host --server ${location.origin} --token-file …, with a token of your account in that file.`,
    ],
    [
      'link',
      `pantheon host --server ${location.origin} --pair …, with a link that a device of the account shows, or set a key on the server (AUTH_KEY).`,
    ],
  ] as const)('says what a first computer needs where the way in is %s', async (wayIn, text) => {
    const box = await draw('unpaired-anywhere', '', undefined, {}, { mode: 'anywhere', wayIn });
    expect(box.textContent).toContain(text);
  });

  it('asks for nothing more where this browser has been removed, as the account has computers', async () => {
    const server = { mode: 'anywhere', wayIn: 'link' } as const;
    const box = await draw('revoked', '', undefined, { mode: 'anywhere' }, server);
    expect(box.textContent).toContain(`start pantheon host --server ${location.origin}.`);
  });

  it('asks for nothing more at home', async () => {
    const box = await draw('unpaired', '', undefined, {}, { mode: 'home', wayIn: 'sharedKey' });
    expect(box.textContent).toContain('start pantheon up.');
  });

  it('offers pairing with one press, under a name', async () => {
    const box = await draw('pairing', '#pair=a.b');
    expect(box.querySelector<HTMLInputElement>('[data-testid=device-name]')?.value).toBe('Chrome on Android');
    await act(async () => box.querySelector<HTMLButtonElement>('[data-testid=pair-button]')?.click());
    expect(box.textContent).toContain('What is on your mind?');
    expect(location.hash).toBe('#/');
  });

  it('says why a pairing link does not work', async () => {
    const box = await draw('pairing-used', '#pair=a.b');
    await act(async () => box.querySelector<HTMLButtonElement>('[data-testid=pair-button]')?.click());
    expect(box.querySelector('[data-testid=pair-error]')?.getAttribute('data-code')).toBe(
      'pairing_code_unknown',
    );
    expect(box.querySelector('[data-testid=pair-button]')).toBeNull();
  });

  it('shows an answer that another tab streams, and lets nobody write into its chat meanwhile', async () => {
    const storage = memoryStorage();
    const model = { hostId: 'workstation', hostName: 'Host', modelId: 'llama3.2:3b', modelName: 'Model' };
    const { id } = new Conversations(storage).create([
      { role: 'user', id: 'q', text: 'Why?', at: 1 },
      { role: 'assistant', id: 'a', text: 'Because', at: 2, model, status: 'streaming' },
    ]);
    const box = await draw('ready', `#/c/${id}`, storage);
    expect(box.querySelector('[data-status=streaming]')?.textContent).toContain(
      'This is being answered in another tab.',
    );
    expect(
      box.querySelector('[data-testid=ask-again], [aria-label="Answer again"], [aria-label="Edit"]'),
    ).toBeNull();
    expect(box.querySelector('.chat-open [aria-label=Answering]')).not.toBeNull();
    expect(box.querySelector('textarea')?.placeholder).toBe('Wait for the answer in the other tab');
  });

  it('shows a chat with an answer that is one loop, and what was written after it', async () => {
    const storage = memoryStorage();
    const model = { hostId: 'workstation', hostName: 'Host', modelId: 'llama3.2:3b', modelName: 'Model' };
    const { id } = new Conversations(storage).create([
      { role: 'user', id: 'q', text: 'Why?', at: 1 },
      { role: 'assistant', id: 'a', text: '1. '.repeat(10_000), at: 2, model, status: 'done' },
      { role: 'user', id: 'r', text: 'And then?', at: 3 },
      { role: 'assistant', id: 'b', text: '>'.repeat(20_000), at: 4, model, status: 'done' },
    ]);
    const box = await draw('ready', `#/c/${id}`, storage);
    expect(box.textContent).toContain('And then?');
    expect(box.querySelectorAll('[data-testid=message-assistant]')).toHaveLength(2);
  });

  it.each([
    ['Look again', 'refreshModels', { hosting: false, catalogue: false }, { models: [] }],
    [
      'Try again',
      'connect',
      { error: new ClientError('key_untrusted', { message: 'No.', advice: '' }) },
      { state: 'failed', models: [], catalogue: false },
    ],
  ] as const)('does “%s” with the computer that it names', async (button, method, first, second) => {
    const [one, other] = scriptOf('ready').hosts;
    if (one === undefined || other === undefined) throw new Error('no two computers');
    const hosts = [
      { ...one, models: [], ...first },
      { ...other, ...second },
    ];
    const { box, client } = await drawApp('ready', '', undefined, { hosts });
    expect(box.querySelector('[data-testid=state-banner]')?.textContent).toContain(other.name);
    const asked = vi.spyOn(client, method);
    await press(box, button);
    expect(asked.mock.calls).toEqual([[other.deviceId]]);
  });

  it('keeps the focus in the list of chats while it covers the page, and gives it back', async () => {
    const box = await draw('ready');
    const opener = box.querySelector<HTMLButtonElement>('[data-testid=open-sidebar]');
    const main = box.querySelector('main');
    const press = (key: string): void => void document.dispatchEvent(new KeyboardEvent('keydown', { key }));
    expect(main?.hasAttribute('inert')).toBe(false);
    opener?.focus();
    act(() => opener?.click());
    expect(main?.hasAttribute('inert')).toBe(true);
    expect(document.activeElement).toBe(box.querySelector('#sidebar [aria-label=Close]'));
    act(() => press('Escape'));
    expect(main?.hasAttribute('inert')).toBe(false);
    expect(document.activeElement).toBe(opener);
  });
});

describe('what cannot be drawn', () => {
  it('is one message, shown as plain text between the others', async () => {
    vi.spyOn(console, 'error').mockReturnValue(undefined); // React tells what it caught
    const storage = memoryStorage();
    const model = { hostId: 'workstation', hostName: 'Host', modelId: 'llama3.2:3b', modelName: 'Model' };
    const broken = { tokens: 1, firstTokenMs: 1, tokensPerSecond: 'many' as unknown as number };
    const { id } = new Conversations(storage).create([
      { role: 'user', id: 'q', text: 'Why?', at: 1 },
      { role: 'assistant', id: 'a', text: 'Because', at: 2, model, status: 'done', stats: broken },
    ]);
    const box = await draw('ready', `#/c/${id}`, storage);
    expect(box.querySelector('[data-testid=message-user]')?.textContent).toContain('Why?');
    const plain = box.querySelector('[data-testid=message-plain]');
    expect(plain?.textContent).toContain('Because');
    await act(async () => plain?.querySelector<HTMLButtonElement>('.button')?.click());
    expect(box.querySelector('[data-testid=message-plain]')).toBeNull();
    expect(box.querySelectorAll('[data-testid=message-assistant]')).toHaveLength(1);
  });

  it('is a page, and a new chat can be gone to from what stands in its place', async () => {
    vi.spyOn(console, 'error').mockReturnValue(undefined);
    const devices = [{ ...scriptOf('ready').devices[0], name: {} } as unknown as AccountDevice];
    const box = await draw('ready', '#/settings', memoryStorage(), { devices });
    expect(box.querySelector('[data-testid=page-broken]')?.textContent).toContain(
      'Your chats are still on this device.',
    );
    await act(async () => box.querySelector<HTMLButtonElement>('[data-testid=page-broken] button')?.click());
    expect(box.querySelector('[data-testid=page-broken]')).toBeNull();
    expect(box.textContent).toContain('What is on your mind?');
  });
});
