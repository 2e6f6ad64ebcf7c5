// Schedules: which there are, and one of them open with all its shifts. A change shows at once, is sent in
// its turn on the newest revision, and is corrected by what the server answers; what cannot be made is
// taken back, and the page says why.
import { Code, type Client } from "@connectrpc/connect";
import type {
  BrokenRule,
  ChangeShiftsResponse,
  CoverSeries,
  DiffSchedulesResponse_Change as Change,
  Schedule,
  ScheduleFigures,
  ScheduleService,
} from "../../gen/wissel/v1/schedule_pb";
import { announcer } from "../../lib/announce.svelte";
import { wish, type Deeds } from "../../lib/deeds.svelte";
import { codeOf, problemOf, type Problem } from "../../lib/errors";
import { t } from "../../lib/i18n.svelte";
import { Aliases } from "../aliases";
import type { Zone } from "../../lib/zone";
import { barOf, byAgent, sameBar, shiftOf, type Bar } from "./bars";

const kPage = 200;
// Steps by key that follow each other so fast are one change.
const kNudgeMs = 500;

export class ScheduleStore {
  /** Newest first, without shifts; undefined until they are read. */
  all = $state.raw<Schedule[]>();
  /** The one that is open, as it was read; its shifts are in `bars`. */
  open = $state.raw<Schedule>();
  bars = $state.raw<ReadonlyMap<string, readonly Bar[]>>(new Map());
  cover = $state.raw<CoverSeries[]>([]);
  broken = $state.raw<BrokenRule[]>([]);
  figures = $state.raw<ScheduleFigures>();
  problem = $state.raw<Problem>();
  loading = $state(false);
  #client: Client<typeof ScheduleService>;
  #deeds: Deeds;
  #zone: () => Zone;
  #revision = 0n;
  #names = new Aliases();
  // Names of shifts as the server has them; others are new to it.
  #known = new Set<string>();
  #new = 0;
  #turn: Promise<unknown> = Promise.resolve();
  #nudged: { before: Bar; now: Bar; said: string; timer: ReturnType<typeof setTimeout> } | undefined;

  constructor(client: Client<typeof ScheduleService>, deeds: Deeds, zone: () => Zone) {
    this.#client = client;
    this.#deeds = deeds;
    this.#zone = zone;
    deeds.finish = () => this.settle();
  }

  get zone(): Zone {
    return this.#zone();
  }
  /** Published ones are as the desks show them. */
  get changeable(): boolean {
    return this.open !== undefined && this.open.publishTime === undefined;
  }

  async load(): Promise<void> {
    try {
      this.all = (await this.#client.listSchedules({ pageSize: kPage })).schedules;
      this.problem = undefined;
    } catch (reason) {
      this.problem = problemOf(reason);
    }
  }

  numbered(number: string): Schedule | undefined {
    return this.all?.find(({ name }) => name === `schedules/${number}`) ?? this.all?.[0];
  }

  async show(name: string): Promise<void> {
    if (this.open?.name !== name) this.#deeds.dismiss();
    this.loading = true;
    try {
      const schedule = await this.#client.getSchedule({ name });
      this.open = { ...schedule, shifts: [] };
      this.bars = byAgent(schedule.shifts.map(barOf));
      this.#known = new Set(schedule.shifts.map((shift) => shift.name));
      this.#revision = schedule.revision;
      this.#judged(schedule);
      this.problem = undefined;
    } catch (reason) {
      this.problem = problemOf(reason);
    } finally {
      this.loading = false;
    }
  }

  // --- Shifts

  /** A new one, not known to the server yet. */
  draft(bar: Omit<Bar, "name">): Bar {
    this.#new += 1;
    return { ...bar, name: `shifts/new-${this.#new}` };
  }

  /** Puts shifts and takes others away, as one deed. */
  async change(put: readonly Bar[], gone: readonly Bar[], said: string): Promise<void> {
    void this.settle();
    const before = put.flatMap((bar) => this.#find(bar.name) ?? []);
    this.#show(put, gone);
    await this.#made(put, gone, before, said);
  }

  /** A small step that others may follow: shown at once, sent when no more come. */
  nudge(now: Bar, said: string): void {
    const name = this.#names.now(now.name);
    if (this.#nudged && this.#nudged.now.name !== name) void this.settle();
    const before = this.#nudged?.before ?? this.#find(name);
    if (!before) return;
    clearTimeout(this.#nudged?.timer);
    const bar = { ...now, name };
    this.#show([bar], []);
    this.#nudged = { before, now: bar, said, timer: setTimeout(() => void this.settle(), kNudgeMs) };
  }

  /** Sends what was nudged. */
  async settle(): Promise<void> {
    const nudged = this.#nudged;
    if (!nudged) return;
    clearTimeout(nudged.timer);
    this.#nudged = undefined;
    if (!sameBar(nudged.before, nudged.now)) await this.#made([nudged.now], [], [nudged.before], nudged.said);
  }

  async #made(put: readonly Bar[], gone: readonly Bar[], before: readonly Bar[], said: string): Promise<void> {
    try {
      await this.#inTurn(() => this.#send(put, gone));
    } catch (reason) {
      await this.#failed(reason, put, gone, before);
      return;
    }
    const kept = new Set(before.map(({ name }) => name));
    const added = put.filter(({ name }) => !kept.has(name));
    this.#deeds.did({
      text: said,
      restores: t("schedule.restores"),
      undo: [
        {
          about: said,
          step: async () => {
            void this.settle();
            this.#show([...before, ...gone], added);
            try {
              await this.#inTurn(() => this.#send([...before, ...gone], added));
            } catch (reason) {
              if (this.open) await this.show(this.open.name);
              throw reason;
            }
          },
        },
      ],
    });
  }

  async #failed(reason: unknown, put: readonly Bar[], gone: readonly Bar[], before: readonly Bar[]): Promise<void> {
    if (codeOf(reason) === Code.Aborted) {
      announcer.note(t("schedule.overtaken"), "error");
      if (this.open) await this.show(this.open.name);
      return;
    }
    const kept = new Set(before.map(({ name }) => name));
    this.#show([...before, ...gone], put.filter(({ name }) => !kept.has(name)));
    announcer.failed(reason);
  }

