import type { ReactNode } from 'react';
import { Icon } from '../components/icon.js';
import { PageHeading } from '../components/page-heading.js';
import { useServices } from '../state/services.js';

/** In place of a page that cannot be drawn. `onAgain` draws whatever page the address then names. */
export function BrokenPage({ onAgain }: { readonly onAgain: () => void }): ReactNode {
  const { router } = useServices();
  const newChat = (): void => {
    router.go('#/', true);
    onAgain();
  };
  return (
    <main className="centered">
      <section className="panel" data-testid="page-broken" role="alert">
        <span className="big-warning">
          <Icon name="warning" />
        </span>
        <PageHeading title="This page cannot be shown" />
        <p className="lead">Something in the app went wrong. Your chats are still on this device.</p>
        <button type="button" className="button large" onClick={newChat}>
          Go to a new chat
        </button>
        <button type="button" className="button quiet large" onClick={() => location.reload()}>
          Load the page again
        </button>
      </section>
    </main>
  );
}
