import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import type { Host } from '@pantheon/client';
import { choiceOf, type Choice, type Resolved } from '../state/selection.js';
import { hasKeyboard } from './has-keyboard.js';
import { Icon } from './icon.js';
import { isComposing } from './input-method.js';
import { groupModels, hostNote, modelDetails, type ModelGroup } from './model-list.js';
import { TrustBadge } from './trust-badge.js';

const WAITING = 'Not connected, as there are many others. “Devices and settings” connects to it.';

interface PickerProps {
  readonly hosts: readonly Host[];
  /** Ids of those that are not connected to by themselves. */
  readonly waiting: ReadonlySet<string>;
  readonly resolved: Resolved | undefined;
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
  readonly onChoose: (choice: Choice) => void;
}

function dotClass(host: Host | undefined): string {
  if (host?.state === 'connected') return 'dot live';
  return host?.state === 'connecting' || host?.state === 'reconnecting' ? 'dot busy' : 'dot';
}

/** The model in use, and the list to choose another from. */
export function ModelPicker(props: PickerProps): ReactNode {
  const { resolved, open, onOpen } = props;
  const button = useRef<HTMLButtonElement>(null);
  const close = (): void => {
    onOpen(false);
    button.current?.focus();
  };
  const name = resolved?.choice.modelName ?? 'Choose a model';
  const host = resolved?.choice.hostName;
  return (
    <div className="picker">
      <button
        ref={button}
        type="button"
        className="picker-button"
        data-testid="model-picker"
        aria-haspopup="dialog"
        aria-expanded={open}
        aria-label={host === undefined ? name : `Model: ${name} on ${host}`}
        onClick={() => onOpen(!open)}
      >
        <span className={dotClass(resolved?.host)} aria-hidden="true" />
        <span className="picker-name">{name}</span>
        {host !== undefined && <span className="picker-host">{host}</span>}
        <Icon name="down" />
      </button>
      {open && <PickerPanel {...props} onClose={close} />}
    </div>
  );
}

function PickerPanel(props: PickerProps & { readonly onClose: () => void }): ReactNode {
  const { hosts, waiting, resolved, onChoose, onClose } = props;
  const id = useId();
  const [search, setSearch] = useState('');
  const groups = groupModels(hosts, search);
  const choices = choicesOf(groups);
  const indexOf = (choice: Choice | undefined): number =>
    Math.max(
      choices.findIndex((one) => isSame(one, choice)),
      0,
    );
  // The model, not its place in the list: computers come and go while it is open.
  const [marked, setMarked] = useState(choices[indexOf(resolved?.choice)]);
  const active = indexOf(marked);
  const panel = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!hasKeyboard()) panel.current?.focus({ preventScroll: true });
  }, []);
  useEffect(() => {
    void panel.current?.querySelector('.active')?.scrollIntoView({ block: 'nearest' });
  }, [active]);

  const choose = (choice: Choice | undefined): void => {
    if (choice === undefined) return;
    onChoose(choice);
    onClose();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (isComposing(event)) return;
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0 && choices.length > 0)
      setMarked(choices[(active + step + choices.length) % choices.length]);
    else if (event.key === 'Enter') choose(choices[active]);
    else if (event.key === 'Escape') onClose();
    else if (event.key === 'Tab')
      return onClose(); // the options are reached with the arrows alone
    else return;
    event.preventDefault();
  };
  return (
    <>
      <button type="button" className="backdrop" aria-label="Close" tabIndex={-1} onClick={onClose} />
      <div
        className="picker-panel"
        role="dialog"
        aria-label="Choose a model"
        tabIndex={-1}
        ref={panel}
        onKeyDown={onKeyDown}
      >
        <label className="search">
          <Icon name="search" />
          <input
            autoFocus={hasKeyboard()}
            type="text"
            inputMode="search"
            role="combobox"
            aria-label="Search models"
            aria-expanded="true"
            aria-controls={`${id}-list`}
            aria-activedescendant={choices.length > 0 ? `${id}-${active}` : undefined}
            placeholder="Search models"
            value={search}
            autoComplete="off"
            onChange={(event) => {
              setSearch(event.target.value);
              setMarked(choicesOf(groupModels(hosts, event.target.value))[0]);
            }}
          />
        </label>
        <div className="picker-list" role="listbox" id={`${id}-list`} aria-label="Models">
          {groups.map((group, at) => (
            <PickerGroup
              key={group.host.deviceId}
              group={group}
              waiting={waiting.has(group.host.deviceId)}
              first={groups.slice(0, at).reduce((sum, { models }) => sum + models.length, 0)}
              active={active}
              idPrefix={id}
              chosen={resolved?.choice}
              onChoose={choose}
            />
          ))}
          {groups.length === 0 && (
            <p className="picker-empty">
              {search === '' ? 'No computer has shared models with you yet.' : 'No model fits this search.'}
            </p>
          )}
        </div>
      </div>
    </>
  );
}

function choicesOf(groups: readonly ModelGroup[]): readonly Choice[] {
  return groups.flatMap(({ host, models }) => models.map((model) => choiceOf(host, model)));
}

function isSame(one: Choice, other: Choice | undefined): boolean {
  return one.hostId === other?.hostId && one.modelId === other.modelId;
}

function PickerGroup(props: {
  readonly group: ModelGroup;
  readonly waiting: boolean;
  /** Index of its first model among all. */
  readonly first: number;
  readonly active: number;
  readonly idPrefix: string;
  readonly chosen: Choice | undefined;
  readonly onChoose: (choice: Choice) => void;
}): ReactNode {
  const { group, waiting, first, active, idPrefix, chosen, onChoose } = props;
  const { host, models } = group;
  const note = waiting ? WAITING : hostNote(host);
  const headId = `${idPrefix}-host-${first}-${host.deviceId}`;
  return (
    <div role="group" aria-labelledby={headId} className="picker-group">
      <div className="picker-group-head" id={headId}>
        <span className={dotClass(host)} aria-hidden="true" />
        <span className="picker-group-name">{host.name}</span>
        <TrustBadge trust={host.trust} />
      </div>
      {note !== '' && (
        <p className={host.error?.code === 'key_untrusted' ? 'picker-note tone-danger' : 'picker-note'}>
          {note}
        </p>
      )}
      {models.map((model, at) => {
        const choice = choiceOf(host, model);
        const index = first + at;
        const selected = isSame(choice, chosen);
        return (
          <div
            key={model.id}
            id={`${idPrefix}-${index}`}
            role="option"
            aria-selected={selected}
            className={`picker-option${index === active ? ' active' : ''}${model.stale === true ? ' stale' : ''}`}
            data-testid="model-option"
            data-model={model.id}
            onClick={() => onChoose(choice)}
          >
            <span className="option-name">{model.name}</span>
            <span className="option-details">{modelDetails(model)}</span>
            {selected && <Icon name="check" />}
          </div>
        );
      })}
    </div>
  );
}
