import { ClientError, type AccountDevice, type Host, type Model } from '@pantheon/client';
import { answer } from './answer.js';
import { queued, refused, streamed } from './replies.js';
import type { Script } from './scripted-client.js';

function model(id: string, more: Partial<Model> = {}): Model {
  return {
    id,
    name: id,
    engine: 'Ollama',
    capabilities: ['chat'],
    parameters: '3.2B',
    quantization: 'Q4_K_M',
    size: 2_019_393_189,
    ...more,
  };
}

const models: readonly Model[] = [
  model('llama3.2:3b', { loaded: true }),
  model('qwen3:14b', { parameters: '14.8B', size: 9_276_198_565 }),
  model('nomic-embed-text', { capabilities: ['embeddings'] }),
];

function host(more: Partial<Host> = {}): Host {
  return {
    deviceId: 'workstation',
    name: 'Workstation',
    platform: 'linux',
    online: true,
    hosting: true,
    trust: 'pinned',
    protocol: 'link',
    state: 'connected',
    models,
    engines: [{ name: 'Ollama', kind: 'ollama', online: true }],
    catalogue: true,
    rtt: 3,
    route: 'lan',
    ...more,
  };
}

const laptop = host({
  deviceId: 'laptop',
  name: 'Living room laptop',
  trust: 'first-sight',
  models: [model('gemma3:4b', { parameters: '4.3B', size: 3_338_801_804, engine: 'LM Studio' })],
  engines: [{ name: 'LM Studio', kind: 'lm-studio', online: true }],
  rtt: 9,
});
const away = host({
  deviceId: 'office',
  name: 'Office tower',
  online: false,
  state: 'idle',
  models: [],
  catalogue: false,
  trust: 'vouched',
});

/** What a computer, a model or an error may be called, with no place to break a line at. */
const LONG = 'sha256-6a0746a1ec1aef3e7ec53868f220ff6e389f6f8ef87a01d77c96807de94ca2aa';

const NOW = Date.UTC(2026, 0, 15);
const devices: readonly AccountDevice[] = [
  {
    deviceId: 'browser',
    name: 'Chrome on Android',
    platform: 'Android',
    online: true,
    revoked: false,
    trust: 'pinned',
    self: true,
    runsServer: false,
    createdAt: NOW,
    lastSeen: NOW,
  },
  {
    deviceId: 'workstation',
    name: 'Workstation',
    platform: 'linux',
    online: true,
    revoked: false,
    trust: 'pinned',
    self: false,
    runsServer: true,
    createdAt: NOW,
    lastSeen: NOW,
  },
  {
    deviceId: 'tablet',
    name: 'Firefox on iPad',
    platform: 'iPad',
    online: false,
    revoked: false,
    trust: 'vouched',
    self: false,
    runsServer: false,
    createdAt: NOW,
    lastSeen: NOW,
  },
];

function error(code: string, message: string, advice: string): ClientError {
  return new ClientError(code, { message, advice });
}

const untrusted = error(
  'key_untrusted',
  'That computer could not prove to be the one you know.',
  'Do not use it. If it was set up anew, pair with it again; otherwise someone may be in between.',
);

const unvouched = error(
  'key_not_accepted',
  'Nobody you trust has vouched for the key of this device.',
  'Pair this browser with that device, or have a paired device vouch for it.',
);

const refusing = error(
  'refused_by_host',
  'That computer does not accept this browser.',
  'Pair this browser with it again: open a new pairing link of that computer here.',
);

const unreachable = error(
  'connect_failed',
  'No connection to that computer could be made.',
  'Be on the same network as it, check its firewall, or set up a TURN relay on the server.',
);

