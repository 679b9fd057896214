import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';

type Row = Record<string, null | number | bigint | string | Uint8Array>;

/**
 * A prepared statement with the types of its parameters and its row. SQLite cannot check these: the SQL beside each
 * declaration and the STRICT tables make them true.
 */
export class Statement<Parameters extends SQLInputValue[], Result extends Row = Row> {
  readonly #statement: StatementSync;

  constructor(statement: StatementSync) {
    this.#statement = statement;
  }

  /** The first row. */
  get(...parameters: Parameters): Result | undefined {
    return this.#statement.get(...parameters) as Result | undefined;
  }

  all(...parameters: Parameters): Result[] {
    return this.#statement.all(...parameters) as Result[];
  }

  /** One row at a time, read when it is asked for. */
  iterate(...parameters: Parameters): Iterable<Result> {
    return this.#statement.iterate(...parameters) as Iterable<Result>;
  }

  /** Returns how many rows it inserted, updated or deleted. */
  run(...parameters: Parameters): number {
    return Number(this.#statement.run(...parameters).changes);
  }
}

export function prepare<Parameters extends SQLInputValue[], Result extends Row = Row>(
  db: DatabaseSync,
  sql: string,
): Statement<Parameters, Result> {
  return new Statement<Parameters, Result>(db.prepare(sql));
}

/** For rows whose integers may be above 2^53: every INTEGER comes as a bigint. */
export function prepareBig<Parameters extends SQLInputValue[], Result extends Row>(
  db: DatabaseSync,
  sql: string,
): Statement<Parameters, Result> {
  const statement = db.prepare(sql);
  statement.setReadBigInts(true);
  return new Statement<Parameters, Result>(statement);
}
