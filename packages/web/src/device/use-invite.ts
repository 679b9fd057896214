import { useSyncExternalStore } from 'react';
import { inviteInAddress } from './invite-link.ts';

/** The invite in the page's address. Whoever follows another link in this tab changes only the part after `#`: nothing is loaded anew. */
export function useInvite(): string | undefined {
  return useSyncExternalStore(subscribe, inviteInAddress);
}

function subscribe(listener: () => void): () => void {
  addEventListener('hashchange', listener);
  return () => removeEventListener('hashchange', listener);
}
