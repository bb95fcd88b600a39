import type { DeviceStorage } from './device-storage.js';
import { Observable } from './observable.js';

/** `system` follows the device. */
export type Theme = 'system' | 'light' | 'dark';

const NAME = 'pantheon.theme';

/** The colour theme, remembered on this device and written to the root element for the style sheets. */
export class ThemeSetting extends Observable<Theme> {
  private readonly storage: DeviceStorage;

  constructor(storage: DeviceStorage) {
    const stored = storage.get(NAME);
    super(stored === 'light' || stored === 'dark' ? stored : 'system');
    this.storage = storage;

    this.apply();
  }

  /** Chooses, remembers, applies. */
  choose(theme: Theme): void {
    this.storage.set(NAME, theme);
    this.set(theme);
    this.apply();
  }

  private apply(): void {
    const theme = this.get();
    if (theme === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme;
  }
}
