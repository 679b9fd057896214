import type { InviteLinks } from '@parley/server';
import { renderUnicodeCompact } from 'uqr';
import { note, print, printJson } from './output.ts';
import { runsWebClient } from './web-url.ts';

/** An invite as link, web link and, on a terminal, QR code. With `json`, `fields` go before the links. */
export function printInvite({ link, web, uses, expiresMs }: InviteLinks, json: boolean, fields: object = {}): void {
  if (!runsWebClient(web)) {
    note(
      'parley: browsers run the web client only with TLS or at localhost: give serve --tls-cert and --tls-key, or --web-url if a proxy has TLS',
    );
  }
  if (json) {
    printJson({ ...fields, url: link, web });
    return;
  }
  const people = uses === 1 ? 'one person' : `${uses} people`;
  print(`An invite, good for ${people} until ${new Date(expiresMs).toISOString().slice(0, 10)}:`);
  print(`  in a terminal:  npx parley join '${link}' NAME`);
  print(`  in a browser:   ${web}`);
  if (process.stdout.isTTY) print(`\n${renderUnicodeCompact(web)}`);
}
