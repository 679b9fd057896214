import { isBuiltin } from 'node:module';
import type { Plugin } from 'vite';

/** They ask for Node's `crypto` where there is no WebCrypto, which a browser has. */
const HAVE_A_WAY_WITHOUT = /node_modules\/(@hpke\/common|mlkem)\//;
const NOTHING = '\0nothing';

/** Node's modules do not exist in browsers: names who wanted one. */
export function withoutNode(): Plugin {
  return {
    name: 'without-node',
    enforce: 'pre',
    resolveId(source, importer = '') {
      if (!isBuiltin(source)) return null;
      if (HAVE_A_WAY_WITHOUT.test(importer)) return NOTHING;
      throw new Error(`${importer} imports ${source}, which no browser has`);
    },
    load: (id) => (id === NOTHING ? 'export default undefined' : null),
  };
}
