import assert from 'node:assert/strict';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { Opcode, parseInvite } from '@parley/protocol';
import { nodeCrypto } from '@parley/protocol/crypto/node';
import { AcceptSchema, CancelSchema, CommitSchema, RefuseSchema, ReplaceSchema, RttSchema } from '@parley/protocol/wire';
import {
  Account,
  acceptOf,
  cancelOf,
  refuseOf,
  replaceOf,
  requestId,
  rttOf,
} from '../../packages/server/test/support/account.ts';
import { TestClient } from '../../packages/server/test/support/client.ts';
import { isRead, isSocket, isSync, isWrite, readTrace, type SystemCall, traced, unlessTraceable } from '../support/strace.ts';
import { befriend, say, tempFolder, World } from '../support/world.ts';

/** A part of a trace: from before something was done to after it had its answer. */
interface Window {
  readonly what: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Messages to somebody who is away. */
const MESSAGES = 30;
/** Messages between devices on line that have to be answered without a sync, and how long there may be others. */
const ENOUGH = 5;
const PATIENCE_MS = 60_000;

/** A server whose system calls are traced; `trace` ends it and reads them. */
class TracedWorld implements AsyncDisposable {
  readonly world: World;
  readonly #file: string;
  readonly #stack: AsyncDisposableStack;

  private constructor(world: World, file: string, stack: AsyncDisposableStack) {
    this.world = world;
    this.#file = file;
    this.#stack = stack;
  }

  static async start(): Promise<TracedWorld> {
    const stack = new AsyncDisposableStack();
    const file = join(tempFolder(stack), 'trace');
    const world = stack.use(await World.start({ under: traced(file) }));
    return new TracedWorld(world, file, stack);
  }

  /** Does something, and says when. */
  async during(what: string, act: () => Promise<unknown>): Promise<Window> {
    const fromMs = Date.now();
    await act();
    return { what, fromMs, toMs: Date.now() + 1 };
  }

