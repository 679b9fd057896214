/** What a page of the web client may do: load what this server has, and nothing else. No inline script or style, no eval. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'", // argon2id is WebAssembly
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'self'", // the WebSocket of the same host and port too (CSP 3, section 6.7.2.8)
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types parley',
].join('; ');

/**
 * What no page of ours uses, of what browsers know everywhere: an unknown name is an error in the console. Notifications have no such
 * switch; writing to the clipboard stays.
 */
const SWITCHED_OFF = [
  'accelerometer',
  'autoplay',
  'camera',
  'clipboard-read',
  'display-capture',
  'encrypted-media',
  'fullscreen',
  'gamepad',
  'geolocation',
  'gyroscope',
  'hid',
  'idle-detection',
  'local-fonts',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'picture-in-picture',
  'publickey-credentials-get',
  'screen-wake-lock',
  'serial',
  'sync-xhr',
  'usb',
  'window-management',
  'xr-spatial-tracking',
];

/** Of every file: workers have the policy that came with their own script. */
const ALWAYS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'permissions-policy': SWITCHED_OFF.map((feature) => `${feature}=()`).join(', '),
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
};

/** Scripts run only where the page says what their hash is. */
const OF_PAGES = { 'integrity-policy': 'blocked-destinations=(script)' };

/** Files in here have a hash of their content in their names: what is behind a name never changes. */
const HASHED = '/assets/';

/** The headers of a file of the web client, whatever form of it is sent. */
export function webHeaders(path: string): Readonly<Record<string, string>> {
  return {
    ...ALWAYS,
    ...(path.endsWith('.html') ? OF_PAGES : {}),
    'cache-control': path.startsWith(HASHED) ? 'public, max-age=31536000, immutable' : 'no-cache',
  };
}

/** Of every answer over TLS: a year without a word in the clear. */
export const HSTS = ['strict-transport-security', 'max-age=31536000'] as const;
