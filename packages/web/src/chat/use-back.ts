import { useEffect } from 'react';
import { isNarrow } from '../parts/use-narrow.ts';

/** On a phone the system's own way back leads from the conversation to the list, not out of Parley. */
export function useBack(isOpen: boolean, close: () => void): void {
  useEffect(() => {
    if (!isOpen || !isNarrow()) return;
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
