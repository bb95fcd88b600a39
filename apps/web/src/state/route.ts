import { Observable } from './observable.js';

/** What the page shows, as the address bar says behind `#`. */
export type Route =
  | { readonly page: 'chat'; readonly conversation: string | undefined }
  | { readonly page: 'settings' }
  | { readonly page: 'pair'; readonly fragment: string };

/** Reads the fragment of an address. Pure. */
export function parseRoute(hash: string): Route {
  if (hash.startsWith('#pair=')) return { page: 'pair', fragment: hash };
  if (hash === '#/settings') return { page: 'settings' };
  const conversation = /^#\/c\/([\w-]{1,64})$/.exec(hash)?.[1];
  return { page: 'chat', conversation };
}

/** The route of the page; the back button of the browser goes through it. */
export class Router extends Observable<Route> {
  constructor() {
    super(parseRoute(location.hash));
    addEventListener('hashchange', () => this.set(parseRoute(location.hash)));
  }

  /** Goes to an address such as `#/settings`. `replace`: the present one is not to come back. */
  go(hash: string, replace = false): void {
    if (replace) {
      // A pairing secret must not stay in the history.
      history.replaceState(null, '', `${location.pathname}${location.search}${hash}`);
      this.set(parseRoute(hash));
    } else if (location.hash !== hash) {
      location.hash = hash;
    }
  }
}
