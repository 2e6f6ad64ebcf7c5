// Schedules of the world: five shifts a week for everybody, changed on the newest revision only, checked
// for overlaps and rest.
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { Code, ConnectError, type ConnectRouter } from "@connectrpc/connect";
import { Operation_Kind } from "../../src/gen/wissel/v1/operation_pb";
import {
  Adherence_Row_Activity as Activity,
  BrokenRule_Kind as Rule,
  BrokenRuleSchema,
  LabourRulesSchema,
  PlannedAgentSchema,
  ScheduleSchema,
  ScheduleService,
  ShiftSchema,
  ShiftSwap_State,
  ShiftSwapSchema,
  type BrokenRule,
  type ChangeShiftsRequest,
  type LabourRules,
  type PlannedAgent,
  type Schedule,
  type Shift,
  type ShiftSwap,
} from "../../src/gen/wissel/v1/schedule_pb";
import { addDays, daysFrom } from "../../src/lib/dates";
import { msOf } from "../../src/lib/time";
import { dice, stamp, type World } from "./base";
import type { Runs } from "./operations";

const seconds = (hours: number) => ({ seconds: BigInt(Math.round(hours * 3600)) });

export class Schedules {
  readonly all: Schedule[] = [];
  readonly changes: ChangeShiftsRequest[] = [];
  rules: LabourRules;
  planned: PlannedAgent[];
  swaps: ShiftSwap[] = [];
  #world: World;
  #runs: Runs;

  constructor(world: World, runs: Runs) {
    this.#world = world;
    this.#runs = runs;
    this.rules = create(LabourRulesSchema, {
      rest: seconds(11),
      mostConsecutiveDays: 6,
      fewestDaysOff: 1,
      fewestFreeWeekends: 1,
      contracts: [
        { id: "full-time", fewestWeekly: seconds(34), mostWeekly: seconds(38), mostDaysWeekly: 5, longestDay: seconds(9) },
        { id: "half-time", fewestWeekly: seconds(15), mostWeekly: seconds(19), mostDaysWeekly: 3, longestDay: seconds(9) },
      ],
      shiftKinds: ["early", "day", "late"].map((id, index) => ({
        id,
        firstStartMinute: 450 + index * 90,
        lastStartMinute: 510 + index * 90,
        startStepMinutes: 15,
        length: seconds(8.1),
        breaks: [
          { length: seconds(0.25), paid: true, earliest: seconds(1.5), latest: seconds(3) },
          { length: seconds(0.5), paid: false, earliest: seconds(3.5), latest: seconds(5) },
        ],
      })),
      etag: "1",
    });
    this.planned = world.agents.map(({ name }, index) =>
      create(PlannedAgentSchema, {
        agent: name,
        contract: index % 6 === 5 ? "half-time" : "full-time",
        absences: index % 17 === 3 ? [{ startDate: addDays(world.today, 5), endDate: addDays(world.today, 9), reason: "holiday" }] : [],
        etag: "1",
      }),
    );
  }

  shift(agent: string, date: string, minute: number, length = 486, kind = "day", name = ""): Shift {
    const { zone } = this.#world;
    const begin = zone.msAt(date, minute);
    const pause = (after: number, long: number, paid: boolean) => ({ startTime: stamp(begin + after * 60_000), endTime: stamp(begin + (after + long) * 60_000), paid });
    return create(ShiftSchema, {
      name: name || `shifts/${this.#world.number()}`,
      agent,
      startTime: stamp(begin),
      endTime: stamp(begin + length * 60_000),
      shiftKind: kind,
      breaks: [pause(120, 15, true), pause(240, 30, false)],
    });
  }

