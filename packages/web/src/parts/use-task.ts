import { useCallback, useRef, useState } from 'react';

interface Task {
  readonly isBusy: boolean;
  /** What went wrong the last time. */
  readonly problem: string | undefined;
  /** Runs `work`, unless one is under way. */
  run(work: () => Promise<void>): Promise<void>;
}

/** Something that takes its time, asked for by a person. */
export function useTask(): Task {
  const [state, setState] = useState<{ isBusy: boolean; problem: string | undefined }>({ isBusy: false, problem: undefined });
  const isRunning = useRef(false);
  const run = useCallback(async (work: () => Promise<void>) => {
    if (isRunning.current) return;
    isRunning.current = true;
    setState({ isBusy: true, problem: undefined });
    const problem = await work().then(
      () => undefined,
      (error: unknown) => sentence(error instanceof Error ? error.message : String(error)),
    );
    isRunning.current = false;
    setState({ isBusy: false, problem });
  }, []);
  return { ...state, run };
}

/** The texts of errors begin small, as they stand behind a name on a command line. */
function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?)]$/.test(first) ? first : `${first}.`;
}
