// An agent's own published shifts of the next two weeks, and the swaps that concern them.
import { Code, type Client } from "@connectrpc/connect";
import { ShiftOffer_State as OfferState, type DayService, type ShiftFeed, type ShiftOffer } from "../../gen/wissel/v1/day_pb";
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
  /** Of overtime and time off, open or not. */
  offers = $state.raw<ShiftOffer[]>([]);
  problem = $state.raw<Problem>();
  busy = $state(false);
  #client: Client<typeof ScheduleService>;
  #day: Client<typeof DayService>;
  #zone: () => Zone;
  #now: () => number;
  #shifts = new Map<string, Shift>();

  constructor(client: Client<typeof ScheduleService>, day: Client<typeof DayService>, agent: string, zone: () => Zone, now: () => number) {
    this.#client = client;
    this.#day = day;
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

  /** What is offered to this agent and can still be taken. */
  get offered(): ShiftOffer[] {
    return this.offers.filter((offer) => offer.state === OfferState.OPEN && (offer.shift ?? offer.becomes) !== undefined && offer.answers.length === 0);
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
      const [mine, { shiftSwaps }, { shiftOffers }] = await Promise.all([
        this.#client.listShifts({ agent: this.agent, startDate: addDays(today, -1), endDate: addDays(today, kDays - 1) }),
        this.#client.listShiftSwaps({ agent: this.agent, openOnly: false }),
        this.#day.listShiftOffers({ agent: this.agent, openOnly: true }),
      ]);
      this.#shifts = new Map(mine.shifts.map((shift) => [shift.name, shift]));
      // A shift of yesterday may last until this morning.
      const now = this.#now();
      const begun = this.zone.msAt(today, 0);
      this.bars = mine.shifts.map(barOf).filter(({ to, from }) => to > now || from >= begun).sort((one, other) => one.from - other.from);
      this.swaps = shiftSwaps;
      this.offers = shiftOffers;
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

  answer(offer: ShiftOffer, accept: boolean): Promise<Problem | undefined> {
    return this.#doing(() => wish((requestId) => this.#day.answerShiftOffer({ name: offer.name, accept, requestId })));
  }

  /** Undefined: there is none. */
  async feed(): Promise<ShiftFeed | undefined> {
    try {
      return await this.#day.getShiftFeed({});
    } catch (reason) {
      if (codeOf(reason) === Code.NotFound) return undefined;
      throw reason;
    }
  }
  newFeed(language: string): Promise<ShiftFeed> {
    return this.#day.createShiftFeed({ language });
  }
  async endFeed(): Promise<undefined> {
    await wish((requestId) => this.#day.deleteShiftFeed({ requestId }));
  }

  async tryTo<T>(work: () => Promise<T>): Promise<{ value?: T; problem?: Problem }> {
    try {
      return { value: await work() };
    } catch (reason) {
      return { problem: problemOf(reason) };
    }
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
