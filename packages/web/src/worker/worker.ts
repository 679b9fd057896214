import { answer } from '../bridge/answering.ts';
import type { CallMessage, WorkerMessage } from '../bridge/wire.ts';
import { Session } from './session.ts';

/** Of the global scope of a dedicated worker so much is used. */
interface Scope {
  postMessage(message: WorkerMessage): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<CallMessage>) => void): void;
}

const scope = globalThis as unknown as Scope;
const session = new Session((message) => scope.postMessage(message));

scope.addEventListener('message', ({ data }) => {
  answer(session, data).then((message) => scope.postMessage(message));
});
