import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { LAUNCHER, within } from './process.ts';

/** `parley` on a terminal of its own (by `script`), which answers what is asked on it. */
export function openTerminal(args: readonly string[]) {
  const command = [process.execPath, LAUNCHER, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(PARLEY_|NODE_TEST)/.test(name)));
  const child: ChildProcessWithoutNullStreams = spawn('script', ['-qefc', command, '/dev/null'], { env });
  const closed = once(child, 'close').then(([code]) => code as number);
  let seen = '';
  let answered = 0;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    seen += text;
  });
  const over = closed.then((code) => {
    throw new Error(`it ended with ${code}: ${seen}`);
  });
  over.catch(() => {});
  const prompted = async (question: string): Promise<void> => {
    while (!seen.slice(answered).includes(question)) await Promise.race([once(child.stdout, 'data'), over]);
    answered = seen.indexOf(question, answered) + question.length;
  };
  return {
    shown: () => seen,
    ended: () => within(closed, 'parley on a terminal to end', () => child.kill('SIGKILL')),
    answer: async (question: string, line: string): Promise<void> => {
      await within(prompted(question), `a terminal to show ${question}`, () => child.kill('SIGKILL'));
      child.stdin.write(`${line}\r`);
    },
  };
}
