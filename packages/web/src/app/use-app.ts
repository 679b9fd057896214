import { createContext, useContext, useSyncExternalStore } from 'react';
import type { AppState, Store } from './store.ts';

export const StoreContext = createContext<Store | undefined>(undefined);

export function useStore(): Store {
  const store = useContext(StoreContext);
  if (store === undefined) throw new Error('there is no store around this');
  return store;
}

export function useAppState(): AppState {
  const { subscribe, getState } = useStore();
  return useSyncExternalStore(subscribe, getState);
}
