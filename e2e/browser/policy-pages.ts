import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Does what the web client does, and leaves what came of it in `globalThis.seen`. */
const ALLOWED = `
const policy = trustedTypes.createPolicy('parley', { createScriptURL: (url) => url });
const worker = new Worker(policy.createScriptURL('/assets/worker-1.js'), { type: 'module' });
const inWorker = new Promise((resolve) => { worker.onmessage = ({ data }) => resolve(data); });
const registration = await navigator.serviceWorker.register(policy.createScriptURL('/sw.js'));
globalThis.seen = {
  inWorker: await inWorker,
  webSocket: await (await import('/assets/web-socket-1.js')).open(location.origin.replace('http', 'ws') + '/parley'),
  fetched: (await fetch('/manifest.webmanifest')).status,
  serviceWorker: registration.scope === location.origin + '/',
  styled: getComputedStyle(document.body).display,
  isolated: crossOriginIsolated,
  notifications: Notification.permission,
};
`;

const WORKER = `
import { open } from '/assets/web-socket-1.js';
const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
postMessage({
  webSocket: await open(location.origin.replace('http', 'ws') + '/parley'),
  webAssembly: (await WebAssembly.compile(empty)) instanceof WebAssembly.Module,
});
`;

const WEB_SOCKET = `
export const open = (url) => new Promise((resolve) => {
  const socket = new WebSocket(url, 'parley.1');
  socket.onopen = () => { resolve('open'); socket.close(); };
  socket.onerror = () => resolve('refused');
});
`;

/** Tries what no page of ours may do. The address of a host that is not this one comes after #. */
const FORBIDDEN = `
const elsewhere = location.hash.slice(1);
const attempt = async (run) => { try { return (await run()) ?? 'done'; } catch (error) { return error.name; } };
const image = new Image();
globalThis.seen = {
  evaluated: await attempt(() => eval('1')),
  html: await attempt(() => { document.body.innerHTML = '<b>x</b>'; }),
  otherPolicy: await attempt(() => { trustedTypes.createPolicy('other', {}); }),
  webSocket: await attempt(() => new Promise((resolve, reject) => {
    const socket = new WebSocket(elsewhere.replace('http', 'ws') + '/parley', 'parley.1');
    socket.onopen = () => resolve('open');
    socket.onerror = () => resolve('refused');
  })),
  fetched: await attempt(() => fetch(elsewhere + '/healthz', { mode: 'no-cors' })),
  image: await new Promise((resolve) => {
    image.onload = () => resolve('shown');
    image.onerror = () => resolve('refused');
    image.src = 'data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';
  }),
  withoutHash: globalThis.withoutHash === true,
  inline: globalThis.inline === true,
};
`;

/** Writes two pages that stand in for the web client: one that keeps to its policy, and one that does not. */
export function writePolicyPages(folder: string): void {
  const files = {
    'assets/allowed-1.js': ALLOWED,
    'assets/worker-1.js': WORKER,
    'assets/web-socket-1.js': WEB_SOCKET,
    'assets/forbidden-1.js': FORBIDDEN,
    'assets/without-hash-1.js': 'globalThis.withoutHash = true;',
    'assets/style-1.css': 'body { display: grid }',
    'sw.js': '',
    'manifest.webmanifest': '{ "name": "Parley", "start_url": "/" }',
    'favicon.svg': '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>',
    'index.html': page(`${preload('assets/web-socket-1.js', WEB_SOCKET)}${script('assets/allowed-1.js', ALLOWED)}`),
    'forbidden.html': page(
      `<script>globalThis.inline = true</script><script src="/assets/without-hash-1.js"></script>${script('assets/forbidden-1.js', FORBIDDEN)}`,
    ),
  };
  mkdirSync(join(folder, 'assets'), { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
}

function page(scripts: string): string {
  const links = [
    '<link rel="icon" href="/favicon.svg">',
    '<link rel="manifest" href="/manifest.webmanifest">',
    '<link rel="stylesheet" href="/assets/style-1.css">',
  ];
  return `<!doctype html><html lang="en"><title>Parley</title>${links.join('')}${scripts}<body></body></html>`;
}

function script(path: string, content: string): string {
  return `<script type="module" src="/${path}" integrity="${integrity(content)}"></script>`;
}

/** A module that another one imports has no tag of its own to say its hash: this link does. */
function preload(path: string, content: string): string {
  return `<link rel="modulepreload" href="/${path}" integrity="${integrity(content)}">`;
}

function integrity(content: string): string {
  return `sha384-${createHash('sha384').update(content).digest('base64')}`;
}
