// What runs longer than a request: begun here or found running, followed until it ends, ended early on
// wish. One of each kind is shown at a time; a broken line is taken up again, since the server goes on.
import { Code, type Client } from "@connectrpc/connect";
import {
  Operation_Kind as Kind,
  Operation_State as State,
  type Operation,
  type OperationService,
} from "../gen/wissel/v1/operation_pb";
import { wish } from "../lib/deeds.svelte";
import { codeOf, isOutage, problemOf, type Problem } from "../lib/errors";
import { delay } from "../lib/retry";

const kAgainMs = 1000;

export interface Run {
  kind: Kind;
  /** Absent until the server has answered. */
  operation?: Operation;
  /** Could not begin, or was lost from sight. */
  problem?: Problem;
  stopping: boolean;
}

export const ended = (operation: Operation | undefined): boolean =>
  operation !== undefined && operation.state >= State.DONE;

export class Operations {
  runs = $state.raw<readonly Run[]>([]);
  #client: Client<typeof OperationService>;
  #onDone: (operation: Operation) => void;
  #leaving = new AbortController();

  constructor(client: Client<typeof OperationService>, onDone: (operation: Operation) => void) {
    this.#client = client;
    this.#onDone = onDone;
  }

  of(kind: Kind): Run | undefined {
    return this.runs.find((run) => run.kind === kind);
  }
  busy(kind: Kind): boolean {
    const run = this.of(kind);
    return run !== undefined && !run.problem && !ended(run.operation);
  }

  /** What was begun before this page was opened is followed as well. */
  async resume(): Promise<void> {
    const { operations } = await this.#client.listOperations({});
    for (const operation of operations) {
      if (!ended(operation) && !this.of(operation.kind)) void this.#follow(operation);
    }
  }

  /** Answers whether it has begun. */
  async begin(kind: Kind, call: (requestId: string) => Promise<Operation>): Promise<Problem | undefined> {
    this.#show({ kind, stopping: false });
    try {
      const operation = await wish(call);
      void this.#follow(operation);
      return undefined;
    } catch (reason) {
      this.dismiss(kind);
      return problemOf(reason);
    }
  }

  async cancel(kind: Kind): Promise<void> {
    const name = this.of(kind)?.operation?.name;
    if (!name) return;
    this.#change(kind, { stopping: true });
    try {
      await this.#client.cancelOperation({ name });
    } catch (reason) {
      this.#change(kind, { stopping: false, problem: problemOf(reason) });
    }
  }

  dismiss(kind: Kind): void {
    this.runs = this.runs.filter((run) => run.kind !== kind);
  }

  /** The operations go on without us. */
  leave(): void {
    this.#leaving.abort();
  }

  async #follow(begun: Operation): Promise<void> {
    const { kind, name } = begun;
    const { signal } = this.#leaving;
    this.#show({ kind, operation: begun, stopping: false });
    let last = begun;
    while (!ended(last) && !signal.aborted) {
      try {
        for await (const operation of this.#client.watchOperation({ name }, { signal })) {
          last = operation;
          this.#change(kind, { operation }, name);
        }
      } catch (reason) {
        if (signal.aborted) return;
        // A server that was started anew knows nothing of it any more.
        if (codeOf(reason) === Code.NotFound || !isOutage(reason)) {
          this.#change(kind, { problem: problemOf(reason) }, name);
          return;
        }
      }
      if (!ended(last)) await delay(kAgainMs, signal);
    }
    if (last.state === State.DONE && !signal.aborted) this.#onDone(last);
  }

  #show(run: Run): void {
    this.runs = [...this.runs.filter(({ kind }) => kind !== run.kind), run];
  }

  #change(kind: Kind, change: Partial<Run>, name?: string): void {
    this.runs = this.runs.map((run) => {
      if (run.kind !== kind || (name && run.operation && run.operation.name !== name)) return run;
      return { ...run, ...change };
    });
  }
}