  make(startDate: string, weeks: number, full = true, note = ""): Schedule {
    const shifts: Shift[] = [];
    const roll = dice(11);
    if (full) {
      this.#world.agents.forEach(({ name }, index) => {
        const kind = ["early", "day", "late"][index % 3]!;
        for (let day = 0; day < weeks * 7; day += 1) {
          const weekday = day % 7;
          if (weekday === 6 || (weekday === 5 && index % 5 !== 0) || (index % 5 === 0 && weekday === index % 3)) continue;
          shifts.push(this.shift(name, addDays(startDate, day), 450 + (index % 3) * 90 + 15 * Math.floor(roll() * 5), 486, kind));
        }
      });
    }
    const schedule = create(ScheduleSchema, {
      name: `schedules/${this.#world.number()}`,
      note,
      user: "users/pia",
      createTime: stamp(this.#world.nowMs),
      startDate,
      weeks,
      revision: 1n,
      shifts,
      figures: full ? { cost: 18412, bound: 18277 } : {},
    });
    this.#judge(schedule);
    this.all.unshift(schedule);
    return schedule;
  }

  named(name: string): Schedule {
    const found = name === "schedules/published" ? this.all.find(({ publishTime }) => publishTime) : this.all.find((each) => each.name === name);
    if (!found) throw new ConnectError(`${name} is not there`, Code.NotFound);
    return found;
  }

  // Cover, broken rules and figures, as the shifts are now.
  #judge(schedule: Schedule): void {
    const world = this.#world;
    const step = 30;
    const many = (schedule.weeks * 7 * 1440) / step;
    const begin = world.zone.msAt(schedule.startDate, 0);
    const present = new Array<number>(many).fill(0);
    const broken: BrokenRule[] = [];
    const breaks = (agent: string, date: string, kind: Rule, is: number, allowed: number) =>
      broken.push(create(BrokenRuleSchema, { agent, date, kind, is, allowed }));
    const byAgent = new Map<string, Shift[]>();
    let paid = 0;
    for (const shift of schedule.shifts) {
      const [from, to] = [msOf(shift.startTime)!, msOf(shift.endTime)!];
      paid += (to - from) / 3_600_000 - 0.5;
      for (let at = Math.floor((from - begin) / 60_000 / step); at < (to - begin) / 60_000 / step; at += 1) if (at >= 0 && at < many) present[at]! += 1;
      byAgent.set(shift.agent, [...(byAgent.get(shift.agent) ?? []), shift]);
    }
    for (const [agent, shifts] of byAgent) {
      shifts.sort((a, b) => msOf(a.startTime)! - msOf(b.startTime)!);
      shifts.slice(1).forEach((shift, index) => {
        const rest = (msOf(shift.startTime)! - msOf(shifts[index]!.endTime)!) / 3_600_000;
        const { date } = world.zone.localOf(msOf(shift.startTime)!);
        if (rest < 0) breaks(agent, date, Rule.OVERLAP, -rest, 0);
        else if (rest < 11) breaks(agent, date, Rule.REST, rest, 11);
      });
    }
    const all = world.queues.reduce((sum, each) => sum + each.size, 0);
    const days = daysFrom(schedule.startDate, addDays(schedule.startDate, schedule.weeks * 7 - 1));
    let short = 0;
    let surplus = 0;
    const cover = world.queues.map((queue) => ({
      queues: [queue.name],
      startTime: stamp(begin),
      intervalMinutes: step,
      required: days.flatMap((date) => Array.from({ length: 48 }, (_, index) => Math.ceil((world.rate(queue, date, index * step, step) * queue.aht) / 1800 * (world.agents.length / 92)))),
      planned: present.map((people) => (people * queue.size) / all),
    }));
    for (const each of cover) {
      each.required.forEach((required, index) => {
        const gap = (each.planned[index]! - required) * (step / 60);
        if (gap < 0) short -= gap;
        else surplus += gap;
      });
    }
    schedule.cover = create(ScheduleSchema, { cover }).cover;
    schedule.brokenRules = broken;
    const before = schedule.figures;
    schedule.figures = create(ScheduleSchema, {
      figures: { paidHours: paid, shortHours: short, surplusHours: surplus, agents: byAgent.size, brokenRules: broken.length, wishes: 84, wishesKept: 71, cost: before?.cost, bound: before?.bound },
    }).figures;
  }

  change(request: ChangeShiftsRequest): MessageInitShape<typeof ScheduleSchema> {
    this.changes.push(request);
    const schedule = this.named(request.schedule);
    if (request.revision !== schedule.revision) throw new ConnectError("somebody was faster", Code.Aborted);
    if (schedule.publishTime) throw new ConnectError("a published schedule does not change", Code.FailedPrecondition);
    const put = request.put.map((shift) => create(ShiftSchema, { ...shift, name: shift.name || `shifts/${this.#world.number()}` }));
    for (const shift of request.put) {
      if (shift.name !== "" && !schedule.shifts.some(({ name }) => name === shift.name)) throw new ConnectError(`${shift.name} is not there`, Code.NotFound);
    }
    const gone = new Set([...request.delete, ...put.map(({ name }) => name)]);
    schedule.shifts = [...schedule.shifts.filter(({ name }) => !gone.has(name)), ...put];
    schedule.revision += 1n;
    this.#judge(schedule);
    return { revision: schedule.revision, shifts: put, cover: schedule.cover, brokenRules: schedule.brokenRules, figures: schedule.figures };
  }

  routes(router: ConnectRouter): void {
    const world = this.#world;
    const bare = (schedule: Schedule) => ({ ...schedule, shifts: [], cover: [] });
    router.service(ScheduleService, {
      getLabourRules: () => this.rules,
      updateLabourRules: ({ labourRules }) => {
        if (labourRules!.etag !== this.rules.etag) throw new ConnectError("somebody was faster", Code.Aborted);
        this.rules = { ...labourRules!, etag: String(Number(this.rules.etag) + 1) };
        return this.rules;
      },
      listPlannedAgents: () => ({ plannedAgents: this.planned }),
      updatePlannedAgent: ({ plannedAgent }) => {
        const made = { ...plannedAgent!, etag: String(Number(plannedAgent!.etag || "0") + 1) };
        this.planned = this.planned.map((each) => (each.agent === made.agent ? made : each));
        return made;
      },
      solveSchedule: ({ startDate, weeks, note }) =>
        this.#runs.begin({
          kind: Operation_Kind.SCHEDULE,
          total: 60,
          tell: (done) => ({ best: 18300 + 9000 / done, bound: 18277 - 300 / done }),
          make: () => this.make(startDate, weeks, true, note).name,
          keepsBest: true,
        }),
      createSchedule: ({ schedule, copyOf }) => {
        const made = this.make(schedule!.startDate, schedule!.weeks || 1, false, schedule!.note);
        if (copyOf) {
          made.shifts = this.named(copyOf).shifts.map((shift) => create(ShiftSchema, { ...shift, name: `shifts/${world.number()}` }));
          this.#judge(made);
        }
        return made;
      },
      listSchedules: () => ({ schedules: this.all.map(bare) }),
      getSchedule: ({ name }) => this.named(name),
      changeShifts: (request) => this.change(request) as never,
      publishSchedule: ({ name, revision, despiteBrokenRules }) => {
        const schedule = this.named(name);
        if (revision !== schedule.revision) throw new ConnectError("somebody was faster", Code.Aborted);
        if (schedule.brokenRules.length > 0 && !despiteBrokenRules) throw new ConnectError("rules are broken", Code.FailedPrecondition);
        schedule.publishTime = stamp(world.nowMs);
        return schedule;
      },
      deleteSchedule: ({ name }) => {
        this.all.splice(this.all.indexOf(this.named(name)), 1);
        return {};
      },
      diffSchedules: ({ from, to }) => {
        const key = (shift: Shift) => `${shift.agent} ${world.zone.localOf(msOf(shift.startTime)!).date}`;
        const [before, after] = [from, to].map((name) => new Map(this.named(name).shifts.map((shift) => [key(shift), shift])));
        const changes = [...new Set([...before!.keys(), ...after!.keys()])].flatMap((at) => {
          const [one, other] = [before!.get(at), after!.get(at)];
          if (one && other && msOf(one.startTime) === msOf(other.startTime) && msOf(one.endTime) === msOf(other.endTime)) return [];
          return [{ agent: (one ?? other)!.agent, from: one, to: other }];
        });
        return { changes };
      },
      listShifts: ({ agent, startDate, endDate }) => {
        const published = this.all.find(({ publishTime }) => publishTime);
        const within = (shift: Shift) => {
          const { date } = world.zone.localOf(msOf(shift.startTime)!);
          return date >= startDate && date <= endDate;
        };
        return { shifts: published?.shifts.filter((shift) => shift.agent === agent && within(shift)) ?? [] };
      },
      createShiftSwap: ({ shiftSwap: swap }) => {
        const made = create(ShiftSwapSchema, { ...swap!, name: `shiftSwaps/${world.number()}`, state: ShiftSwap_State.ASKED, createTime: stamp(world.nowMs) });
        this.swaps = [made, ...this.swaps];
        return made;
      },
      listShiftSwaps: ({ openOnly }) => ({ shiftSwaps: this.swaps.filter(({ state }) => !openOnly || state <= ShiftSwap_State.AGREED) }),
      decideShiftSwap: ({ name, approve }) => {
        const swap = this.swaps.find((each) => each.name === name);
        if (!swap) throw new ConnectError("no such swap", Code.NotFound);
        const next = swap.state === ShiftSwap_State.ASKED ? ShiftSwap_State.AGREED : ShiftSwap_State.APPROVED;
        const made = { ...swap, state: approve ? next : ShiftSwap_State.DECLINED };
        this.swaps = this.swaps.map((each) => (each === swap ? made : each));
        return made;
      },
      getAdherence: () => ({
        time: stamp(world.nowMs),
        rows: world.agents.slice(0, 240).map(({ name }, index) => ({
          agent: name,
          planned: index % 9 === 0 ? Activity.BREAK : Activity.WORK,
          actual: index % 23 === 4 ? Activity.OFF : index % 9 === 0 || index % 31 === 7 ? Activity.BREAK : Activity.WORK,
          differsSince: index % 23 === 4 || index % 31 === 7 ? stamp(world.nowMs - (4 + index) * 60_000) : undefined,
          adherence: 0.97 - 0.002 * (index % 40),
          conformance: 1.02 - 0.003 * (index % 40),
          nextTime: stamp(world.nowMs + (7 + (index % 80)) * 60_000),
          next: index % 9 === 0 ? Activity.WORK : Activity.BREAK,
        })),
      }),
    });
  }
}
