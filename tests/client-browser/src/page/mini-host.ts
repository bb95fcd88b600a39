import { asObject, type JsonObject } from '../../../../packages/client/src/core/json.js';
import { fromBase64Url, toBase64Url, utf8, type Bytes } from '../../../../packages/client/src/core/bytes.js';
import {
  DeviceKey,
  randomBytes,
  verifySignature,
} from '../../../../packages/client/src/identity/device-key.js';
import { LinkChannel } from '../../../../packages/client/src/link/channel.js';
import type { LinkEvent } from '../../../../packages/client/src/link/event.js';
import { wrapDataChannel } from '../../../../packages/client/src/link/index.js';
import { Peer, type OpenChannel } from '../../../../packages/client/src/peer/peer.js';
import { SignalingClient } from '../../../../packages/client/src/signaling/signaling-client.js';
import { ProviderTokens } from '../../../../packages/client/src/signaling/tokens.js';

/** How a host in a page is set up. */
export interface MiniHostOptions {
  readonly server: string;
  readonly seed: string;
  /** Device id it claims; that of its key by default. */
  readonly deviceId?: string;
  readonly account: string;
  readonly token: string;
  /** Speaks the older JSON messages only. */
  readonly legacy?: boolean;
  /** Accepts the key of nobody. */
  readonly accepts?: 'nobody';
}

/** A host as small as one can be: serves its catalogue and an answer that streams. Stands in for the native one. */
export class MiniHost {
  private readonly key: DeviceKey;
  private readonly signaling: SignalingClient;
  private readonly deviceId: string;
  private readonly peers = new Map<string, Peer>();
  private readonly channels: LinkChannel[] = [];
  private readonly opened: RTCDataChannel[] = [];
  /** Ids of the models in its catalogue. */
  models: readonly string[] = ['gemma3:270m'];
  /** How many of the next questions for its catalogue it does not answer. */
  refusals = 0;

  private readonly options: MiniHostOptions;

  constructor(options: MiniHostOptions) {
    this.options = options;

    this.key = DeviceKey.fromSeedText(options.seed);
    this.deviceId = options.deviceId ?? this.key.deviceId;
    const self = { key: this.key, deviceId: this.deviceId, name: 'Study', platform: 'linux' };
    const tokens = new ProviderTokens(options.token);
    this.signaling = new SignalingClient({
      server: new URL(options.server),
      path: '/socket.io/',
      self,
      tokens,
    });
    this.signaling.on('signal', ({ fromSocketId, fromDeviceId, signal }) => {
      if (signal['type'] === 'offer') this.answer(fromSocketId, fromDeviceId);
      this.peers.get(fromSocketId)?.signal(signal);
    });
  }

  start(): Promise<void> {
    return this.signaling.start();
  }

  /** As a process that dies: nothing is said to anyone. */
  die(): void {
    this.signaling.stop();
    for (const peer of this.peers.values()) peer.close();
  }

  /** From now on nothing that is sent over its open links comes to it, as on a network that is gone; its signaling goes on. */
  goDeaf(): void {
    for (const channel of this.opened) channel.onmessage = null;
  }

  push(kind: string, body: JsonObject): void {
    for (const channel of this.channels) {
      channel.connection.push(kind, body);
      channel.flush();
    }
  }

  private answer(socketId: string, deviceId: string): void {
    this.peers.get(socketId)?.close();
    const { legacy = false } = this.options;
    const peer = new Peer({ initiator: false, iceServers: [], connectTimeoutMs: 10_000, link: !legacy });
    this.peers.set(socketId, peer);
    peer.on('signal', (signal) => this.signaling.send({ deviceId, socketId }, signal));
    peer.on('open', (open) => (open.link ? this.serve(open) : this.serveLegacy(open.channel)));
  }

  private serve(open: OpenChannel): void {
    this.opened.push(open.channel);
    const channel: LinkChannel = new LinkChannel(
      wrapDataChannel(open.channel),
      {
        role: 'answerer',
        deviceId: this.deviceId,
        features: [],
        limits: { streams: 64, message: 65_536 },
        localFingerprint: open.localFingerprint,
        remoteFingerprint: open.remoteFingerprint,
        account: this.options.account,
        nonce: randomBytes(32),
        statements: [],
        publicKey: this.key.publicKey,
        peerMaxMessageSize: 65_536,
        sign: (transcript) => this.key.sign(transcript),
        verify: verifySignature,
        acceptKey: () => (this.options.accepts === 'nobody' ? { refused: 'not verified' } : 'pinned'),
      },
      (events) => events.forEach((event) => this.onEvent(channel, event)),
    );
    this.channels.push(channel);
  }

  private onEvent({ connection }: LinkChannel, event: LinkEvent): void {
    if (event.type !== 'request') return;
    const headers: [string, string][] = [['content-type', 'application/json']];
    const answer = (status: number, body: Bytes): void => {
      connection.respond(event.stream, { status, headers });
      connection.write(event.stream, body);
      connection.end(event.stream);
    };
    const models = this.models.map((id) => ({ id, name: id, engine: 'e', capabilities: ['completion'] }));
    const engines = [{ id: 'e', kind: 'ollama', name: 'Ollama', up: true }];
    if (event.head.path !== '/pantheon/catalogue') answer(404, utf8('{}'));
    else if (this.refusals-- > 0) answer(503, utf8('{}'));
    else answer(200, utf8(JSON.stringify({ models, engines })));
  }

  private serveLegacy(channel: RTCDataChannel): void {
    channel.onmessage = ({ data }: MessageEvent<string>) => {
      const { type, requestId } = asObject(JSON.parse(data)) ?? {};
      const answers: JsonObject = {
        get_models: { models: [{ name: 'old:1b', displayName: 'Old', provider: 'ollama' }] },
        chat: { object: 'chat.completion', choices: [{ message: { role: 'assistant', content: 'hello' } }] },
        ping: { pong: true },
      };
      channel.send(JSON.stringify({ type: 'response', requestId, data: answers[String(type)] }));
    };
  }
}

/** The device id that a seed gives. */
export function deviceIdOfSeed(seed: string): string {
  return DeviceKey.fromSeedText(seed).deviceId;
}

/** A seed for a new key. */
export function newSeed(): string {
  const seed = toBase64Url(randomBytes(32));
  return fromBase64Url(seed) === undefined ? '' : seed;
}
