import { type ReactNode, useId, useLayoutEffect, useRef } from 'react';
import { IconButton } from './button.tsx';
import { restFocus } from './focus.ts';

interface DialogProps {
  readonly title: string;
  onClose(): void;
  readonly children: ReactNode;
  readonly className?: string;
}

/** A modal of the browser's own: it keeps the focus in, closes by Esc, and gives the focus back. What is `data-first` has it at first. */
export function Dialog({ title, onClose, children, className = '' }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  // Before it is out of the page: once it is, it gives nothing back.
  useLayoutEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    dialog?.querySelector<HTMLElement>('[data-first]')?.focus();
    return () => {
      dialog?.close();
      // What had the focus before may go at the same time.
      queueMicrotask(restFocus);
    };
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: with keys it is closed by Esc, as every dialog is
    <dialog
      ref={ref}
      className={`dialog ${className}`}
      aria-labelledby={titleId}
      onClose={onClose}
      onClick={(event) => event.target === ref.current && onClose()}
    >
      <header>
        <h2 id={titleId}>{title}</h2>
        <IconButton icon="close" label="Close" onClick={onClose} />
      </header>
      <div className="dialog-body">{children}</div>
    </dialog>
  );
}
