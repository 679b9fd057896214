import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';

const root = resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(resolve(root, file), 'utf8');
const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, { dev?: boolean; license?: string }> };

/** `from 'x'`, `import 'x'`, `import('x')`, `require('x')`: the package, not a path in it. */
function importedPackages(source: string): string[] {
  const specifiers = source.matchAll(/(?:\bfrom|\bimport|\brequire)\s*\(?\s*['"]((?:@[\w.-]+\/)?[\w.-]+)(?:\/[^'"]*)?['"]/g);
  return [...specifiers].map(([, name = '']) => name).filter((name) => !name.startsWith('.'));
}

test('what runs imports no package that is there for developers only', () => {
  const files = globSync(['packages/*/src/**/*.{ts,tsx}', 'packages/*/bin/*'], { cwd: root });
  const imported = new Set(files.flatMap((file) => importedPackages(read(file))));
  assert.ok(imported.has('ts-mls') && imported.has('react'), 'imports are not found any more');
  const wrong = [...imported].filter((name) => packages[`node_modules/${name}`]?.dev === true);
  assert.deepEqual(wrong, []);
});

test('a package under the GPL is there for developers only', () => {
  const underGpl = Object.entries(packages).filter(([, { license = '' }]) => license.includes('GPL'));
  assert.ok(underGpl.some(([name]) => name === 'node_modules/@wireapp/core-crypto'));
  for (const [name, { dev }] of underGpl) assert.equal(dev, true, name);
});