  async #send(put: readonly Bar[], gone: readonly Bar[]): Promise<void> {
    const schedule = this.open!.name;
    const named = put.map((bar) => ({ ...bar, name: this.#names.now(bar.name) }));
    const answer = await wish((requestId) =>
      this.#client.changeShifts({
        schedule,
        revision: this.#revision,
        put: named.map((bar) => shiftOf(bar, this.#known.has(bar.name) ? bar.name : "")),
        delete: gone.map(({ name }) => this.#names.now(name)),
        requestId,
      }),
    );
    if (this.open?.name !== schedule) return;
    this.#learn(named, gone, answer);
  }

  #learn(put: readonly Bar[], gone: readonly Bar[], answer: ChangeShiftsResponse): void {
    this.#revision = answer.revision;
    for (const { name } of gone) this.#known.delete(this.#names.now(name));
    const bars = answer.shifts.map(barOf);
    const renamed: Bar[] = [];
    bars.forEach((bar, index) => {
      const asked = put[index]?.name ?? bar.name;
      this.#known.add(bar.name);
      if (asked !== bar.name) {
        this.#names.became(asked, bar.name);
        renamed.push({ ...bar, name: asked });
      }
    });
    // What was nudged meanwhile is newer than the answer.
    const newer = this.#nudged?.now.name;
    this.#show(bars.filter(({ name }) => name !== newer), renamed);
    this.#judged(answer);
  }

  #judged({ cover, brokenRules, figures }: Pick<ChangeShiftsResponse, "cover" | "brokenRules" | "figures">): void {
    this.cover = cover;
    this.broken = brokenRules;
    this.figures = figures;
  }

  // Changes of one schedule go one after the other: each is on the revision that the one before made.
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  #find(name: string): Bar | undefined {
    const now = this.#names.now(name);
    for (const own of this.bars.values()) {
      const found = own.find((bar) => bar.name === now);
      if (found) return found;
    }
    return undefined;
  }

  #show(put: readonly Bar[], gone: readonly Bar[]): void {
    const named = put.map((bar) => ({ ...bar, name: this.#names.now(bar.name) }));
    const out = new Set([...gone.map(({ name }) => name), ...gone.map(({ name }) => this.#names.now(name)), ...named.map(({ name }) => name)]);
    const bars = new Map<string, readonly Bar[]>();
    for (const [agent, own] of this.bars) bars.set(agent, own.some(({ name }) => out.has(name)) ? own.filter(({ name }) => !out.has(name)) : own);
    for (const bar of named) {
      bars.set(bar.agent, [...(bars.get(bar.agent) ?? []), bar].sort((one, other) => one.from - other.from));
    }
    this.bars = bars;
  }

  // --- Whole schedules

  /** An empty draft, or a copy. Answers its number. */
  async create(startDate: string, weeks: number, note: string, copyOf: string, requiredStaff: string): Promise<string | Problem> {
    try {
      const made = await wish((requestId) =>
        this.#client.createSchedule({ schedule: { startDate, weeks, note, requiredStaff }, copyOf, requestId }),
      );
      await this.load();
      return made.name.slice("schedules/".length);
    } catch (reason) {
      return problemOf(reason);
    }
  }

  async publish(despiteBrokenRules: boolean): Promise<Problem | undefined> {
    const name = this.open?.name;
    if (!name) return undefined;
    void this.settle();
    try {
      await this.#inTurn(() => wish((requestId) => this.#client.publishSchedule({ name, revision: this.#revision, despiteBrokenRules, requestId })));
      this.#deeds.dismiss();
      await Promise.all([this.load(), this.show(name)]);
      return undefined;
    } catch (reason) {
      return problemOf(reason);
    }
  }

  async remove(name: string): Promise<Problem | undefined> {
    try {
      await wish((requestId) => this.#client.deleteSchedule({ name, requestId }));
      if (this.open?.name === name) this.open = undefined;
      await this.load();
      return undefined;
    } catch (reason) {
      return problemOf(reason);
    }
  }

  async difference(from: string, to: string, signal: AbortSignal): Promise<Change[]> {
    return (await this.#client.diffSchedules({ from, to }, { signal })).changes;
  }
}
