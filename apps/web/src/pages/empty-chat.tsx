import type { ReactNode } from 'react';
import { Logo } from '../components/icon.js';
import { NetworkNote } from '../components/network-note.js';
import { SituationView } from '../components/situation-view.js';
import { TrustBadge } from '../components/trust-badge.js';
import type { Resolved } from '../state/selection.js';
import { canAsk, type Situation, type SituationAction } from '../state/situation.js';

const SUGGESTIONS = [
  'Explain how a suspension bridge stands',
  'Write a friendly reminder for an overdue invoice',
  'Plan three simple dinners for this week',
] as const;

const ROUTES = {
  lan: 'within your network',
  direct: 'directly over the internet',
  relay: 'through a relay, encrypted',
} as const;

function headline(situation: Situation | undefined, ready: boolean): string {
  if (ready) return 'What is on your mind?';
  if (situation?.tone === 'danger') return 'Something is wrong';
  return situation?.tone === 'progress' ? 'One moment' : 'Almost there';
}

/** The page before the first message of a chat. */
export function EmptyChat(props: {
  readonly situation: Situation | undefined;
  readonly resolved: Resolved | undefined;
  readonly onAction: (action: SituationAction) => void;
  readonly onSuggest: (text: string) => void;
}): ReactNode {
  const { situation, resolved, onAction, onSuggest } = props;
  const ready = resolved !== undefined && canAsk(situation);
  const host = resolved?.host;
  return (
    <div className="empty-chat" data-testid="empty-chat">
      <div className="empty-inner">
        <Logo />
        <h1 tabIndex={-1}>{headline(situation, ready)}</h1>
        {situation !== undefined && <SituationView situation={situation} shape="card" onAction={onAction} />}
        {ready && (
          <>
            <p className="lead">
              {resolved.choice.modelName} on {resolved.choice.hostName}
              {host?.route === undefined ? '' : `, reached ${ROUTES[host.route]}`}
              {host !== undefined && <TrustBadge trust={host.trust} />}
            </p>
            <ul className="suggestions">
              {SUGGESTIONS.map((text) => (
                <li key={text}>
                  <button type="button" onClick={() => onSuggest(text)}>
                    {text}
                  </button>
                </li>
              ))}
            </ul>
          </>
        )}
        <NetworkNote />
      </div>
    </div>
  );
}
