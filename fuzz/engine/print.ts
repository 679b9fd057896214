import type { Report } from './fuzz.ts';

const COLUMNS = ['target', 'inputs', 'taken', 'inputs/s', 'code', 'corpus', 'growth KiB', 'slowest ms'];

export function printHead(): void {
  console.log(`| ${COLUMNS.join(' | ')} |\n|${COLUMNS.map((_, i) => (i === 0 ? '---|' : '---:|')).join('')}`);
}

/** A row of the table, and what went wrong below it. */
export function printReport(report: Report): void {
  const { target, runs, taken, seconds, codeAtFirst, code, corpus, growth, slowestMs, problems } = report;
  const cells = [
    target,
    runs.toLocaleString('en'),
    taken.toLocaleString('en'),
    Math.round(runs / seconds).toLocaleString('en'),
    code === codeAtFirst ? `${code}` : `${codeAtFirst} → ${code}`,
    `${corpus.length}`,
    growth === undefined ? '–' : `${Math.round(growth / 1_024)}`,
    slowestMs.toFixed(1),
  ];
  console.log(`| ${cells.join(' | ')} |`);
  for (const { what, file, command } of problems)
    console.log(`\nPROBLEM in ${target}: ${what}\n  input: ${file}\n  again: ${command}\n`);
}

/** One JSON object on a line; of the corpus its size. */
export function printJson(report: Report): void {
  console.log(JSON.stringify({ ...report, corpus: report.corpus.length }));
}
