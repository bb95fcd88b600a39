import type { Host } from '@pantheon/client';
import type { ReactNode } from 'react';
import { Icon } from '../components/icon.js';
import { hostNote } from '../components/model-list.js';
import { TrustBadge } from '../components/trust-badge.js';
import { useHostCommand } from '../state/host-command.js';
import { useValue } from '../state/observable.js';
import { canChat } from '../state/selection.js';
import { useServices } from '../state/services.js';
import { isOutOfReach } from '../state/situation.js';

const ROUTES = { lan: 'in your network', direct: 'direct', relay: 'through a relay' } as const;

function stateText(host: Host, waiting: boolean): string {
  if (waiting) return 'Not connected';
  const note = hostNote(host);
  if (note !== '') return note;
  const count = host.models.filter(canChat).length;
  const parts = [`${count} ${count === 1 ? 'model' : 'models'}`];
  if (host.route !== undefined) parts.push(ROUTES[host.route]);
  if (host.rtt !== undefined) parts.push(`${host.rtt < 1 ? '< 1' : Math.round(host.rtt)} ms`);
  return parts.join(' · ');
}

/** The computers that share models, with how they are reached. */
export function HostList(): ReactNode {
  const { account } = useServices();
  const { hosts, waiting } = useValue(account);
  const command = useHostCommand();
  return (
    <section aria-labelledby="hosts-title">
      <h2 id="hosts-title">Computers with models</h2>
      {hosts.length === 0 && (
        <p className="hint">None yet. Start “{command}” on a computer that runs models.</p>
      )}
      <ul className="rows">
        {hosts.map((host) => (
          <li key={host.deviceId} className="entry">
            <Icon name="computer" />
            <div className="entry-text">
              <strong>{host.name}</strong>
              <span className={host.error?.code === 'key_untrusted' ? 'tone-danger' : undefined}>
                {stateText(host, waiting.has(host.deviceId))}
              </span>
              {host.state === 'connected' &&
                host.engines
                  .filter(({ online }) => !online)
                  .map(({ name }) => <span key={name}>{name} is not running there.</span>)}
              {host.error !== undefined && isOutOfReach(host) && <span>{host.error.advice}</span>}
            </div>
            <TrustBadge trust={host.trust} />
            {isOutOfReach(host) && host.error?.code !== 'key_untrusted' && (
              <button
                type="button"
                className="button small quiet"
                onClick={() => account.retry(host.deviceId)}
              >
                Try again
              </button>
            )}
            {waiting.has(host.deviceId) && (
              <button
                type="button"
                className="button small quiet"
                onClick={() => account.retry(host.deviceId)}
              >
                Connect
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