/** What differs from: paired, online, two computers up, one away, answers whole. */
export const scenarios = {
  ready: {},
  unpaired: { paired: false, state: 'unpaired', hosts: [] },
  'unpaired-anywhere': { paired: false, state: 'unpaired', hosts: [], mode: 'anywhere' },
  pairing: { paired: false, state: 'unpaired' },
  'pairing-pending': { paired: false, state: 'unpaired', pairing: 'pending' },
  'pairing-used': {
    paired: false,
    state: 'unpaired',
    pairing: error(
      'pairing_code_unknown',
      'This pairing link was used already, has expired, or belongs to another server.',
      'Make a new link on the computer that shares its models; each works once, for 10 minutes.',
    ),
  },
  'pairing-tampered': {
    paired: false,
    state: 'unpaired',
    pairing: error(
      'pairing_mac_mismatch',
      'The server changed a key on its way to you: it cannot be trusted. Nothing was stored.',
      'Do not pair over this server or this network. If it is your own, find out who changed it.',
    ),
  },
  connecting: { state: 'connecting', hosts: [] },
  'server-offline': {
    state: 'offline',
    hosts: [],
    error: error(
      'server_unreachable',
      'The signaling server cannot be reached.',
      'Check that you are on the right network, and that the computer is on. It is tried again by itself.',
    ),
  },
  'no-host': { hosts: [] },
  'no-host-anywhere': { hosts: [], mode: 'anywhere' },
  'hosts-away': { hosts: [away] },
  'no-models': { hosts: [host({ models: [] })] },
  'engine-down': {
    hosts: [host({ models: [], engines: [{ name: 'Ollama', kind: 'ollama', online: false }] })],
  },
  'key-untrusted': {
    hosts: [host({ state: 'failed', error: untrusted, models: [], catalogue: false, trust: 'unknown' })],
  },
  'host-unverified': {
    hosts: [
      host({ state: 'failed', error: unvouched, models: [], catalogue: false, trust: 'unknown' }),
      away,
    ],
  },
  'host-refuses': { hosts: [host({ state: 'failed', error: refusing, models: [], catalogue: false })] },
  revoked: { state: 'revoked', hosts: [] },
  'server-untrusted': {
    state: 'untrusted',
    hosts: [],
    error: error(
      'account_mismatch',
      'The server put this browser into another account than the one it was paired with.',
      'Do not use this server. If it is your own and was set up anew, pair this browser again.',
    ),
  },
  streaming: { reply: streamed(answer.slice(0, answer.indexOf('| Cable')), 'open', 1) },
  'connection-lost': { reply: streamed(answer.slice(0, 420), 'lost') },
  'length-limit': { reply: streamed(answer.slice(0, 420), 'length', 1) },
  'cut-off': { reply: streamed(answer.slice(0, 420), 'cut', 1) },
  'too-large': { reply: refused(413, 'request_too_large', 'The request is larger than this host accepts.') },
  'model-refused': {
    reply: refused(404, 'model_not_found', 'This host does not share a model of that name.'),
  },
  'engine-refused': { reply: refused(502, 'engine_unavailable', 'The engine does not answer.') },
  queued: { reply: queued(3) },
  'long-words': {
    hosts: [
      host({
        name: LONG,
        models: [model(LONG, { loaded: true, engine: LONG, capabilities: ['chat', 'vision', 'tools'] })],
        engines: [{ name: LONG, kind: 'openai', online: true }],
      }),
    ],
    reply: refused(
      500,
      'unknown',
      `open /usr/share/ollama/.ollama/models/blobs/${LONG}: no such file or directory`,
    ),
    devices: devices.map((device) => ({ ...device, deviceId: LONG, name: LONG, platform: LONG })),
  },
  'long-words-pairing': {
    paired: false,
    state: 'unpaired',
    pairing: error('pairing_code_unknown', LONG, LONG),
  },
  'long-words-untrusted': { state: 'untrusted', hosts: [], error: error('account_mismatch', LONG, LONG) },
  'long-words-offline': { state: 'offline', hosts: [], error: error('server_unreachable', LONG, LONG) },
  looping: { reply: streamed(`${'>'.repeat(100)} `.repeat(200), 'whole', 1) },
  'right-to-left': {
    reply: streamed(
      [
        'גשר תלוי נושא את הכביש שלו על כבלים.',
        '### כותרת',
        '- [x] פריט ראשון',
        '> פסקה ראשונה.\n>\n> פסקה שנייה.',
        '| כבל | Sag |\n|---|---|\n| עמוק | deep |',
        '```python\nprint("שלום")  # הערה\n```',
        'A paragraph in English.',
      ].join('\n\n'),
      'whole',
      1,
    ),
  },
  refused: {
    state: 'revoked',
    hosts: [],
    error: error(
      'auth_invalid',
      'The server does not accept the sign-in of this browser.',
      'Pair this browser again.',
    ),
  },
} satisfies Readonly<Record<string, Partial<Script>>>;

/** Name of a scenario. */
export type ScenarioName = keyof typeof scenarios;

/** What happens to hosts while a page is open. */
export const happenings = {
  'server-away': { state: 'offline' },
  'host-away': { hosts: [host({ online: false, state: 'reconnecting', models }), laptop] },
  'host-signaling-away': { hosts: [host({ online: false }), laptop] },
  'host-refuses': { hosts: [host({ state: 'failed', error: refusing }), laptop] },
  'long-words': {
    hosts: [host({ name: LONG, state: 'failed', error: error('connect_failed', LONG, LONG) })],
  },
  'host-lost': { hosts: [host({ state: 'reconnecting' }), laptop] },
  'host-unreachable': { hosts: [host({ state: 'failed', error: unreachable }), laptop] },
  'host-lost-for-long': { hosts: [host({ state: 'reconnecting', error: unreachable }), laptop] },
  'host-back': { hosts: [host(), laptop, away] },
  'model-gone': { hosts: [host({ models: models.slice(1) }), laptop] },
  'engine-stopped': {
    hosts: [
      host({
        models: models.map((one) => ({ ...one, stale: true })),
        engines: [{ name: 'Ollama', kind: 'ollama', online: false }],
      }),
      laptop,
    ],
  },
} satisfies Readonly<Record<string, Partial<Script>>>;

/** Name of a happening. */
export type HappeningName = keyof typeof happenings;

/** The whole script of a scenario. */
export function scriptOf(name: ScenarioName): Script {
  return {
    state: 'online',
    paired: true,
    hosts: [host(), laptop, away],
    devices,
    reply: streamed(answer, 'whole', 1),
    ...scenarios[name],
  };
}
