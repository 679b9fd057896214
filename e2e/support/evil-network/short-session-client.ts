import { create, type DescMessage, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import type { Environment } from '@parley/client';
import { type ErrorCode, type Frame, Opcode, readPosition, toHex } from '@parley/protocol';
import { MessageSchema, QuitSchema } from '@parley/protocol/wire';
import { Connection } from '../../../packages/client/src/connection/connection.ts';
import type { LoggedIn } from '../../../packages/client/src/connection/login.ts';
import type { Reply } from '../../../packages/client/src/connection/reply.ts';

/** The client's end of one session: the SDK's own connection, and what it has accepted. */
export class SessionClient {
  readonly accepted: string[] = [];
  /** What the server has said is wrong, and what this end has found wrong with the server. */
  readonly errors: { readonly code: ErrorCode }[] = [];
  refused: Error | undefined;
  readonly #over = Promise.withResolvers<void>();
  readonly #pushed = Promise.withResolvers<bigint>();
  #connection: Connection | undefined;

  enter(environment: Environment, login: LoggedIn): void {
    this.accepted.push(`in, with ${login.users.online.join(', ')}`);
    this.#connection = new Connection(environment, login, {
      onPush: (_push, frame) => this.#push(frame),
      onError: (error) => this.errors.push(error),
      onNonsense: (nonsense) => this.errors.push(nonsense),
      onFault: (error) => this.#over.reject(error),
      onClose: () => this.#over.resolve(),
    });
    this.#connection.start();
  }

  get over(): Promise<undefined> {
    return this.#over.promise.then(() => undefined);
  }

  /** The position of what was pushed. */
  get pushed(): Promise<bigint> {
    return this.#pushed.promise;
  }

  ask<S extends DescMessage>(opcode: Opcode, schema: S, body: MessageInitShape<S>): Promise<Reply['kind']> {
    return new Promise((resolve) => {
      this.#connection?.send(opcode, toBinary(schema, create(schema, body)), (reply) => {
        if (reply.kind !== 'lost') this.accepted.push(describe(reply));
        resolve(reply.kind);
      });
    });
  }

  notify<S extends DescMessage>(opcode: Opcode, schema: S, body: MessageInitShape<S>): void {
    this.#connection?.notify(opcode, toBinary(schema, create(schema, body)));
  }

  #push({ opcode, body }: Frame): void {
    if (opcode === Opcode.MESSAGE) {
      this.accepted.push(`MESSAGE: ${Buffer.from(fromBinary(MessageSchema, body).ciphertext)}`);
      this.#pushed.resolve(readPosition(body) ?? 0n);
    } else if (opcode === Opcode.QUIT) {
      this.accepted.push(`QUIT: ${fromBinary(QuitSchema, body).reason}`);
      this.#connection?.close();
    } else this.accepted.push(`opcode ${opcode}`);
  }
}

function describe(reply: Exclude<Reply, { kind: 'lost' }>): string {
  if (reply.kind === 'error') return `ERROR ${reply.error.code}`;
  if (reply.kind === 'users') return `LIST: ${reply.users.online.join(', ')}`;
  const { result } = reply.ok;
  return result.case === 'user' ? `USER: ${result.value.username} ${toHex(result.value.identityKey)}` : 'OK';
}
