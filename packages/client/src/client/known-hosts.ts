import { asObject, listOf, parseObject, plainText, stringOf } from '../core/json.js';
import { isDeviceId } from '../identity/device-key.js';
import type { Store } from '../store/store.js';
import { ENTRIES } from './installation.js';

const MAX_HOSTS = 64;
const MAX_ENTRY = 64 * 1024;

/** A host as it was last seen. */
export interface KnownHost {
  readonly deviceId: string;
  readonly name: string;
  readonly platform: string;
}

/**
 * The hosts of an account that this browser has seen, so that a page can name them while they are offline. At most 64,
 * the latest ones.
 */
export class KnownHosts {
  private readonly store: Store;
  private readonly account: string;
  private readonly hosts: Map<string, KnownHost>;

  private constructor(store: Store, account: string, hosts: Map<string, KnownHost>) {
    this.store = store;
    this.account = account;
    this.hosts = hosts;
  }

  static async load(store: Store, account: string): Promise<KnownHosts> {
    const object = parseObject((await store.get(ENTRIES.hosts)) ?? '', MAX_ENTRY);
    const hosts = new Map<string, KnownHost>();
    if (object === undefined || stringOf(object, 'account', 512) !== account)
      return new KnownHosts(store, account, hosts);
    for (const entry of listOf(object['hosts'], MAX_HOSTS)) {
      const { deviceId, name, platform } = asObject(entry) ?? {};
      if (!isDeviceId(deviceId)) continue;
      hosts.set(deviceId, { deviceId, name: plainText(name, 64), platform: plainText(platform, 64) });
    }
    return new KnownHosts(store, account, hosts);
  }

  all(): readonly KnownHost[] {
    return [...this.hosts.values()];
  }

  get(deviceId: string): KnownHost | undefined {
    return this.hosts.get(deviceId);
  }

  /** Remembers a host; empty fields do not replace known ones. */
  remember(host: KnownHost): void {
    const { deviceId } = host;
    const before = this.hosts.get(deviceId);
    const name = host.name || (before?.name ?? '');
    const platform = host.platform || (before?.platform ?? '');
    if (before !== undefined && before.name === name && before.platform === platform) return;
    this.hosts.delete(deviceId);
    this.hosts.set(deviceId, { deviceId, name, platform });
    const [oldest] = this.hosts.keys();
    if (this.hosts.size > MAX_HOSTS && oldest !== undefined) this.hosts.delete(oldest);
    this.save();
  }

  forget(deviceId: string): void {
    if (this.hosts.delete(deviceId)) this.save();
  }

  private save(): void {
    void this.store.set(ENTRIES.hosts, JSON.stringify({ account: this.account, hosts: this.all() }));
  }
}
