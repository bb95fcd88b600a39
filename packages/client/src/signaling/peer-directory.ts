import { asObject, booleanOf, listOf, plainText, stringOf, type JsonObject } from '../core/json.js';
import { isDeviceId, parsePublicKey } from '../identity/device-key.js';

const MAX_PEERS = 1024;
const MAX_STATEMENTS = 16;
const MAX_MODELS = 256;

/** A model as older hosts announce it. */
export interface AnnouncedModel {
  readonly name: string;
  readonly displayName: string;
  readonly provider: string;
}

/** A socket of our account, as the signaling server describes it: a hint for people and for dialling, proven by nothing. */
export interface PeerEntry {
  readonly socketId: string;
  readonly deviceId: string;
  readonly name: string;
  /** `web`, `electron`, `native`, or empty. */
  readonly clientType: string;
  readonly platform: string;
  /** base64url, when the server says that it was proven. */
  readonly publicKey: string | undefined;
  readonly isHosting: boolean;
  /** Speaks the link protocol. */
  readonly link: boolean;
  /** 1: a raw WebSocket, whose requests go through the server; 2: everyone else. */
  readonly generation: 1 | 2;
  /** About this device, not verified yet: at most 16 of whatever the server sent. */
  readonly statements: readonly unknown[];
  readonly models: readonly AnnouncedModel[];
}

/** Models as older hosts announce them, at most 256; entries without a name are left out. */
export function parseAnnouncedModels(value: unknown): readonly AnnouncedModel[] {
  return listOf(value, MAX_MODELS).flatMap((entry) => {
    const object = asObject(entry) ?? (typeof entry === 'string' ? { name: entry } : {});
    const name = stringOf(object, 'name', 256) ?? '';
    if (name === '') return [];
    const displayName = plainText(object['displayName'], 128) || name;
    return [{ name, displayName, provider: plainText(object['provider'], 64) }];
  });
}

/** One entry as the server sends it; undefined when it is malformed. */
export function parsePeerEntry(value: unknown): PeerEntry | undefined {
  const object = asObject(value);
  if (object === undefined) return undefined;
  const socketId = stringOf(object, 'socketId', 128);
  const deviceId = object['deviceId'] ?? object['userId'];
  if (socketId === undefined || socketId === '' || !isDeviceId(deviceId)) return undefined;
  const publicKey = stringOf(object, 'publicKey', 64);
  const models = parseAnnouncedModels(object['models']);
  const clientType = stringOf(object, 'clientType', 16) ?? '';
  const link = booleanOf(object, 'link') ?? false;
  return {
    socketId,
    deviceId,
    name: plainText(object['name'], 64),
    clientType,
    platform: plainText(object['platform'], 64),
    publicKey: publicKey !== undefined && parsePublicKey(publicKey) !== undefined ? publicKey : undefined,
    isHosting: booleanOf(object, 'isHosting') ?? models.length > 0,
    link,
    generation: object['generation'] === 1 ? 1 : 2,
    statements: listOf(object['statements'], MAX_STATEMENTS),
    models,
  };
}

/** Who of the account is online, kept from the server's lists and events. At most 1,024 sockets. */
export class PeerDirectory {
  private peers = new Map<string, PeerEntry>(); // by socket id, oldest first

  /** The whole list anew. */
  replace(list: unknown): void {
    this.peers = new Map();
    for (const entry of listOf(list, MAX_PEERS)) this.add(entry);
  }

  /** One peer more, or anew; undefined when the entry is malformed or there are too many. */
  add(value: unknown): PeerEntry | undefined {
    const peer = parsePeerEntry(value);
    if (peer === undefined) return undefined;
    this.peers.delete(peer.socketId);
    if (this.peers.size >= MAX_PEERS) return undefined;
    this.peers.set(peer.socketId, peer);
    return peer;
  }

  /** What `peer-models-updated` and `hosting-status` say about the sockets of a device. */
  update(value: unknown): void {
    const object: JsonObject = asObject(value) ?? {};
    const deviceId = object['deviceId'] ?? object['userId'];
    for (const peer of this.matching(object, deviceId)) {
      const models = object['models'] === undefined ? peer.models : parseAnnouncedModels(object['models']);
      const isHosting =
        booleanOf(object, 'isHosting') ?? (models.length > 0 || (peer.link && peer.isHosting));
      this.peers.set(peer.socketId, { ...peer, models, isHosting });
    }
  }

  /** All sockets of the device: the server says `peer-left` when the last one is gone, also for those it never named. */
  remove(value: unknown): void {
    const object: JsonObject = asObject(value) ?? {};
    const deviceId = object['deviceId'] ?? object['userId'];
    for (const peer of this.all()) if (peer.deviceId === deviceId) this.peers.delete(peer.socketId);
  }

  clear(): void {
    this.peers.clear();
  }

  all(): readonly PeerEntry[] {
    return [...this.peers.values()];
  }

  bySocket(socketId: string): PeerEntry | undefined {
    return this.peers.get(socketId);
  }

  /** The socket of a device to dial: one that hosts before one that does not, the newest first. */
  byDevice(deviceId: string): PeerEntry | undefined {
    const sockets = this.all().filter((peer) => peer.deviceId === deviceId);
    return sockets.filter((peer) => peer.isHosting).at(-1) ?? sockets.at(-1);
  }

  private matching(object: JsonObject, deviceId: unknown): readonly PeerEntry[] {
    const socketId = stringOf(object, 'socketId', 128);
    if (socketId !== undefined && socketId !== '') {
      const peer = this.peers.get(socketId);
      return peer === undefined ? [] : [peer];
    }
    return this.all().filter((peer) => peer.deviceId === deviceId);
  }
}
