import type { ReactNode } from 'react';
import type { Situation, SituationAction } from '../state/situation.js';
import { Icon } from './icon.js';

const LABELS: Readonly<Record<SituationAction, string>> = {
  'retry-server': 'Try now',
  'retry-host': 'Try again',
  'pick-model': 'Choose a model',
  devices: 'Devices and settings',
  'refresh-models': 'Look again',
};

/** A situation as a line above a chat, or as a card in an empty page. */
export function SituationView(props: {
  readonly situation: Situation;
  readonly shape: 'line' | 'card';
  readonly onAction: (action: SituationAction) => void;
}): ReactNode {
  const { situation, shape, onAction } = props;
  const { kind, tone, title, advice, action } = situation;
  const loud = tone === 'danger';
  return (
    <div
      className={`situation ${shape} tone-${tone}`}
      data-testid="state-banner"
      data-state={kind}
      role={loud ? 'alert' : 'status'}
    >
      {tone === 'progress' ? (
        <span className="spinner" aria-hidden="true" />
      ) : (
        <Icon name={tone === 'note' ? 'info' : 'warning'} />
      )}
      <div className="situation-text">
        <strong>{title}</strong> <span>{advice}</span>
      </div>
      {action !== undefined && (
        <button type="button" className="button quiet" onClick={() => onAction(action)}>
          {LABELS[action]}
        </button>
      )}
    </div>
  );
}
