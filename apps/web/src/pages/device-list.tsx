import { isClientError, type AccountDevice } from '@pantheon/client';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { Icon } from '../components/icon.js';
import { TrustBadge } from '../components/trust-badge.js';
import { useFocusBack } from '../components/use-focus-back.js';
import { useHostCommand } from '../state/host-command.js';
import { useValue } from '../state/observable.js';
import { useServices } from '../state/services.js';

function timeText(at: number): string {
  if (at === 0 || Number.isNaN(new Date(at).getTime())) return '';
  return new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' }).format(at);
}

function wordsOf(error: unknown, otherwise: string): string {
  return isClientError(error) ? `${error.message} ${error.advice}` : otherwise;
}

/** The devices of the account; others than this one can be removed. */
export function DeviceList(): ReactNode {
  const { account, client } = useServices();
  const { state } = useValue(account);
  const command = useHostCommand();
  const [devices, setDevices] = useState<readonly AccountDevice[]>([]);
  const [unread, setUnread] = useState('');
  const [kept, setKept] = useState('');
  const [attempt, setAttempt] = useState(0);
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    let current = true;
    if (state !== 'online') return undefined;
    client.listDevices().then(
      (list) => {
        if (!current) return;
        setUnread('');
        setDevices(list.filter(({ revoked }) => !revoked));
      },
      (error: unknown) => current && setUnread(wordsOf(error, 'The list could not be read.')),
    );
    return () => {
      current = false;
    };
  }, [client, state, attempt]);
  const revoke = async (deviceId: string): Promise<void> => {
    setKept('');
    title.current?.focus({ preventScroll: true }); // the buttons of the device are about to go
    try {
      await client.revokeDevice(deviceId);
      setDevices((all) => all.filter((one) => one.deviceId !== deviceId));
    } catch (error) {
      setKept(wordsOf(error, 'The device could not be removed.'));
    }
  };
  return (
    <section aria-labelledby="devices-title">
      <h2 id="devices-title" ref={title} tabIndex={-1}>
        Devices of the account
      </h2>
      {[unread, kept]
        .filter((failure) => failure !== '')
        .map((failure) => (
          <p key={failure} className="field-error" role="alert">
            {failure}
          </p>
        ))}
      {unread !== '' && state === 'online' && (
        <div className="row">
          <button type="button" className="button small quiet" onClick={() => setAttempt((one) => one + 1)}>
            Read the list again
          </button>
        </div>
      )}
      {state !== 'online' && (
        <p className="hint">The list needs the server, which is out of reach at the moment.</p>
      )}
      <ul className="rows">
        {devices.map((device) => (
          <DeviceEntry key={device.deviceId} device={device} onRevoke={revoke} />
        ))}
      </ul>
      <p className="hint">To add a device, open the link or scan the QR code that “{command}” shows.</p>
    </section>
  );
}

function presence({ self, runsServer, online, lastSeen }: AccountDevice): string {
  if (self) return 'This browser';
  if (runsServer) return 'This server runs on it';
  return online ? 'Online' : `Last seen ${timeText(lastSeen) || 'a while ago'}`;
}

function DeviceEntry(props: {
  readonly device: AccountDevice;
  readonly onRevoke: (deviceId: string) => Promise<void>;
}): ReactNode {
  const { device, onRevoke } = props;
  const { deviceId, name, platform, self, runsServer, trust } = device;
  const [asked, setAsked] = useState(false);
  const { opener, giveBack } = useFocusBack();
  return (
    <li className="entry">
      <Icon name={/android|iphone|ipad/i.test(platform) ? 'phone' : 'computer'} />
      <div className="entry-text">
        <strong>{name}</strong>
        <span>{presence(device)}</span>
        <code>{deviceId}</code>
      </div>
      {!self && <TrustBadge trust={trust} />}
      {!self && !runsServer && !asked && (
        <button ref={opener} type="button" className="button small quiet" onClick={() => setAsked(true)}>
          Remove
        </button>
      )}
      {asked && (
        <div className="row confirm">
          <span>Remove for good?</span>
          <button
            type="button"
            className="button small danger"
            autoFocus
            onClick={() => {
              setAsked(false);
              void onRevoke(deviceId);
            }}
          >
            Remove
          </button>
          <button
            type="button"
            className="button small quiet"
            onClick={() => {
              setAsked(false);
              giveBack();
            }}
          >
            Keep
          </button>
        </div>
      )}
    </li>
  );
}
