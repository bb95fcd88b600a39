import type { Host } from '@pantheon/client';
import type { AccountView } from './account.js';
import type { Resolved } from './selection.js';

/** What a button of a situation does. */
export type SituationAction = 'retry-server' | 'retry-host' | 'pick-model' | 'devices' | 'refresh-models';

/** What can stand between a person and an answer. */
export type SituationKind =
  | 'connecting'
  | 'server-offline'
  | 'key-untrusted'
  | 'no-host'
  | 'host-gone'
  | 'host-offline'
  | 'host-unverified'
  | 'host-refuses'
  | 'host-not-sharing'
  | 'host-connecting'
  | 'host-reconnecting'
  | 'host-failed'
  | 'engine-down'
  | 'no-models'
  | 'model-gone';

/** Something between a person and an answer: what it is, and what to do about it. */
export interface Situation {
  /** Stable, for tests and styles. */
  readonly kind: SituationKind;
  /** `note`: asking works all the same. `progress`: it ends by itself. `danger`: loud. */
  readonly tone: 'note' | 'progress' | 'warning' | 'danger';
  readonly title: string;
  readonly advice: string;
  readonly action?: SituationAction;
  /** The computer it is about, which `retry-host` and `refresh-models` act on. */
  readonly hostId?: string;
}

const ADVICE = 'Check that the computer is on, and that you are on its network. It is tried again by itself.';

function ofServer({ state, error }: AccountView, hostConnected: boolean): Situation | undefined {
  if (state === 'connecting') {
    return {
      kind: 'connecting',
      tone: 'progress',
      title: 'Connecting…',
      advice: 'Looking for your computers.',
    };
  }
  if (state !== 'offline') return undefined;
  if (hostConnected) {
    const title = 'The server is out of reach; this chat goes on.';
    return {
      kind: 'server-offline',
      tone: 'note',
      title,
      advice: 'New connections wait until it is back.',
      action: 'retry-server',
    };
  }
  return {
    kind: 'server-offline',
    tone: 'warning',
    title: error?.message ?? 'The server cannot be reached.',
    advice: error === undefined || error.code === 'connection_lost' ? ADVICE : error.advice,
    action: 'retry-server',
  };
}

function untrusted({ name, error }: Host): Situation {
  return {
    kind: 'key-untrusted',
    tone: 'danger',
    title: `Stop: ${name} could not prove that it is your computer.`,
    advice:
      error?.advice ??
      'Do not use it. If it was set up anew, pair with it again; otherwise someone may be in between.',
    action: 'devices',
  };
}

/** Who of both lacks the other's trust, where no one need be in between. */
function unpaired({ name, error }: Host): Situation | undefined {
  if (error?.code === 'key_not_accepted') {
    return {
      kind: 'host-unverified',
      tone: 'warning',
      title: `${name} is not verified: this browser was not paired with it.`,
      advice: 'To use it, open its pairing link here, or pair it with a computer that you already use here.',
      action: 'devices',
    };
  }
  if (error?.code === 'refused_by_host') {
    return {
      kind: 'host-refuses',
      tone: 'warning',
      title: `${name} does not accept this browser.`,
      advice: 'Pair with it again: open a new pairing link of that computer here.',
      action: 'devices',
    };
  }
  return undefined;
}

/** Whether no path leads to a host: at first, or any more since the connection to it was lost. Pure. */
export function isOutOfReach({ state, error }: Host): boolean {
  return state === 'failed' || (state === 'reconnecting' && error?.code === 'connect_failed');
}

