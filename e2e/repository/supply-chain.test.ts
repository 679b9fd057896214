import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
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
/** Weak copyleft, and where it may be: in what tests or builds, changed by nobody. */
const COPYLEFT: Readonly<Record<string, string>> = {
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
