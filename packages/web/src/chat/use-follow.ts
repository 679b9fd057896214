import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';

/** So near its end it follows what comes. */
const END_PIXELS = 80;

interface Follow {
  /** It shows the end, and will go on to. */
  readonly isAtEnd: boolean;
  toEnd(): void;
  /** Something else is to be looked at: it stays there, unless that is the end. */
  letGo(): void;
}

/**
 * Keeps what scrolls at its end while it grows, until somebody scrolls up, and again when they are back. Where one was decides, not where one
 * is: many rows may come at once, and be higher than was thought.
 * @param height of what is in it, in pixels
 */
export function useFollow(scroller: RefObject<HTMLElement | null>, height: number): Follow {
  const follows = useRef(true);
  const [isAtEnd, setAtEnd] = useState(true);

  const toEnd = useCallback(() => {
    follows.current = true;
    const element = scroller.current;
    if (element !== null) element.scrollTop = element.scrollHeight;
  }, [scroller]);
  /** What scrolls less than it seemed, or not at all, says nothing of that. */
  const look = useCallback(() => {
    const element = scroller.current;
    if (element !== null && element.scrollHeight - element.clientHeight - element.scrollTop <= END_PIXELS) follows.current = true;
    setAtEnd(follows.current);
  }, [scroller]);
  const letGo = useCallback(() => {
    follows.current = false;
    // When the list has been drawn where it is to be.
    requestAnimationFrame(() => requestAnimationFrame(look));
  }, [look]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever the height is another
  useLayoutEffect(() => {
    if (follows.current) toEnd();
  }, [height, toEnd]);

  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    let before = element.scrollTop;
    const onScroll = (): void => {
      if (element.scrollTop < before) follows.current = false;
      before = element.scrollTop;
      look();
    };
    // The room for it shrinks when more is being written than fits in one line, and when a keyboard comes up.
    const resized = new ResizeObserver(() => {
      if (follows.current) toEnd();
    });
    element.addEventListener('scroll', onScroll, { passive: true });
    resized.observe(element);
    return () => {
      element.removeEventListener('scroll', onScroll);
      resized.disconnect();
    };
  }, [scroller, toEnd, look]);

  return { isAtEnd, toEnd, letGo };
}
