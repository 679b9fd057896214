import { useEffect } from 'react';

/** Where list and conversation do not stand side by side (the style sheet has the same width). */
const NARROW = '(max-width: 719px)';

/** On a phone the system's own way back leads from the conversation to the list, not out of Parley. */
export function useBack(isOpen: boolean, close: () => void): void {
  useEffect(() => {
    if (!isOpen || !matchMedia(NARROW).matches) return;
    history.pushState({ isOpen }, '');
    let wentBack = false;
    const onPop = (): void => {
      wentBack = true;
      close();
    };
    addEventListener('popstate', onPop);
    return () => {
      removeEventListener('popstate', onPop);
      if (!wentBack) history.back();
    };
  }, [isOpen, close]);
}