function ofConnection(host: Host): Situation | undefined {
  const { name, error } = host;
  if (error?.code === 'key_untrusted') return untrusted(host);
  if (!host.online && host.state !== 'connected') {
    const advice = 'Start Pantheon there. This page notices by itself, and your chats stay here.';
    return { kind: 'host-offline', tone: 'warning', title: `${name} is offline.`, advice };
  }
  const pairing = unpaired(host);
  if (pairing !== undefined) return pairing;
  if (!host.hosting) {
    return {
      kind: 'host-not-sharing',
      tone: 'warning',
      title: `${name} shares no models at the moment.`,
      advice: 'Switch sharing on there; this page notices by itself.',
    };
  }
  if (isOutOfReach(host)) {
    return {
      kind: 'host-failed',
      tone: 'warning',
      title: `${name} cannot be reached.`,
      advice: error?.advice ?? 'It is tried again by itself.',
      action: 'retry-host',
      hostId: host.deviceId,
    };
  }
  if (host.state === 'reconnecting') {
    return {
      kind: 'host-reconnecting',
      tone: 'progress',
      title: `Connection to ${name} lost. Reconnecting…`,
      advice: 'Your chat stays here.',
    };
  }
  if (host.state !== 'connected' || !host.catalogue) {
    return {
      kind: 'host-connecting',
      tone: 'progress',
      title: `Connecting to ${name}…`,
      advice: 'Directly, from device to device.',
    };
  }
  return undefined;
}

function engineDown(host: Host, engine: string): Situation {
  const which = engine === '' ? 'The model engine' : engine;
  const advice = `Start it there; this page notices by itself.`;
  return {
    kind: 'engine-down',
    tone: 'warning',
    title: `${which} is not running on ${host.name}.`,
    advice,
    action: 'refresh-models',
    hostId: host.deviceId,
  };
}

function withoutModels(host: Host): Situation {
  const down = host.engines.find(({ online }) => !online);
  if (host.engines.length > 0 && host.engines.every(({ online }) => !online))
    return engineDown(host, down?.name ?? '');
  return {
    kind: 'no-models',
    tone: 'warning',
    title: `${host.name} has no models yet.`,
    advice: 'Add one there, for example with “ollama pull llama3.2”. It appears here by itself.',
    action: 'refresh-models',
    hostId: host.deviceId,
  };
}

function ofModel({ choice, host, model }: Resolved): Situation | undefined {
  if (host === undefined) return undefined;
  if (model !== undefined) return model.stale === true ? engineDown(host, model.engine) : undefined;
  if (host.models.length === 0) return withoutModels(host);
  const title = `${choice.modelName} is no longer on ${host.name}.`;
  return {
    kind: 'model-gone',
    tone: 'warning',
    title,
    advice: 'Choose another model to go on with this chat.',
    action: 'pick-model',
  };
}

function withoutChoice(hosts: readonly Host[], command: string): Situation {
  const bad = hosts.find(({ error }) => error?.code === 'key_untrusted');
  const online = hosts.filter((host) => host.online && host.error?.code !== 'key_untrusted');
  const waiting = online.map(ofConnection).filter((one) => one !== undefined);
  const ready = online.find(({ state, catalogue }) => state === 'connected' && catalogue);
  if (ready !== undefined && waiting.every(({ tone }) => tone !== 'progress')) return withoutModels(ready);
  const first = waiting.find(({ tone }) => tone === 'progress') ?? waiting[0];
  if (first !== undefined) return first;
  if (bad !== undefined) return untrusted(bad);
  const title =
    hosts.length === 0 ? 'No computer shares its models yet.' : 'None of your computers is online.';
  const advice = `Start Pantheon on the computer that runs your models: “${command}”. It appears here by itself.`;
  return { kind: 'no-host', tone: 'warning', title, advice, action: 'devices' };
}

/**
 * What stands between the person and an answer at the moment; undefined when nothing does. `command`: what starts Pantheon on
 * a computer with models. Pure.
 */
export function situationOf(
  account: AccountView,
  resolved: Resolved | undefined,
  command: string,
): Situation | undefined {
  const host = resolved?.host;
  if (host?.error?.code === 'key_untrusted') return untrusted(host);
  const server = ofServer(account, host?.state === 'connected');
  if (server !== undefined && host?.state !== 'connected') return server;
  if (resolved === undefined) return withoutChoice(account.hosts, command);
  if (host === undefined) {
    const title = `${resolved.choice.hostName} is no longer among your computers.`;
    return {
      kind: 'host-gone',
      tone: 'warning',
      title,
      advice: 'Choose a model of another computer, or pair with it again.',
      action: 'pick-model',
    };
  }
  return ofConnection(host) ?? ofModel(resolved) ?? (server?.kind === 'connecting' ? undefined : server);
}

/** Whether a message can be sent in this situation. */
export function canAsk(situation: Situation | undefined): boolean {
  return situation === undefined || situation.tone === 'note';
}
