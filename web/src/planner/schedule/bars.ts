// Shifts as bars on a grid of local days, and the arithmetic of moving them. Instants are milliseconds;
// places on the grid are shares of its width.
import { create } from "@bufbuild/protobuf";
import { ShiftSchema, type Shift } from "../../gen/wissel/v1/schedule_pb";
import { msOf } from "../../lib/time";
import { addDays, daysBetween } from "../../lib/dates";
import type { Zone } from "../../lib/zone";

export interface Pause {
  from: number;
  to: number;
  paid: boolean;
}
export interface Bar {
  /** "shifts/{id}". */
  name: string;
  agent: string;
  from: number;
  to: number;
  kind: string;
  breaks: Pause[];
  pinned: boolean;
}

const kMinute = 60_000;

export function barOf(shift: Shift): Bar {
  return {
    name: shift.name,
    agent: shift.agent,
    from: msOf(shift.startTime)!,
    to: msOf(shift.endTime)!,
    kind: shift.shiftKind,
    breaks: shift.breaks.map((each) => ({ from: msOf(each.startTime)!, to: msOf(each.endTime)!, paid: each.paid })),
    pinned: shift.pinned,
  };
}

const stamp = (ms: number) => ({ seconds: BigInt(Math.floor(ms / 1000)), nanos: (ms % 1000) * 1e6 });

/** `name` empty: a new shift. */
export function shiftOf(bar: Bar, name: string): Shift {
  return create(ShiftSchema, {
    name,
    agent: bar.agent,
    startTime: stamp(bar.from),
    endTime: stamp(bar.to),
    shiftKind: bar.kind,
    breaks: bar.breaks.map(({ from, to, paid }) => ({ startTime: stamp(from), endTime: stamp(to), paid })),
    pinned: bar.pinned,
  });
}

export function snapped(minutes: number, step: number): number {
  return Math.round(minutes / step) * step;
}

/** The shift with its breaks, so many minutes later. */
export function moved(bar: Bar, minutes: number): Bar {
  const by = minutes * kMinute;
  return {
    ...bar,
    from: bar.from + by,
    to: bar.to + by,
    breaks: bar.breaks.map((each) => ({ ...each, from: each.from + by, to: each.to + by })),
  };
}

/** At the same local time of another day, or of another agent. */
export function placed(bar: Bar, agent: string, date: string, minute: number, zone: Zone): Bar {
  return { ...moved(bar, (zone.msAt(date, minute) - bar.from) / kMinute), agent };
}

/** One end moved; never shorter than `least`. Breaks that would lie outside are left out. */
export function resized(bar: Bar, edge: "start" | "end", minutes: number, least = 60): Bar {
  const by = minutes * kMinute;
  const from = edge === "start" ? Math.min(bar.from + by, bar.to - least * kMinute) : bar.from;
  const to = edge === "end" ? Math.max(bar.to + by, bar.from + least * kMinute) : bar.to;
  return { ...bar, from, to, breaks: bar.breaks.filter((each) => each.from >= from && each.to <= to) };
}

/** Paid time, in hours. */
export function paidHours(bar: Bar): number {
  const unpaid = bar.breaks.filter(({ paid }) => !paid).reduce((sum, each) => sum + each.to - each.from, 0);
  return (bar.to - bar.from - unpaid) / 3_600_000;
}

export function sameBar(one: Bar, other: Bar): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** The part of each day that is drawn, in minutes; `to` may be of the next day. */
export interface Hours {
  from: number;
  to: number;
}

const kUsual: Hours = { from: 420, to: 1260 };

/** Full hours around every shift. */
export function hoursOf(bars: Iterable<Bar>, zone: Zone): Hours {
  let from = Infinity;
  let to = -Infinity;
  for (const bar of bars) {
    const { minute } = zone.localOf(bar.from);
    from = Math.min(from, minute);
    to = Math.max(to, minute + (bar.to - bar.from) / kMinute);
  }
  if (from === Infinity) return kUsual;
  return { from: Math.max(0, Math.floor(from / 60) * 60 - 60), to: Math.min(2160, Math.ceil(to / 60) * 60 + 60) };
}

/** Where it lies in the column of its day: shares of the column's width, cut at its ends. */
export function spanOf(from: number, to: number, date: string, hours: Hours, zone: Zone): { left: number; width: number } {
  const begin = zone.msAt(date, 0);
  const whole = hours.to - hours.from;
  const share = (ms: number) => Math.min(1, Math.max(0, ((ms - begin) / kMinute - hours.from) / whole));
  const left = share(from);
  return { left, width: Math.max(0, share(to) - left) };
}

/** The day and minute where a bar that begins `x` columns from the left edge would begin. */
export function dropAt(x: number, first: string, days: number, hours: Hours, step: number): { date: string; minute: number } {
  const column = Math.min(days - 1, Math.max(0, Math.floor(x + 1e-9)));
  const minute = hours.from + (x - column) * (hours.to - hours.from);
  return { date: addDays(first, column), minute: Math.min(1440 - step, Math.max(0, snapped(minute, step))) };
}

/** `x` of a bar for `dropAt`. */
export function columnOf(bar: Bar, first: string, hours: Hours, zone: Zone): number {
  const { date, minute } = zone.localOf(bar.from);
  return daysBetween(first, date) + (minute - hours.from) / (hours.to - hours.from);
}

/** Shifts by the local day on which they begin. An agent's shifts are sorted out once, until they change. */
export class DayIndex {
  #zone: Zone;
  #known = new WeakMap<readonly Bar[], Map<string, Bar[]>>();

  constructor(zone: Zone) {
    this.#zone = zone;
  }

  of(bars: readonly Bar[], date: string): readonly Bar[] {
    let days = this.#known.get(bars);
    if (!days) {
      days = new Map();
      for (const bar of bars) {
        const day = this.#zone.localOf(bar.from).date;
        days.set(day, [...(days.get(day) ?? []), bar]);
      }
      this.#known.set(bars, days);
    }
    return days.get(date) ?? kNone;
  }
}
const kNone: readonly Bar[] = [];

export function byAgent(bars: Iterable<Bar>): Map<string, Bar[]> {
  const all = new Map<string, Bar[]>();
  for (const bar of bars) {
    const own = all.get(bar.agent);
    if (own) own.push(bar);
    else all.set(bar.agent, [bar]);
  }
  for (const own of all.values()) own.sort((one, other) => one.from - other.from);
  return all;
}
