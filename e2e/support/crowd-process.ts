import { SdkProcess } from './sdk-process.ts';

/** A process with many SDK clients (crowd.ts). */
export class CrowdProcess extends SdkProcess {
  constructor(options: { invite: string; folder: string; first: number; count: number; messages: number }) {
    const { invite, folder, first, count, messages } = options;
    super('crowd.ts', [invite, folder, ...[first, count, messages].map(String)]);
  }

  /** Lets its members talk. */
  go(): void {
    this.write('');
  }
}
