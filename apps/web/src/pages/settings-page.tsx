import { useRef, useState, type ReactNode } from 'react';
import { Icon } from '../components/icon.js';
import { NetworkNote } from '../components/network-note.js';
import { PageHeading } from '../components/page-heading.js';
import { useValue } from '../state/observable.js';
import { useServices } from '../state/services.js';
import type { Theme } from '../state/theme.js';
import { DeviceList } from './device-list.js';
import { HostList } from './host-list.js';

/** Computers, devices, appearance, and what this browser keeps. `covered`: as for the chat page. */
export function SettingsPage(props: { readonly covered: boolean; readonly onMenu: () => void }): ReactNode {
  const { covered, onMenu } = props;
  return (
    <main className="settings-page" data-testid="page-settings" inert={covered}>
      <header className="chat-head">
        <button
          type="button"
          className="icon-button narrow-only"
          aria-label="Open the list of chats"
          aria-controls="sidebar"
          onClick={onMenu}
        >
          <Icon name="menu" />
        </button>
        <PageHeading title="Devices and settings" />
      </header>
      <div className="settings-scroll">
        <div className="settings-inner">
          <HostList />
          <DeviceList />
          <Appearance />
          <ThisBrowser />
          <NetworkNote />
        </div>
      </div>
    </main>
  );
}

const THEMES: readonly (readonly [Theme, string])[] = [
  ['system', 'As the device'],
  ['light', 'Light'],
  ['dark', 'Dark'],
];

function Appearance(): ReactNode {
  const { theme } = useServices();
  const current = useValue(theme);
  return (
    <section aria-labelledby="appearance-title">
      <h2 id="appearance-title">Appearance</h2>
      <div className="segments" role="radiogroup" aria-labelledby="appearance-title">
        {THEMES.map(([value, label]) => (
          <label key={value} className={value === current ? 'segment chosen' : 'segment'}>
            <input
              type="radio"
              name="theme"
              value={value}
              data-testid={`theme-${value}`}
              checked={value === current}
              onChange={() => theme.choose(value)}
            />
            {label}
          </label>
        ))}
      </div>
    </section>
  );
}

/** Asks before something that cannot be undone; the first of the answers has the focus. */
function Confirmation(props: {
  readonly text: string;
  readonly answers: Readonly<Record<string, () => void>>;
  readonly onNo: () => void;
}): ReactNode {
  const { text, answers, onNo } = props;
  return (
    <div className="row wrap confirm">
      <span>{text}</span>
      {Object.entries(answers).map(([label, act], at) => (
        <button key={label} type="button" className="button small danger" autoFocus={at === 0} onClick={act}>
          {label}
        </button>
      ))}
      <button type="button" className="button small quiet" onClick={onNo}>
        No
      </button>
    </div>
  );
}

/** What to say before unpairing, with `count` chats on this device. */
function unpairingText(count: number): string {
  const chats = count === 1 ? 'Your chat stays' : `Your ${count} chats stay`;
  const kept = count === 0 ? '' : `${chats} on this device, and can be read here once it is paired again. `;
  return `It needs a new link to come back. ${kept}Unpair?`;
}

function ThisBrowser(): ReactNode {
  const { account, client, conversations, drafts, edits, router, selection } = useServices();
  const { device, persistent, server } = useValue(account);
  const count = useValue(conversations).length;
  const [asked, setAsked] = useState<'chats' | 'pairing' | undefined>();
  const heading = useRef<HTMLHeadingElement>(null);
  const openers = {
    chats: useRef<HTMLButtonElement>(null),
    pairing: useRef<HTMLButtonElement>(null),
  };
  const forget = async (): Promise<void> => {
    await client.forget();
    account.refresh();
    router.go('#/', true);
  };
  const answer = (act: () => void) => (): void => {
    setAsked(undefined);
    heading.current?.focus({ preventScroll: true }); // these buttons go, and what asked for them may be of no more use
    act();
  };
  const unpair = answer(() => void forget());
  const unpairAndDelete = answer(() => {
    for (const personal of [conversations, drafts, edits, selection]) personal.clear();
    void forget();
  });
  const no = (what: 'chats' | 'pairing') => (): void => {
    setAsked(undefined);
    openers[what].current?.focus({ preventScroll: true });
  };
  return (
    <section aria-labelledby="browser-title">
      <h2 id="browser-title" ref={heading} tabIndex={-1}>
        This browser
      </h2>
      <p className="hint">
        Known to your other devices as “{device?.name ?? 'this browser'}”.{' '}
        {count === 1 ? 'One chat is' : `${count} chats are`} kept here, and nowhere else.
        {!persistent && ' It blocks storage: pairing and chats end with this page.'}
      </p>
      <div className="row wrap">
        <button
          ref={openers.chats}
          type="button"
          className="button small quiet"
          disabled={count === 0}
          onClick={() => setAsked('chats')}
        >
          Delete all chats
        </button>
        <button
          ref={openers.pairing}
          type="button"
          className="button small quiet"
          onClick={() => setAsked('pairing')}
        >
          Unpair this browser
        </button>
      </div>
      {asked === 'chats' && (
        <Confirmation
          text="Delete all chats for good?"
          answers={{ Yes: answer(() => conversations.clear()) }}
          onNo={no('chats')}
        />
      )}
      {asked === 'pairing' && (
        <Confirmation
          text={unpairingText(count)}
          answers={
            count === 0 ? { Yes: unpair } : { Yes: unpair, 'Yes, and delete the chats': unpairAndDelete }
          }
          onNo={no('pairing')}
        />
      )}
      {server !== undefined && server.version !== '' && (
        <p className="hint">Server version {server.version}</p>
      )}
    </section>
  );
}
