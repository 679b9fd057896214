import { createHash } from 'node:crypto';
import type { Plugin } from 'vite';

/**
 * Puts the hash of each script and style sheet beside its name in the page (Subresource Integrity), which the server's Integrity-Policy
 * asks of scripts.
 */
export function integrity(): Plugin {
  return {
    name: 'integrity',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        for (const file of Object.values(bundle)) {
          if (file.type !== 'asset' || !file.fileName.endsWith('.html')) continue;
          file.source = String(file.source).replaceAll(
            /(?:src|href)="\/(assets\/[^"]+\.(?:js|css))"/g,
            (attribute, name: string) => {
              const named = bundle[name];
              if (named === undefined) throw new Error(`${file.fileName} names ${name}, which was not built`);
              return `${attribute} integrity="${hashOf(named.type === 'chunk' ? named.code : named.source)}"`;
            },
          );
        }
      },
    },
  };
}

function hashOf(content: string | Uint8Array): string {
  return `sha384-${createHash('sha384').update(content).digest('base64')}`;
}
