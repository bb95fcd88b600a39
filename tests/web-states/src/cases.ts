import type { Page } from 'playwright-core';
import { happen } from './browser.js';

const PAIR = '#pair=AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA';
const QUESTION = 'Explain how a suspension bridge stands';

/** A state of the app: how to get there, and what a person must be able to read. */
export interface Case {
  readonly name: string;
  readonly scenario: string;
  readonly hash?: string;
  readonly act?: (page: Page) => Promise<void>;
  readonly texts: readonly string[];
}

async function askSomething(page: Page): Promise<void> {
  await page.getByTestId('composer').fill(QUESTION);
  await page.getByTestId('send').click();
}

function answered(status: string): (page: Page) => Promise<void> {
  return async (page) => {
    await askSomething(page);
    await page.locator(`[data-testid=message-assistant][data-status=${status}]`).waitFor();
  };
}

function afterAnswer(happening: string): (page: Page) => Promise<void> {
  return async (page) => {
    await answered('done')(page);
    await happen(page, happening);
    await page.getByTestId('state-banner').waitFor();
  };
}

async function pressPair(page: Page): Promise<void> {
  await page.getByTestId('pair-button').click();
}

/** All of them. */
export const CASES: readonly Case[] = [
  {
    name: 'unpaired',
    scenario: 'unpaired',
    texts: [
      'Your models, on every device',
      'pantheon up',
      'At home: this page works on this network only.',
      'This page came over plain http: you trust this network and this server.',
    ],
  },
  {
    name: 'unpaired-anywhere',
    scenario: 'unpaired-anywhere',
    texts: ['pantheon host --server http://pantheon.test', 'Anywhere: this page works from every network.'],
  },
  { name: 'pairing', scenario: 'pairing', hash: PAIR, texts: ['Pair this device', 'Name of this device'] },
  { name: 'pairing-pending', scenario: 'pairing-pending', hash: PAIR, act: pressPair, texts: ['Pairing…'] },
  {
    name: 'pairing-used',
    scenario: 'pairing-used',
    hash: PAIR,
    act: pressPair,
    texts: ['used already, has expired', 'Make a new link'],
  },
  {
    name: 'pairing-tampered',
    scenario: 'pairing-tampered',
    hash: PAIR,
    act: pressPair,
    texts: ['it cannot be trusted', 'Do not pair over this server'],
  },
  { name: 'ready', scenario: 'ready', texts: ['What is on your mind?', 'llama3.2:3b', 'Verified'] },
  { name: 'connecting', scenario: 'connecting', texts: ['Connecting…'] },
  { name: 'server-offline', scenario: 'server-offline', texts: ['cannot be reached', 'Try now'] },
  { name: 'no-host', scenario: 'no-host', texts: ['No computer shares its models yet', 'pantheon up'] },
  {
    name: 'no-host-anywhere',
    scenario: 'no-host-anywhere',
    texts: ['No computer shares its models yet', 'pantheon host --server http://pantheon.test'],
  },
  { name: 'hosts-away', scenario: 'hosts-away', texts: ['None of your computers is online'] },
  { name: 'no-models', scenario: 'no-models', texts: ['Workstation has no models yet', 'ollama pull'] },
  {
    name: 'engine-down',
    scenario: 'engine-down',
    texts: ['Ollama is not running on Workstation', 'Start it there'],
  },
  {
    name: 'key-untrusted',
    scenario: 'key-untrusted',
    texts: ['Stop: Workstation could not prove that it is your computer', 'Do not use it'],
  },
  {
    name: 'host-unverified',
    scenario: 'host-unverified',
    texts: ['Workstation is not verified', 'open its pairing link here'],
  },
  {
    name: 'host-refuses',
    scenario: 'ready',
    act: afterAnswer('host-refuses'),
    texts: ['Workstation does not accept this browser', 'Pair with it again', 'anchorages'],
  },
  { name: 'revoked', scenario: 'revoked', texts: ['This device was removed', 'Your chats are still here'] },
  { name: 'server-untrusted', scenario: 'server-untrusted', texts: ['This server cannot be trusted'] },
  {
    name: 'answered',
    scenario: 'ready',
    act: answered('done'),
    texts: ['Workstation', 'anchorages', 'def tension', '6.7 MN', 'tokens/s'],
  },
  {
    name: 'streaming',
    scenario: 'streaming',
    act: async (page) => {
      await askSomething(page);
      await page.getByText('settle on about a tenth').waitFor();
    },
    texts: ['anchorages'],
  },
  { name: 'queued', scenario: 'queued', act: askSomething, texts: ['2 waiting before you.'] },
  {
    name: 'connection-lost',
    scenario: 'connection-lost',
    act: answered('failed'),
    texts: ['The connection was lost while the answer came in', 'Ask again', 'suspenders'],
  },
  {
    name: 'length-limit',
    scenario: 'length-limit',
    act: answered('done'),
    texts: ["The answer reached the model's length limit.", 'suspenders'],
  },
  {
    name: 'cut-off',
    scenario: 'cut-off',
    act: answered('failed'),
    texts: ['The model engine broke off while it answered', 'Ask again', 'suspenders'],
  },
  {
    name: 'too-large',
    scenario: 'too-large',
    act: answered('failed'),
    texts: ['This message is too large for that computer'],
  },
  {
    name: 'model-refused',
    scenario: 'model-refused',
    act: answered('failed'),
    texts: ['That computer no longer has this model'],
  },
  {
    name: 'engine-refused',
    scenario: 'engine-refused',
    act: answered('failed'),
    texts: ['The model engine on that computer is not running'],
  },
  {
    name: 'host-offline',
    scenario: 'ready',
    act: afterAnswer('host-away'),
    texts: ['Workstation is offline', 'Start Pantheon there', 'anchorages'],
  },
  {
    name: 'host-reconnecting',
    scenario: 'ready',
    act: afterAnswer('host-lost'),
    texts: ['Reconnecting…', 'anchorages'],
  },
  {
    name: 'host-lost-for-long',
    scenario: 'ready',
    act: afterAnswer('host-lost-for-long'),
    texts: ['Workstation cannot be reached.', 'check its firewall', 'Try again', 'anchorages'],
  },
  {
    name: 'model-gone',
    scenario: 'ready',
    act: afterAnswer('model-gone'),
    texts: ['llama3.2:3b is no longer on Workstation', 'Choose a model'],
  },
  {
    name: 'engine-stopped',
    scenario: 'ready',
    act: afterAnswer('engine-stopped'),
    texts: ['Ollama is not running on Workstation'],
  },
  {
    name: 'picker',
    scenario: 'ready',
    act: (page) => page.getByTestId('model-picker').click(),
    texts: ['qwen3:14b', 'Living room laptop', 'Seen first', 'Office tower', 'Offline', 'in memory'],
  },
  {
    name: 'settings',
    scenario: 'ready',
    hash: '#/settings',
    texts: ['Computers with models', 'Firefox on iPad', 'Appearance', 'Unpair this browser'],
  },
  {
    name: 'unpairing',
    scenario: 'ready',
    act: async (page) => {
      await answered('done')(page);
      await page.evaluate("location.hash = '#/settings'");
      await page.getByRole('button', { name: 'Unpair this browser' }).click();
      await page.getByRole('button', { name: 'Yes, and delete the chats' }).scrollIntoViewIfNeeded();
    },
    texts: ['Your chat stays on this device', 'Yes, and delete the chats'],
  },
  {
    name: 'refused',
    scenario: 'refused',
    texts: ['This browser is signed out', 'Pair this browser again.', 'Your chats are still here'],
  },
];

/** Names of those drawn in every look; the others, whose pages are made of the same parts, on a phone only. */
export const MAIN = new Set([
  'unpaired',
  'pairing',
  'answered',
  'streaming',
  'host-offline',
  'key-untrusted',
  'picker',
  'settings',
]);
