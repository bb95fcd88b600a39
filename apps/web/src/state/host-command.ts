import { useValue } from './observable.js';
import type { ServerMode } from './server-config.js';
import { useServices } from './services.js';

/**
 * What to start on a computer so that it shares its models with the account of this page. At home that begins the server,
 * too; a computer of a server elsewhere has to be told of it, or it would begin a second one that this page knows nothing of.
 */
export function hostCommand(mode: ServerMode, origin = location.origin): string {
  return mode === 'anywhere' ? `pantheon host --server ${origin}` : 'pantheon up';
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
