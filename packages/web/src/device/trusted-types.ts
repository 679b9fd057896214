/** Of Trusted Types so much is used; browsers without them take the plain text. */
interface Policies {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): unknown };
}

const OWN_SCRIPTS = /^\/(assets\/[\w-]+\.js|sw\.js)$/;

/**
 * The only policy there is: script is loaded from files of this page's own build, and nothing ever becomes markup. The server's
 * Content-Security-Policy forbids any other policy by name.
 */
const policy = (globalThis as { trustedTypes?: Policies }).trustedTypes?.createPolicy('parley', { createScriptURL: checkOwn });

export function trustedScriptUrl(url: string): unknown {
  return policy === undefined ? checkOwn(url) : policy.createScriptURL(url);
}

function checkOwn(url: string): string {
  if (!OWN_SCRIPTS.test(url)) throw new TypeError('this is no script of this page');
  return url;
}
