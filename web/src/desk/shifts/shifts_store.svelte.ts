// An agent's own published shifts of the next two weeks, and the swaps that concern them.
import { Code, type Client } from "@connectrpc/connect";
import { ShiftSwap_State as State, type ScheduleService, type Shift, type ShiftSwap } from "../../gen/wissel/v1/schedule_pb";
import { wish } from "../../lib/deeds.svelte";
import { codeOf, problemOf, type Problem } from "../../lib/errors";
import { addDays } from "../../lib/dates";
import type { Zone } from "../../lib/zone";
import { barOf, type Bar } from "../../planner/schedule/bars";

const kDays = 14;
// A schedule is published seldom; a swap may be decided any time.
const kAgainMs = 120_000;

export class ShiftsStore {
  readonly agent: string;
  /** In the order in which they begin; undefined until they are read. */
  bars = $state.raw<Bar[]>();
  swaps = $state.raw<ShiftSwap[]>([]);
  problem = $state.raw<Problem>();
  busy = $state(false);
  #client: Client<typeof ScheduleService>;
  #zone: () => Zone;
  #now: () => number;
  #shifts = new Map<string, Shift>();

  constructor(client: Client<typeof ScheduleService>, agent: string, zone: () => Zone, now: () => number) {
    this.#client = client;
    this.agent = agent;
    this.#zone = zone;
    this.#now = now;
  }

  get zone(): Zone {
    return this.#zone();
  }
  get today(): string {
    return this.zone.localOf(this.#now()).date;
  }
  /** What others ask of this agent. */
  get asked(): ShiftSwap[] {
    return this.swaps.filter(({ state, toAgent }) => state === State.ASKED && toAgent === this.agent);
  }

  /** Reads again now and then until the returned function is called. */
  start(): () => void {
    void this.load();
    const timer = setInterval(() => void this.load(), kAgainMs);
    return () => clearInterval(timer);
  }

  async load(): Promise<void> {
    const { today } = this;
    try {
      const [mine, { shiftSwaps }] = await Promise.all([
        this.#client.listShifts({ agent: this.agent, startDate: addDays(today, -1), endDate: addDays(today, kDays - 1) }),
        this.#client.listShiftSwaps({ agent: this.agent, openOnly: false }),
      ]);
      this.#shifts = new Map(mine.shifts.map((shift) => [shift.name, shift]));
      // A shift of yesterday may last until this morning.
      const now = this.#now();
      const begun = this.zone.msAt(today, 0);
      this.bars = mine.shifts.map(barOf).filter(({ to, from }) => to > now || from >= begun).sort((one, other) => one.from - other.from);
      this.swaps = shiftSwaps;
      this.problem = undefined;
    } catch (reason) {
      this.problem = problemOf(reason);
    }
  }

  /** Shifts of a colleague that could be had in return; undefined: they are not for agents to see. */
  async inReturn(colleague: string, signal: AbortSignal): Promise<Shift[] | undefined> {
    const { today } = this;
    try {
      const { shifts } = await this.#client.listShifts({ agent: colleague, startDate: addDays(today, 1), endDate: addDays(today, kDays - 1) }, { signal });
      return shifts;
    } catch (reason) {
      if (codeOf(reason) === Code.PermissionDenied) return undefined;
      throw reason;
    }
  }

  ask(bar: Bar, toAgent: string, forShift: Shift | undefined): Promise<Problem | undefined> {
    const shift = this.#shifts.get(bar.name);
    return this.#doing(() => wish((requestId) => this.#client.createShiftSwap({ shiftSwap: { fromAgent: this.agent, toAgent, shift, forShift }, requestId })));
  }

  decide(swap: ShiftSwap, approve: boolean): Promise<Problem | undefined> {
    return this.#doing(() => wish((requestId) => this.#client.decideShiftSwap({ name: swap.name, approve, requestId })));
  }

  async #doing(work: () => Promise<unknown>): Promise<Problem | undefined> {
    this.busy = true;
    try {
      await work();
      await this.load();
      return undefined;
    } catch (reason) {
      return problemOf(reason);
    } finally {
      this.busy = false;
    }
  }
}
