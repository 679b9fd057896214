/**
 * Sees to the programs outside npm that some tests need. What is missing is installed with apt-get where that can be done
 * (Debian, root); else one line says what to install. `npm test` runs it first; what is missing all the same is for the tests to say,
 * which then skip.
 */
import { spawnSync } from 'node:child_process';
import { EXTERNAL_PROGRAMS, findProgram } from '../e2e/support/programs.ts';

const missing = EXTERNAL_PROGRAMS.filter((program) => findProgram(program.name) === undefined);
if (missing.length > 0) {
  const packages = missing.flatMap((program) => program.debianPackage.split(' '));
  console.log(`missing: ${missing.map((program) => `${program.name} (${program.neededFor})`).join(', ')}`);
  if (process.getuid?.() === 0 && findProgram('apt-get') !== undefined) {
    install(packages);
  } else {
    console.error(`as root on Debian: apt-get install ${packages.join(' ')}`);
  }
}
for (const program of EXTERNAL_PROGRAMS) {
  console.log(`${program.name}: ${findProgram(program.name) ?? 'not there'}`);
}

function install(packages: string[]): void {
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const argumentList of [
    ['update', '-q'],
    ['install', '-q', '-y', '--no-install-recommends', ...packages],
  ]) {
    const { status } = spawnSync('apt-get', argumentList, { stdio: ['ignore', 'ignore', 'inherit'], env: environment });
    if (status !== 0) {
      console.error(`apt-get ${argumentList[0]} ended with ${status}`);
      return;
    }
  }
}
