import { useCallback, useState, type ReactNode } from 'react';
import { ErrorBoundary } from './components/error-boundary.js';
import { Logo } from './components/icon.js';
import { useFocusOnChange } from './components/page-heading.js';
import { Sidebar } from './components/sidebar.js';
import { BrokenPage } from './pages/broken-page.js';
import { ChatPage } from './pages/chat-page.js';
import { PairPage } from './pages/pair-page.js';
import { SettingsPage } from './pages/settings-page.js';
import { UntrustedPage } from './pages/untrusted-page.js';
import { WelcomePage } from './pages/welcome-page.js';
import type { AccountView } from './state/account.js';
import { useValue } from './state/observable.js';
import type { Route } from './state/route.js';
import { useServices } from './state/services.js';

/** The app: a page, or what is shown when it cannot be drawn. */
export function App(): ReactNode {
  const route = useValue(useServices().router);
  return (
    <ErrorBoundary subject={route} instead={(again) => <BrokenPage onAgain={again} />}>
      <Page />
    </ErrorBoundary>
  );
}

/** Which page the address and the state of the account make; undefined while that is not known. */
function pageOf({ page }: Route, { loaded, paired, state }: AccountView) {
  if (!loaded) return undefined;
  if (page === 'pair') return page;
  if (state === 'untrusted' || state === 'revoked') return state;
  return !paired || state === 'unpaired' ? 'welcome' : page;
}

/** The page itself. */
function Page(): ReactNode {
  const { account, router } = useServices();
  const route = useValue(router);
  const view = useValue(account);
  const { error } = view;
  const page = pageOf(route, view);
  useFocusOnChange(page);
  const [menu, setMenu] = useState(false);
  const closeMenu = useCallback(() => setMenu(false), []);
  if (page === undefined) {
    return (
      <main className="centered" aria-busy="true" aria-label="Loading">
        <Logo />
      </main>
    );
  }
  if (route.page === 'pair') return <PairPage key={route.fragment} fragment={route.fragment} />;
  if (page === 'untrusted') return <UntrustedPage error={error} />;
  if (page === 'revoked') return <WelcomePage ended={error ?? 'removed'} />;
  if (page === 'welcome') return <WelcomePage />;
  const openMenu = (): void => setMenu(true);
  return (
    <div className="shell">
      <Sidebar open={menu} onClose={closeMenu} />
      {route.page === 'settings' ? (
        <SettingsPage covered={menu} onMenu={openMenu} />
      ) : (
        <ChatPage conversationId={route.conversation} covered={menu} onMenu={openMenu} />
      )}
    </div>
  );
}
