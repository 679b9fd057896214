import type { ChatState } from '@parley/client';
import { type KeyboardEvent, useMemo, useState } from 'react';
import { useStore } from '../app/use-app.ts';
import { Dialog } from '../parts/dialog.tsx';
import { type Action, type PaletteItem, paletteItems } from './palette-items.ts';

interface PaletteProps {
  readonly chat: ChatState;
  onAction(action: Action): void;
  onClose(): void;
}

/** Goes anywhere by a few letters (the combobox pattern of ARIA, with a list that is always open). */
export function Palette({ chat, onAction, onClose }: PaletteProps) {
  const { remote } = useStore();
  const [query, setQuery] = useState('');
  const [active, setActive] = useState(0);
  const items = useMemo(() => paletteItems(chat, query), [chat, query]);
  const selected = Math.min(active, items.length - 1);

  const choose = (item: PaletteItem | undefined): void => {
    if (item === undefined) return;
    onClose();
    if (item.kind === 'action') onAction(item.key as Action);
    else remote.tell(item.kind === 'conversation' ? 'open' : 'request', item.key);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) setActive((selected + step + items.length) % Math.max(1, items.length));
    else if (event.key === 'Enter' && !event.nativeEvent.isComposing) choose(items[selected]);
    else return;
    event.preventDefault();
  };

  return (
    <Dialog title="Go to" onClose={onClose} className="palette">
      <input
        role="combobox"
        aria-label="Name or command"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={items.length === 0 ? undefined : `palette-${selected}`}
        aria-autocomplete="list"
        data-first
        autoComplete="off"
        spellCheck={false}
        value={query}
        onChange={(event) => {
          setQuery(event.target.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div role="listbox" id="palette-list" aria-label="Places" tabIndex={-1}>
        {items.map((item, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys go to the field, which has the focus
          <div
            key={`${item.kind} ${item.key}`}
            id={`palette-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === selected}
            ref={index === selected ? intoSight : undefined}
            onClick={() => choose(item)}
          >
            <span>{item.text}</span>
            <span className="kind">{KINDS[item.kind]}</span>
          </div>
        ))}
      </div>
      {items.length === 0 && <p className="hint">Nothing of that name.</p>}
    </Dialog>
  );
}

const KINDS = { conversation: 'conversation', person: 'ask to talk', action: '' } as const;

function intoSight(element: HTMLElement | null): void {
  element?.scrollIntoView({ block: 'nearest' });
}
