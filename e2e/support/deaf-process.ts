import type { ScriptEvent } from './script-client.ts';
import { SdkProcess } from './sdk-process.ts';

/** A process with SDK clients that can be made to stop reading (deaf.ts). Its line 0: all are connected. */
export class DeafProcess extends SdkProcess {
  constructor(options: {
    invite: string;
    folder: string;
    names: readonly string[];
    onEvent: (user: string, event: ScriptEvent) => void;
  }) {
    const { invite, folder, names, onEvent } = options;
    super('deaf.ts', [invite, folder, ...names], {
      isEvent: (line) => {
        if ('ready' in line) return false;
        onEvent(String(line.user), line as ScriptEvent);
        return true;
      },
    });
  }

  stopReading(): void {
    this.write('deaf');
  }

  readAgain(): void {
    this.write('hear');
  }
}
