import type { Host, Model } from '@pantheon/client';
import { canChat } from '../state/selection.js';
import { isOutOfReach } from '../state/situation.js';

/** The models of one host that fit a search. */
export interface ModelGroup {
  readonly host: Host;
  readonly models: readonly Model[];
}

function fits(model: Model, host: Host, words: readonly string[]): boolean {
  const text = [model.name, model.id, model.family ?? '', model.parameters ?? '', model.engine, host.name]
    .join(' ')
    .toLowerCase();
  return words.every((word) => text.includes(word));
}

/** The hosts with those of their models that can chat and fit the search; hosts without any are kept only unsearched. Pure. */
export function groupModels(hosts: readonly Host[], search: string): readonly ModelGroup[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const groups = hosts.map((host) => ({
    host,
    models: host.models.filter((model) => canChat(model) && fits(model, host, words)),
  }));
  return words.length === 0 ? groups : groups.filter(({ models }) => models.length > 0);
}

/** Bytes for people, for example `2.0 GB`. Pure. */
export function sizeText(bytes: number): string {
  if (bytes < 1e6) return `${Math.max(1, Math.round(bytes / 1e3))} kB`;
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** What is worth knowing of a model, in one line. Pure. */
export function modelDetails({ parameters, quantization, size, engine, loaded, stale }: Model): string {
  const parts = [parameters, quantization, size === undefined ? undefined : sizeText(size), engine];
  if (stale === true) parts.push('engine not running');
  else if (loaded === true) parts.push('in memory');
  return parts.filter((part) => part !== undefined && part !== '').join(' · ');
}

/** What to say of a host that has nothing to choose from at the moment; empty when it has. Pure. */
export function hostNote(host: Host): string {
  if (host.error?.code === 'key_untrusted') return 'Could not prove to be your computer. Do not use it.';
  if (!host.online && host.state !== 'connected') return 'Offline';
  if (host.error?.code === 'key_not_accepted') return 'Not verified: pair with it to use it';
  if (host.error?.code === 'refused_by_host') return 'Does not accept this browser: pair with it again';
  if (!host.hosting) return 'Not sharing at the moment';
  if (isOutOfReach(host)) return 'Cannot be reached';
  if (host.state !== 'connected') return 'Connecting…';
  if (!host.catalogue) return 'Asking for its models…';
  return host.models.length === 0 ? 'No models yet' : '';
}
