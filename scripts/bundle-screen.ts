/**
 * Bundles the full terminal client (packages/cli/src/chat/screen) into packages/cli/dist: Node cannot run JSX as it is, and one file
 * starts faster than the hundreds that Ink and React are. Runs after each `npm ci`.
 */
import { resolve } from 'node:path';
import { build } from 'rolldown';

const root = resolve(import.meta.dirname, '..');

await build({
  cwd: root,
  platform: 'node',
  input: { screen: 'packages/cli/src/chat/screen/run.tsx' },
  // Ours stay outside: they are loaded already. Ink asks for the other only where React is debugged.
  external: [/^@parley\//, 'react-devtools-core'],
  transform: { define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': 'undefined' } },
  onLog(level, log, defaultHandler) {
    defaultHandler(level === 'warn' ? 'error' : level, log);
  },
  output: { dir: 'packages/cli/dist', format: 'esm', minify: true, cleanDir: true },
});
