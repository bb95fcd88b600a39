import type { Host, Model } from '@pantheon/client';
import type { DeviceStorage } from './device-storage.js';
import { Observable } from './observable.js';

/** The model a person chose, with the names to show while its host is away. */
export interface Choice {
  readonly hostId: string;
  readonly hostName: string;
  readonly modelId: string;
  readonly modelName: string;
}

/** A choice as it stands among the hosts of this moment. */
export interface Resolved {
  readonly choice: Choice;
  readonly host: Host | undefined;
  readonly model: Model | undefined;
}

const NAME = 'pantheon.choice';

function parse(text: string | undefined): Choice | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    const { hostId, hostName, modelId, modelName } = value as Choice;
    const whole = [hostId, hostName, modelId, modelName].every((field) => typeof field === 'string');
    return whole ? { hostId, hostName, modelId, modelName } : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a model can be talked to. What says nothing about itself is given the benefit of the doubt. */
export function canChat(model: Model): boolean {
  const { capabilities } = model;
  return capabilities.length === 0 || capabilities.some((one) => one === 'chat' || one === 'completion');
}

/** The first model worth offering: one that is in memory, then the first of its host. */
export function defaultChoice(hosts: readonly Host[]): Choice | undefined {
  const connected = hosts.filter(({ state }) => state === 'connected');
  const all = connected.flatMap((host) => host.models.filter(canChat).map((model) => ({ host, model })));
  const best =
    all.find(({ model }) => model.loaded === true) ?? all.find(({ model }) => model.stale !== true) ?? all[0];
  return best === undefined ? undefined : choiceOf(best.host, best.model);
}

/** A model of a host as a choice. */
export function choiceOf(host: Host, model: Model): Choice {
  return { hostId: host.deviceId, hostName: host.name, modelId: model.id, modelName: model.name };
}

/** Finds a choice among the hosts; without one, what is best to begin with. */
export function resolve(choice: Choice | undefined, hosts: readonly Host[]): Resolved | undefined {
  const effective = choice ?? defaultChoice(hosts);
  if (effective === undefined) return undefined;
  const host = hosts.find(({ deviceId }) => deviceId === effective.hostId);
  return { choice: effective, host, model: host?.models.find(({ id }) => id === effective.modelId) };
}

/** The chosen model, remembered on this device. */
export class Selection extends Observable<Choice | undefined> {
  private readonly storage: DeviceStorage;

  constructor(storage: DeviceStorage) {
    super(parse(storage.get(NAME)));
    this.storage = storage;
  }

  /** Stays with what was offered to begin with, as long as the page is open. Does nothing after a choice. */
  hold(offered: Choice): void {
    if (this.get() === undefined) this.set(offered);
  }

  /** Forgets the choice. */
  clear(): void {
    this.storage.remove(NAME);
    this.set(undefined);
  }

  /** Chooses, and remembers. */
  choose(choice: Choice): void {
    this.storage.set(NAME, JSON.stringify(choice));
    this.set(choice);
  }
}
