import { type FormEvent, type KeyboardEvent, useCallback, useEffect, useRef, useState } from 'react';
import { useStore } from '../app/use-app.ts';
import { closing } from '../bridge/remote.ts';
import { IconButton } from '../parts/button.tsx';
import { isTouch, isTyping, REST } from '../parts/focus.ts';
import { ProblemText } from '../parts/problem-text.tsx';

/**
 * What is being typed is kept at once, but no more often than this, and when the page goes out of sight. Browsers end a page that is
 * closed before anything that is begun then is stored.
 */
const KEEP_EVERY_MS = 200;

interface ComposerProps {
  readonly peer: string;
  /** Told as soon as there is something typed, and when there is nothing any more. */
  onTyping(isTyping: boolean): void;
}

/** Where one writes. What was typed and not sent is there again after going elsewhere, or closing the browser. */
export function Composer({ peer, onTyping }: ComposerProps) {
  const { remote } = useStore();
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<string>();
  const field = useRef<HTMLTextAreaElement>(null);
  const kept = useRef('');
  const keptAt = useRef(Number.NEGATIVE_INFINITY);
  const latest = useRef('');
  latest.current = text;

  const keep = useCallback(() => {
    if (latest.current === kept.current) return;
    kept.current = latest.current;
    keptAt.current = performance.now();
    remote.tell('keepDraft', peer, latest.current);
  }, [remote, peer]);

  useEffect(() => {
    // Not every conversation is opened by hand; and on a phone the keyboard would come up over what one wants to read.
    if (!isTyping() && !isTouch()) field.current?.focus();
    let isHere = true;
    remote.call('draft', peer).then((draft) => {
      if (!isHere) return;
      kept.current = draft;
      // Something may have been typed meanwhile.
      setText((typed) => draft + typed);
    }, closing);
    const hidden = (): void => {
      if (document.visibilityState === 'hidden') keep();
    };
    document.addEventListener('visibilitychange', hidden);
    return () => {
      isHere = false;
      document.removeEventListener('visibilitychange', hidden);
      keep();
      // Where there is nothing to write in, nobody writes.
      onTyping(false);
    };
  }, [remote, peer, keep, onTyping]);

  useEffect(() => {
    onTyping(text !== '');
    const wait = keptAt.current + KEEP_EVERY_MS - performance.now();
    if (wait <= 0) return keep();
    const timer = setTimeout(keep, wait);
    return () => clearTimeout(timer);
  }, [text, keep, onTyping]);

  const send = (event?: FormEvent): void => {
    event?.preventDefault();
    const written = latest.current;
    if (written.trim() === '') return;
    // The field is free at once: whoever types fast has the next one begun before this is stored.
    latest.current = '';
    // The worker lets go of it as soon as the message is stored.
    kept.current = '';
    setText('');
    setProblem(undefined);
    field.current?.focus();
    remote.call('send', peer, written).catch((error: unknown) => {
      setProblem(error instanceof Error ? error.message : String(error));
      // Nothing that was typed is lost: it stands before what was typed since, here or when one comes back.
      if (field.current === null) remote.tell('keepDraft', peer, written);
      else setText((since) => (since === '' ? written : `${written}\n${since}`));
    });
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    // While a character is being composed, Enter is the input method's.
    if (event.key !== 'Enter' || event.shiftKey || event.altKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };

  return (
    <form className="composer" onSubmit={send}>
      <ProblemText text={problem} />
      <div className="composer-row">
        <textarea
          {...REST}
          ref={field}
          aria-label="Message"
          placeholder={`Write to ${peer}`}
          rows={1}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKeyDown}
          enterKeyHint="send"
          dir="auto"
        />
        <IconButton icon="send" label="Send" type="submit" disabled={text.trim() === ''} />
      </div>
    </form>
  );
}