  /** All calls so far. */
  get calls(): SystemCall[] {
    return readTrace(this.#file);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

function callsIn(calls: readonly SystemCall[], { fromMs, toMs }: Window): SystemCall[] {
  return calls.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs);
}

/** The socket from which something was read first: of who has acted, where nobody else does. */
function actor(calls: readonly SystemCall[]): string {
  return calls.find((call) => isSocket(call) && isRead(call))?.on ?? assert.fail('nothing was read from a socket');
}

/** Whether between the call at `from` and that at `to` something was written to the log of the database and a sync of it is over. */
function isSynced(calls: readonly SystemCall[], from: SystemCall, to: SystemCall): boolean {
  const onLog = calls.filter(({ on, called }) => on.endsWith('.db-wal') && called > (from.returned ?? Infinity));
  const written = onLog.filter(isWrite).find(({ returned = Infinity }) => returned < to.called);
  return onLog
    .filter(isSync)
    .some(
      ({ called, returned = Infinity, result }) =>
        called > (written?.returned ?? Infinity) && returned < to.called && result === 0,
    );
}

suite('what is on disk before it is answered', { skip: unlessTraceable() }, () => {
  test('a message is synced before its OK where its device is away, and not where that acknowledges it at once', async (t) => {
    await using traced = await TracedWorld.start();
    const { world } = traced;
    const [alice, bob] = await world.enterAll('alice', 'bob');
    await befriend(['alice', alice], ['bob', bob]);

    const live: Window[] = [];
    let unwritten = 0;
    // On a machine that is busy an acknowledgement may come too late, and that message is written after all.
    for (const deadline = Date.now() + PATIENCE_MS; unwritten < ENOUGH && Date.now() < deadline; ) {
      for (let count = 0; count < ENOUGH; count += 1) {
        const id = `live ${live.length}`;
        live.push(await traced.during(id, () => say(['alice', alice], ['bob', bob], id, id)));
      }
      const { calls } = traced;
      unwritten = live.filter((window) => isAnsweredWithoutSync(callsIn(calls, window))).length;
    }
    t.diagnostic(`${unwritten} of ${live.length} messages between devices on line were answered without a sync`);
    assert.ok(unwritten >= ENOUGH, `only ${unwritten} of ${live.length} were answered without a sync`);

    await bob.quit();
    await alice.next('presence', { user: 'bob', online: false });
    const kept: Window[] = [];
    for (let number = 0; number < MESSAGES; number += 1) {
      const id = `kept ${number}`;
      const window = await traced.during(id, async () => {
        alice.send({ do: 'send', to: 'bob', text: id, id });
        await alice.next('sent', { id });
      });
      kept.push(window);
    }
    await world.server.stop();
    const { calls } = traced;
    for (const window of kept) {
      const inside = callsIn(calls, window);
      const socket = actor(inside);
      const arrival = inside.find((call) => call.on === socket && isRead(call))!;
      const answer = inside.find((call) => call.on === socket && isWrite(call) && call.called > arrival.called);
      assert.ok(answer !== undefined && isSynced(inside, arrival, answer), `${window.what} was answered before it was on disk`);
    }
  });

  test('what is no message is synced before it is answered and before another device is shown it', async () => {
    await using traced = await TracedWorld.start();
    const { world } = traced;
    const { port } = world.server;
    const { token } = parseInvite(world.invite);
    const register = (name: string): Promise<TestClient> => {
      const account = new Account(name);
      return TestClient.logIn(port, account, { registration: account.registration(token) });
    };
    let alice: TestClient | undefined;
    const login = await traced.during('login', async () => {
      alice = await register('alice');
    });
    assert.ok(alice !== undefined);
    const from: TestClient = alice;
    const bob = await register('bob');
    const ids = [requestId(), requestId(), requestId()] as const;
    const conversation = nodeCrypto.randomBytes(16);
    const ask = (id: Uint8Array) => rttOf(from.account, 'bob', { requestId: id });
    const windows: (Window & { by: 'alice' | 'bob' })[] = [];
    const step = async (by: 'alice' | 'bob', opcode: Opcode, what: string, act: () => Promise<unknown>): Promise<void> => {
      const window = await traced.during(what, () => Promise.all([act(), (by === 'alice' ? bob : from).next(opcode)]));
      windows.push({ ...window, by });
    };
    await step('alice', Opcode.RTT, 'RTT', () => from.ok(Opcode.RTT, RttSchema, ask(ids[0])));
    await step('alice', Opcode.CANCEL, 'CANCEL', () =>
      from.ok(Opcode.CANCEL, CancelSchema, cancelOf(from.account, 'bob', ids[0])),
    );
    await step('alice', Opcode.RTT, 'a second RTT', () => from.ok(Opcode.RTT, RttSchema, ask(ids[1])));
    const yes = acceptOf(bob.account, from.account, ids[1], { conversation });
    await step('bob', Opcode.ACCEPT, 'ACCEPT', () => bob.ok(Opcode.ACCEPT, AcceptSchema, yes));
    const commit = { conversation, epoch: 1n, commit: nodeCrypto.randomBytes(60) };
    await step('alice', Opcode.COMMIT, 'COMMIT', () => from.ok(Opcode.COMMIT, CommitSchema, commit));
    const replace = replaceOf(from.account, bob.account, conversation, { conversation: nodeCrypto.randomBytes(16) });
    await step('alice', Opcode.REPLACE, 'REPLACE', () => from.ok(Opcode.REPLACE, ReplaceSchema, replace));
    const carol = await register('carol');
    await carol.ok(Opcode.RTT, RttSchema, rttOf(carol.account, 'alice', { requestId: ids[2] }));
    await from.next(Opcode.RTT);
    const refusal = await traced.during('REFUSE', () =>
      Promise.all([from.ok(Opcode.REFUSE, RefuseSchema, refuseOf(from.account, 'carol', ids[2])), carol.next(Opcode.REFUSE)]),
    );
    windows.push({ ...refusal, by: 'alice' });
    await world.server.stop();

    const { calls } = traced;
    const socketOfAlice = actor(callsIn(calls, login));
    for (const window of windows) {
      const inside = callsIn(calls, window);
      const socket = actor(inside);
      assert.equal(socket === socketOfAlice, window.by === 'alice', `${window.what}: the socket of who acts`);
      const arrival = inside.find((call) => call.on === socket && isRead(call))!;
      const written = inside.filter((call) => isSocket(call) && isWrite(call) && call.called > arrival.called);
      assert.equal(new Set(written.map(({ on }) => on)).size, 2, `${window.what}: an answer, and a device that is shown it`);
      for (const write of written) assert.ok(isSynced(inside, arrival, write), `${window.what} was told before it was on disk`);
    }
  });
});

/** Whether somebody's message was brought to another socket, acknowledged from there and answered, and nothing synced meanwhile. */
function isAnsweredWithoutSync(calls: readonly SystemCall[]): boolean {
  const sockets = calls.filter(isSocket);
  const arrival = sockets.find(isRead);
  const push = sockets.find((call) => isWrite(call) && call.on !== arrival?.on);
  const ack = sockets.find((call) => isRead(call) && call.on === push?.on && call.called > push.called);
  const answer = sockets.find((call) => isWrite(call) && call.on === arrival?.on && call.called > (ack?.called ?? Infinity));
  if (arrival === undefined || answer === undefined) return false;
  return !calls.some((call) => isSync(call) && call.called > arrival.called && call.called < answer.called);
}
