import { FILES, VERSION } from './files.ts';

const scope = globalThis as unknown as ServiceWorkerGlobalScope;
const PREFIX = 'parley-files-';
const CACHE = PREFIX + VERSION;
const PAGE = '/';
/** A network that takes longer is as good as none, where the page is here already. */
const NETWORK_WAIT_MS = 4_000;

/** All files of this build or none: a page never runs with half of another's. */
scope.addEventListener('install', (event) => {
  event.waitUntil(
    caches.open(CACHE).then(async (cache) => {
      await cache.addAll(FILES.map((file) => new Request(file, { cache: 'no-cache' })));
      await scope.skipWaiting();
    }),
  );
});

scope.addEventListener('activate', (event) => {
  event.waitUntil(
    caches.keys().then(async (names) => {
      // The files of the build before are still asked for by pages that are open.
      const old = names.filter((name) => name.startsWith(PREFIX) && name !== CACHE).slice(0, -1);
      await Promise.all(old.map((name) => caches.delete(name)));
      await scope.clients.claim();
    }),
  );
});

scope.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== scope.location.origin) return;
  if (request.mode === 'navigate' && url.pathname === PAGE) event.respondWith(newestPage());
  else if (FILES.includes(url.pathname) || url.pathname.startsWith('/assets/')) event.respondWith(keptOrNew(request));
});

scope.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(
    scope.clients.matchAll({ type: 'window' }).then(async ([open]) => {
      await (open === undefined ? scope.clients.openWindow(PAGE) : open.focus());
    }),
  );
});

/** From the server, so that a new build is used at once; what is kept, where the server cannot be reached. */
async function newestPage(): Promise<Response> {
  const kept = await caches.match(PAGE, { cacheName: CACHE });
  const signal = kept === undefined ? null : AbortSignal.timeout(NETWORK_WAIT_MS);
  try {
    const response = await fetch(PAGE, { signal, cache: 'no-cache' });
    return response.ok || kept === undefined ? response : kept;
  } catch (error) {
    if (kept === undefined) throw error;
    return kept;
  }
}

/** What is behind the name of a file that has a hash in it never changes; the others are those of this build. */
async function keptOrNew(request: Request): Promise<Response> {
  const own = await caches.match(request, { cacheName: CACHE, ignoreVary: true });
  return own ?? (await caches.match(request, { ignoreVary: true })) ?? fetch(request);
}
