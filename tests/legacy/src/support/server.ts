import { startPantheon, temporaryFolder } from '../../../e2e/src/support/pantheon.js';
import type { Process } from '../../../e2e/src/support/process.js';

/** A running `pantheon signal`. */
export interface Server {
  readonly process: Process;
  readonly origin: string;
}

/** Starts `pantheon signal --dev` on a free loopback port, with further flags. */
export async function startSignal(...flags: readonly string[]): Promise<Server> {
  const where = ['--bind', '127.0.0.1', '--port', '0', '--data', temporaryFolder(), '--no-stun'];
  const process = startPantheon('signal', '--dev', ...where, ...flags);
  const [, origin = ''] = await process.line(/^Signaling on (\S+)/);
  return { process, origin };
}

/** What `GET /metrics` says, by name and labels as they stand there. */
export async function metrics(origin: string): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(`${origin}/metrics`)).text();
  const samples = text.matchAll(/^([a-z]\S*) (\S+)$/gm);
  return new Map([...samples].map(([, name = '', value]) => [name, Number(value)]));
}

/** What `GET /health` says of who uses what. */
export async function health(origin: string): Promise<{
  readonly clients: Record<'generation1' | 'generation2' | 'current', { now: number; sinceStart: number }>;
  readonly legacy: Readonly<Record<string, number | string>>;
}> {
  return (await (await fetch(`${origin}/health`)).json()) as Awaited<ReturnType<typeof health>>;
}
