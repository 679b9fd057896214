import { useEffect } from 'react';
import { useNarrow } from '../parts/use-narrow.ts';

/**
 * On a phone the system's own way back leads from the conversation to the list, not out of Parley. Whoever goes to the list by the button
 * leaves one step behind, which the next conversation takes.
 */
export function useBack(isOpen: boolean, close: () => void): void {
  const isNarrow = useNarrow();
  useEffect(() => {
    if (!isOpen || !isNarrow) return;
    if (!isOurStep(history.state)) history.pushState({ isOpen: true }, '');
    addEventListener('popstate', close);
    return () => removeEventListener('popstate', close);
  }, [isOpen, isNarrow, close]);
}

function isOurStep(state: unknown): boolean {
  return typeof state === 'object' && state !== null && 'isOpen' in state;
}
