// Long runs of the world: a few steps each, then what they make.
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { Code, ConnectError, type ConnectRouter } from "@connectrpc/connect";
import { Operation_State as State, OperationSchema, OperationService, type Operation, type Operation_Kind } from "../../src/gen/wissel/v1/operation_pb";
import { stamp, type World } from "./base";

export interface Work {
  kind: Operation_Kind;
  total: number;
  /** What a step adds to what is told: best and bound. */
  tell?: (done: number) => MessageInitShape<typeof OperationSchema>;
  /** The resource that it makes. */
  make: () => string;
  /** Ended early it is done all the same. */
  keepsBest?: boolean;
}

export class Runs {
  readonly all: Operation[] = [];
  #world: World;
  #wake = new Set<() => void>();
  #work = new Map<string, Work>();

  constructor(world: World) {
    this.#world = world;
  }

  begin(work: Work): Operation {
    const operation = create(OperationSchema, {
      name: `operations/${this.#world.number()}`,
      kind: work.kind,
      state: State.RUNNING,
      user: "users/pia",
      startTime: stamp(Date.now()),
      total: BigInt(work.total),
    });
    this.all.unshift(operation);
    this.#work.set(operation.name, work);
    setTimeout(() => this.#step(operation.name), this.#world.stepMs);
    return operation;
  }

  #step(name: string): void {
    const operation = this.get(name);
    if (operation.state !== State.RUNNING) return;
    const work = this.#work.get(name)!;
    const done = Number(operation.done) + 1;
    if (done >= work.total) return void this.#change(name, { state: State.DONE, done: BigInt(done), result: work.make() });
    this.#change(name, { done: BigInt(done), ...work.tell?.(done) });
    setTimeout(() => this.#step(name), this.#world.stepMs);
  }

  #change(name: string, change: MessageInitShape<typeof OperationSchema>): Operation {
    const at = this.all.findIndex((each) => each.name === name);
    const { $typeName: _, $unknown: __, ...before } = this.all[at]!;
    this.all[at] = create(OperationSchema, { ...before, ...change });
    for (const wake of this.#wake) wake();
    return this.all[at]!;
  }

  get(name: string): Operation {
    const operation = this.all.find((each) => each.name === name);
    if (!operation) throw new ConnectError(`${name} is not known`, Code.NotFound);
    return operation;
  }

  routes(router: ConnectRouter): void {
    const runs = this;
    router.service(OperationService, {
      getOperation: ({ name }) => runs.get(name),
      listOperations: () => ({ operations: runs.all }),
      async *watchOperation({ name }, { signal }) {
        while (!signal.aborted) {
          const operation = runs.get(name);
          yield operation;
          if (operation.state >= State.DONE) return;
          await new Promise<void>((resolve) => {
            const wake = () => {
              runs.#wake.delete(wake);
              resolve();
            };
            runs.#wake.add(wake);
            signal.addEventListener("abort", wake);
          });
        }
      },
      cancelOperation: ({ name }) => {
        const work = runs.#work.get(name);
        if (work?.keepsBest) return runs.#change(name, { state: State.DONE, result: work.make() });
        return runs.#change(name, { state: State.CANCELLED });
      },
    });
  }
}
