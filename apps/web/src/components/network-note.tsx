import type { ReactNode } from 'react';
import { useServerMode } from '../state/host-command.js';
import { Icon } from './icon.js';

/** Where this works from, and what is to be said of a page that came over plain http. */
export function NetworkNote(): ReactNode {
  const where = useServerMode();
  return (
    <div className="network-note" data-testid="network-note">
      {where !== undefined && (
        <p>
          <Icon name={where === 'home' ? 'home' : 'globe'} />
          {where === 'home'
            ? 'At home: this page works on this network only.'
            : 'Anywhere: this page works from every network.'}
        </p>
      )}
      {location.protocol === 'http:' && !window.isSecureContext && (
        <p>
          <Icon name="info" />
          This page came over plain http: you trust this network and this server.
        </p>
      )}
    </div>
  );
}
