import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';

const root = resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(resolve(root, file), 'utf8');

interface Locked {
  readonly version: string;
  readonly license?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly hasInstallScript?: boolean;
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}

const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, Locked> };
/** By path below the repository; without the packages of the repository itself. */
const foreign = Object.entries(packages).filter(([path, { link }]) => path.includes('node_modules/') && link !== true);
const nameOf = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

const PERMISSIVE = /^\(?(MIT|ISC|0BSD|BSD-3-Clause|Apache-2\.0|CC0-1\.0)( (AND|OR) (MIT|BSD-3-Clause|Apache-2\.0|CC0-1\.0))*\)?$/;
/** Copyleft, which nothing that runs may be under: what tests and builds alone. */
const COPYLEFT: Readonly<Record<string, string>> = {
  '@wireapp/core-crypto': 'GPL-3.0',
  'axe-core': 'MPL-2.0',
  '@axe-core/playwright': 'MPL-2.0',
  lightningcss: 'MPL-2.0',
};

test('every package has an exact version and a SHA-512', () => {
  assert.ok(foreign.length > 100);
  for (const [path, { version, integrity }] of foreign) {
    assert.match(version, /^\d+\.\d+\.\d+(-[\w.]+)?$/, path);
    assert.match(integrity ?? '', /^sha512-[A-Za-z0-9+/]{86}==$/, path);
  }
  const own = Object.entries(packages).filter(([path]) => path === '' || path.startsWith('packages/'));
  for (const [path, { dependencies, devDependencies, optionalDependencies }] of own) {
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies })) {
      if (!name.startsWith('@parley/')) assert.match(version, /^\d+\.\d+\.\d+$/, `${name} in ${path || 'package.json'}`);
    }
  }
});

test('the lockfile names no registry, and no package has an install script', () => {
  for (const [path, { resolved, link, hasInstallScript }] of Object.entries(packages)) {
    assert.ok(resolved === undefined || link === true, `${path}: ${resolved}`);
    assert.ok(hasInstallScript !== true, `${path} has an install script`);
  }
});

test('licences are permissive, but for what tests or builds', () => {
  for (const [path, { license = 'none' }] of foreign) {
    if (PERMISSIVE.test(license)) continue;
    const name = nameOf(path);
    const base = name.startsWith('lightningcss-') ? 'lightningcss' : name;
    assert.equal(license, COPYLEFT[base], path);
  }
});

test('docs/supply-chain.md says of each direct dependency, at the version in use, what is known against it', () => {
  const rows = [...read('docs/supply-chain.md').matchAll(/^\| ([@a-z][^ |]*) \| (\d[^ |]*) \| (.+) \|$/gm)];
  const listed = rows.map(([, name, version]) => `${name} ${version}`);
  const own = Object.entries(packages).filter(([path]) => path === '' || path.startsWith('packages/'));
  const direct = own.flatMap(([, { dependencies, devDependencies, optionalDependencies }]) =>
    Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies })
      .filter(([name]) => !name.startsWith('@parley/'))
      .map(([name, version]) => `${name} ${version}`),
  );
  assert.deepEqual(listed.sort(), [...new Set(direct)].sort());
});

test('the SBOM lists every package of the lockfile with version, licence and hash', () => {
  const npm = ['run', '--silent', 'sbom', '--', '--package-lock-only'];
  const bom = JSON.parse(execFileSync('npm', npm, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1_024 * 1_024 })) as {
    components: { name: string; version: string; licenses?: unknown[]; hashes?: { alg: string }[] }[];
  };
  const parts = new Map(bom.components.map((part) => [`${part.name} ${part.version}`, part]));
  for (const [path, { version }] of foreign) {
    const part = parts.get(`${nameOf(path)} ${version}`) ?? assert.fail(`${path} is missing`);
    assert.ok((part.licenses?.length ?? 0) > 0, `${path} has no licence`);
    assert.ok(
      part.hashes?.some(({ alg }) => alg === 'SHA-512'),
      `${path} has no hash`,
    );
  }
});

/** `from 'x'`, `import 'x'`, `import('x')`, `require('x')`: the package, not a path in it. */
function importedPackages(source: string): string[] {
  const specifiers = source.matchAll(/(?:\bfrom|\bimport|\brequire)\s*\(?\s*['"]((?:@[\w.-]+\/)?[\w.-]+)(?:\/[^'"]*)?['"]/g);
  return [...specifiers].map(([, name = '']) => name).filter((name) => !name.startsWith('.'));
}

test('what runs imports no package that is there for developers only, and none under copyleft', () => {
  const files = globSync(['packages/*/src/**/*.{ts,tsx}', 'packages/*/bin/*'], { cwd: root });
  const imported = new Set(files.flatMap((file) => importedPackages(read(file))));
  assert.ok(imported.has('ts-mls') && imported.has('react'), 'imports are not found any more');
  const wrong = [...imported].filter((name) => packages[`node_modules/${name}`]?.dev === true || name in COPYLEFT);
  assert.deepEqual(wrong, []);
});

test('a package under the GPL is there for developers only', () => {
  const underGpl = Object.entries(packages).filter(([, { license = '' }]) => license.includes('GPL'));
  assert.ok(underGpl.some(([name]) => name === 'node_modules/@wireapp/core-crypto'));
  for (const [name, { dev }] of underGpl) assert.equal(dev, true, name);
});
