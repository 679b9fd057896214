import workerUrl from '../worker/worker.ts?worker&url';
import { trustedScriptUrl } from '../device/trusted-types.ts';

export function startWorker(): Worker {
  return new Worker(trustedScriptUrl(workerUrl) as string, { type: 'module', name: 'parley' });
}
