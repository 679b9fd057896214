import { trustedScriptUrl } from './trusted-types.ts';

/** The page's own files are kept in the browser, so that it opens off line; the service worker does it. */
export function keepForOffline(): void {
  if (!('serviceWorker' in navigator)) return;
  const register = (): void => {
    // Some browsers refuse it in private windows: then there is no Parley without a connection, and nothing else is missing.
    navigator.serviceWorker.register(trustedScriptUrl('/sw.js') as string).catch(() => {});
  };
  // What the page itself needs comes first.
  if (document.readyState === 'complete') register();
  else addEventListener('load', register);
}
