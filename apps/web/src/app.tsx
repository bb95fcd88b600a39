import { useCallback, useState, type ReactNode } from 'react';
import { ErrorBoundary } from './components/error-boundary.js';
import { Logo } from './components/icon.js';
import { Sidebar } from './components/sidebar.js';
import { BrokenPage } from './pages/broken-page.js';
import { ChatPage } from './pages/chat-page.js';
import { PairPage } from './pages/pair-page.js';
import { SettingsPage } from './pages/settings-page.js';
import { UntrustedPage } from './pages/untrusted-page.js';
import { WelcomePage } from './pages/welcome-page.js';
import { useValue } from './state/observable.js';
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

/** Chooses the page by address and state of the account. */
function Page(): ReactNode {
  const { account, router } = useServices();
  const route = useValue(router);
  const { loaded, paired, state, error } = useValue(account);
  const [menu, setMenu] = useState(false);
  const closeMenu = useCallback(() => setMenu(false), []);
  if (!loaded) {
    return (
      <main className="centered" aria-busy="true" aria-label="Loading">
        <Logo />
      </main>
    );
  }
  if (route.page === 'pair') return <PairPage key={route.fragment} fragment={route.fragment} />;
  if (state === 'untrusted') return <UntrustedPage error={error} />;
  if (state === 'revoked') return <WelcomePage ended={error ?? 'removed'} />;
  if (!paired || state === 'unpaired') return <WelcomePage />;
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
