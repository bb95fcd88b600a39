import { useValue } from './observable.js';
import type { ServerMode, WayIn } from './server-config.js';
import { useServices } from './services.js';

/**
 * What to start on a computer so that it shares its models with the account of this page. At home that begins the server,
 * too; a computer of a server elsewhere has to be told of it, or it would begin a second one that this page knows nothing of.
 */
export function hostCommand(mode: ServerMode, origin = location.origin): string {
  return mode === 'anywhere' ? `pantheon host --server ${origin}` : 'pantheon up';
}

/** The same for a computer that has no account at the server yet, and what it is given there, as the end of a sentence. */
export function firstHostCommand(mode: ServerMode, wayIn: WayIn): readonly [command: string, given: string] {
  const command = hostCommand(mode);
  if (mode !== 'anywhere') return [command, ''];
  switch (wayIn) {
    case 'sharedKey':
      return [`AUTH_KEY=… ${command}`, ', with the key of this server'];
    case 'provider':
      return [`${command} --token-file …`, ', with a token of your account in that file'];
    case 'link':
      return [
        `${command} --pair …`,
        ', with a link that a device of the account shows, or set a key on the server (AUTH_KEY)', // there may be no device yet
      ];
    case undefined:
      return [command, ''];
  }
}

/** Where the server can be reached from. */
export function useServerMode(): ServerMode {
  const { account, server } = useServices();
  const early = useValue(server).mode;
  const told = useValue(account).server;
  return told === undefined || told.version === '' ? early : told.mode; // without a version the client only assumes
}

/** As hostCommand(), for the server of this page. */
export function useHostCommand(): string {
  return hostCommand(useServerMode());
}
