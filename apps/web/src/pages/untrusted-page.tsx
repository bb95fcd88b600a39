import type { ClientError } from '@pantheon/client';
import type { ReactNode } from 'react';
import { Icon } from '../components/icon.js';
import { PageHeading } from '../components/page-heading.js';
import { useServices } from '../state/services.js';

/** The server did something a sound one never does: nothing goes on until a person has decided. */
export function UntrustedPage({ error }: { readonly error: ClientError | undefined }): ReactNode {
  const { client, account } = useServices();
  const forget = async (): Promise<void> => {
    await client.forget();
    account.refresh();
  };
  return (
    <main className="centered">
      <section className="panel danger" data-testid="page-untrusted" role="alert">
        <span className="big-warning">
          <Icon name="warning" />
        </span>
        <PageHeading title="This server cannot be trusted" />
        <p className="lead">{error?.message ?? 'It did something a sound server never does.'}</p>
        <p>{error?.advice ?? 'Do not use it.'}</p>
        <p>Nothing was sent to it since. Your chats are still on this device.</p>
        <button type="button" className="button quiet large" onClick={() => void forget()}>
          Forget this pairing
        </button>
      </section>
    </main>
  );
}
