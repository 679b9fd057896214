import { useSyncExternalStore } from 'react';

/** As in the style sheet: there is room for the list or for a conversation, and not for both. */
const narrow = matchMedia('(max-width: 719px)');

export function useNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => narrow.matches);
}

function subscribe(listener: () => void): () => void {
  narrow.addEventListener('change', listener);
  return () => narrow.removeEventListener('change', listener);
}
