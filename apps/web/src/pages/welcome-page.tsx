import type { ClientError } from '@pantheon/client';
import { useState, type ReactNode } from 'react';
import { Logo } from '../components/icon.js';
import { NetworkNote } from '../components/network-note.js';
import { PageHeading } from '../components/page-heading.js';
import { firstHostCommand, hostCommand, useServerMode } from '../state/host-command.js';
import { useValue } from '../state/observable.js';
import { useServices } from '../state/services.js';

const BEGINNING = {
  title: 'Your models, on every device',
  lead: 'Pantheon lets you talk to the language models that run on your own computer. First, pair this browser with it.',
};
const REMOVED = {
  title: 'This device was removed',
  lead: 'Another device of the account removed this browser. Your chats are still here. Pair again to go on.',
};

function wordsOf(ended: ClientError | 'removed' | undefined): typeof BEGINNING {
  if (ended === undefined) return BEGINNING;
  if (ended === 'removed' || ended.code === 'device_revoked') return REMOVED;
  const { message, advice } = ended;
  return { title: 'This browser is signed out', lead: `${message} ${advice} Your chats are still here.` };
}

/** Opened without a pairing: what this is, and how to begin. `ended`: there was one, and why it is no longer worth anything. */
export function WelcomePage({ ended }: { readonly ended?: ClientError | 'removed' }): ReactNode {
  const mode = useServerMode();
  const { server } = useServices();
  const { pairing, wayIn } = useValue(server);
  // Where there was a pairing the account has a computer, which is let in as it was before.
  const [command, given] = ended === undefined ? firstHostCommand(mode, wayIn) : [hostCommand(mode), ''];
  if (!pairing) return <NoPairing />;
  const { title, lead } = wordsOf(ended);
  return (
    <main className="centered">
      <section className="panel" data-testid={ended === undefined ? 'page-welcome' : 'page-revoked'}>
        <Logo />
        <PageHeading title={title} />
        <p className="lead">{lead}</p>
        <ol className="steps">
          <li>
            On the computer that runs your models, start <code>{command}</code>
            {given}.
          </li>
          <li>Scan the QR code it shows with this device, or open its link here.</li>
          <li>Give this device a name. Done.</li>
        </ol>
        <PasteLink />
        <NetworkNote />
      </section>
    </main>
  );
}

/** Of a server that keeps no devices: there is nothing a browser could be paired with, so nobody is told to. */
function NoPairing(): ReactNode {
  return (
    <main className="centered">
      <section className="panel" data-testid="page-no-pairing">
        <Logo />
        <PageHeading title="This server keeps no devices" />
        <p className="lead">
          Browsers cannot be paired here. Open the app that signs you in to this server, or ask who runs it
          for its address.
        </p>
        <p>
          To use your own models without it, start <code>{hostCommand('home')}</code> on the computer that
          runs them, and open the link it shows.
        </p>
      </section>
    </main>
  );
}

/** Whether a link belongs to the page of another server. */
function isElsewhere(link: string): boolean {
  try {
    const { origin, protocol } = new URL(link);
    return (protocol === 'http:' || protocol === 'https:') && origin !== location.origin;
  } catch {
    return false; // only the part from the # on
  }
}

/** For those who have the link as text. */
function PasteLink(): ReactNode {
  const { router } = useServices();
  const [text, setText] = useState('');
  const [wrong, setWrong] = useState(false);
  const open = (): void => {
    const link = text.trim();
    const at = link.indexOf('#pair=');
    setWrong(at < 0);
    if (at < 0) return;
    if (isElsewhere(link)) location.assign(link);
    else router.go(link.slice(at), true);
  };
  return (
    <form
      className="paste"
      onSubmit={(event) => {
        event.preventDefault();
        open();
      }}
    >
      <label htmlFor="paste-link">Or paste the link</label>
      <div className="row">
        <input
          id="paste-link"
          data-testid="paste-link"
          type="text"
          inputMode="url"
          autoComplete="off"
          spellCheck={false}
          placeholder="http://…/#pair=…"
          value={text}
          onChange={(event) => setText(event.target.value)}
          aria-describedby={wrong ? 'paste-wrong' : undefined}
          aria-invalid={wrong}
        />
        <button type="submit" className="button quiet" disabled={text.trim() === ''}>
          Open
        </button>
      </div>
      {wrong && (
        <p className="field-error" id="paste-wrong" role="alert">
          This is not a pairing link: it must contain <code>#pair=</code>. Copy the whole line.
        </p>
      )}
    </form>
  );
}
