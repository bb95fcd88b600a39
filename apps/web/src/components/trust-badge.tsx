import type { Trust } from '@pantheon/client';
import type { ReactNode } from 'react';
import { Icon } from './icon.js';

const TEXTS: Readonly<Record<Trust, readonly [label: string, explanation: string]>> = {
  pinned: ['Verified', 'You paired with this computer; it has proven its key.'],
  vouched: ['Verified', 'A device you paired with vouches for the key of this computer.'],
  'first-sight': [
    'Seen first',
    'Its key was taken as the server said when it was first seen. Nobody has verified it.',
  ],
  unknown: ['Not verified', 'It has not proven any key yet.'],
};

/** How the key of a computer is known. */
export function TrustBadge({ trust }: { readonly trust: Trust }): ReactNode {
  const [label, explanation] = TEXTS[trust];
  const verified = trust === 'pinned' || trust === 'vouched';
  return (
    <span className={`badge trust-${trust}`} title={explanation}>
      <Icon name={verified ? 'shield' : 'eye'} />
      {label}
    </span>
  );
}
