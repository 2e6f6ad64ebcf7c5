// A shift as a form has it: local day and times as text.
import { minuteOfDay } from "../../lib/format";
import type { Zone } from "../../lib/zone";
import type { Bar } from "./bars";

export interface ShiftForm {
  agent: string;
  date: string;
  /** "09:30". */
  start: string;
  /** Not after `start`: of the next day. */
  end: string;
  kind: string;
  breaks: { start: string; minutes: number; paid: boolean }[];
  pinned: boolean;
}

const kMinute = 60_000;
const kDay = 1440;

export function minuteOf(text: string): number {
  const [hours = NaN, minutes = NaN] = text.split(":").map(Number);
  return hours * 60 + minutes;
}

export function formOf(bar: Bar | undefined, agent: string, date: string, zone: Zone): ShiftForm {
  if (!bar) return { agent, date, start: "09:00", end: "17:00", kind: "", breaks: [], pinned: false };
  const clock = (ms: number) => minuteOfDay(zone.localOf(ms).minute);
  return {
    agent: bar.agent,
    date: zone.localOf(bar.from).date,
    start: clock(bar.from),
    end: clock(bar.to),
    kind: bar.kind,
    breaks: bar.breaks.map(({ from, to, paid }) => ({ start: clock(from), minutes: (to - from) / kMinute, paid })),
    pinned: bar.pinned,
  };
}

/** Undefined: it is no shift (a break lies outside, a time is missing). */
export function barFrom(form: ShiftForm, before: Bar | undefined, zone: Zone): Bar | undefined {
  const [start, end] = [minuteOf(form.start), minuteOf(form.end)];
  if (!Number.isFinite(start) || !Number.isFinite(end) || form.date === "") return undefined;
  const last = end > start ? end : end + kDay;
  const breaks = form.breaks.map(({ start: begins, minutes, paid }) => {
    const at = minuteOf(begins);
    const from = at >= start ? at : at + kDay;
    return { from, to: from + minutes, paid };
  });
  if (breaks.some(({ from, to }) => !(to > from) || to > last)) return undefined;
  const ms = (minute: number) => zone.msAt(form.date, minute);
  return {
    name: before?.name ?? "",
    agent: form.agent,
    from: ms(start),
    to: ms(last),
    kind: form.kind,
    breaks: breaks.map(({ from, to, paid }) => ({ from: ms(from), to: ms(to), paid })).sort((one, other) => one.from - other.from),
    pinned: form.pinned,
  };
}
