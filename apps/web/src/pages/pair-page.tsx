import { isClientError } from '@pantheon/client';
import { useState, type ReactNode } from 'react';
import { Icon, Logo } from '../components/icon.js';
import { NetworkNote } from '../components/network-note.js';
import { PageHeading } from '../components/page-heading.js';
import { useValue } from '../state/observable.js';
import { useServices } from '../state/services.js';

interface PairFailure {
  readonly code: string;
  readonly message: string;
  readonly advice: string;
}

/** After these a second try with the same link makes no sense. */
const FINAL = new Set([
  'pairing_link_invalid',
  'pairing_code_unknown',
  'pairing_busy',
  'pairing_refused',
  'pairing_mac_mismatch',
]);

function failureFrom(error: unknown): PairFailure {
  if (isClientError(error)) return { code: error.code, message: error.message, advice: error.advice };
  return { code: 'unexpected', message: 'Pairing did not work.', advice: 'Open the link again.' };
}

/** Opened by a pairing link: asks for a name, and pairs. */
export function PairPage({ fragment }: { readonly fragment: string }): ReactNode {
  const { client, account, router } = useServices();
  const { device, paired, state } = useValue(account);
  const [name, setName] = useState<string | undefined>();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<PairFailure | undefined>();
  const shown = name ?? device?.name ?? '';
  const known = paired && state !== 'revoked';

  const pair = async (): Promise<void> => {
    setBusy(true);
    setFailure(undefined);
    try {
      await client.pair(fragment, { name: shown.trim() });
      account.refresh();
      router.go('#/', true);
    } catch (error) {
      setFailure(failureFrom(error));
      setBusy(false);
    }
  };
  const final = failure !== undefined && FINAL.has(failure.code);
  return (
    <main className="centered">
      <section className="panel" data-testid="page-pair">
        <Logo />
        <PageHeading title="Pair this device" />
        <p className="lead">
          It will be able to use the models of the computer that showed you this link. Your messages go
          straight there.
        </p>
        {known && !final && (
          <p className="aside">
            This browser is paired already. Pairing again replaces that; your chats stay.
          </p>
        )}
        {failure !== undefined && <PairFailureView failure={failure} />}
        {!final && (
          <form
            className="pair-form"
            onSubmit={(event) => {
              event.preventDefault();
              if (!busy) void pair();
            }}
          >
            <label htmlFor="device-name">Name of this device</label>
            <input
              id="device-name"
              data-testid="device-name"
              type="text"
              maxLength={32}
              autoComplete="off"
              value={shown}
              disabled={busy}
              onChange={(event) => setName(event.target.value)}
            />
            <button
              type="submit"
              className="button large"
              data-testid="pair-button"
              disabled={busy}
              aria-busy={busy}
            >
              {busy && <span className="spinner" aria-hidden="true" />}
              {busy ? 'Pairing…' : failure === undefined ? 'Pair' : 'Try again'}
            </button>
          </form>
        )}
        {(final || known) && (
          <button type="button" className="button quiet large" onClick={() => router.go('#/', true)}>
            {known ? 'Back to my chats' : 'How to get a new link'}
          </button>
        )}
        <NetworkNote />
      </section>
    </main>
  );
}

function PairFailureView({ failure }: { readonly failure: PairFailure }): ReactNode {
  const loud = failure.code === 'pairing_mac_mismatch';
  return (
    <div
      className={`failure ${loud ? 'tone-danger' : 'tone-warning'}`}
      role="alert"
      data-testid="pair-error"
      data-code={failure.code}
    >
      <Icon name="warning" />
      <div>
        <strong>{failure.message}</strong> <span>{failure.advice}</span>
      </div>
    </div>
  );
}
