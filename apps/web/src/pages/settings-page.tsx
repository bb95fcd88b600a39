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

function ThisBrowser(): ReactNode {
  const { account, client, conversations, router } = useServices();
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
  const confirm = (what: 'chats' | 'pairing', text: string, act: () => void): ReactNode =>
    asked === what ? (
      <div className="row confirm">
        <span>{text}</span>
        <button
          type="button"
          className="button small danger"
          autoFocus
          onClick={() => {
            setAsked(undefined);
            heading.current?.focus({ preventScroll: true }); // these buttons go, and what asked for them may be of no more use
            act();
          }}
        >
          Yes
        </button>
        <button
          type="button"
          className="button small quiet"
          onClick={() => {
            setAsked(undefined);
            openers[what].current?.focus({ preventScroll: true });
          }}
        >
          No
        </button>
      </div>
    ) : null;
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
      {confirm('chats', 'Delete all chats for good?', () => conversations.clear())}
      {confirm('pairing', 'It needs a new link to come back. Unpair?', () => void forget())}
      {server !== undefined && server.version !== '' && (
        <p className="hint">Server version {server.version}</p>
      )}
    </section>
  );
}
