// Required staff against who is planned, day by day.
import type { CoverSeries } from "../../gen/wissel/v1/schedule_pb";
import { msOf } from "../../lib/time";
import type { Zone } from "../../lib/zone";

export interface CoverLine {
  /** The beginning of the first interval, in milliseconds, and how long each is. */
  from: number;
  stepMs: number;
  required: number[];
  planned: number[];
}

/** Of the groups that serve the queue; of all of them when there is none of that queue. */
export function coverOf(series: readonly CoverSeries[], queue: string): CoverLine | undefined {
  const own = series.filter(({ queues }) => queues.includes(queue));
  const all = own.length > 0 ? own : series;
  const first = all[0];
  if (!first) return undefined;
  const line: CoverLine = {
    from: msOf(first.startTime)!,
    stepMs: first.intervalMinutes * 60_000,
    required: new Array<number>(first.required.length).fill(0),
    planned: new Array<number>(first.required.length).fill(0),
  };
  for (const each of all) {
    line.required.forEach((_, index) => {
      line.required[index]! += each.required[index] ?? 0;
      line.planned[index]! += each.planned[index] ?? 0;
    });
  }
  return line;
}

export interface DayCover {
  required: number[];
  planned: number[];
  /** Hours of required staff that nobody covers, and hours beyond what is required. */
  short: number;
  surplus: number;
}

/** The intervals within [from, to) minutes of a local day. */
export function dayOf(line: CoverLine, date: string, fromMinute: number, toMinute: number, zone: Zone): DayCover {
  const begin = Math.max(0, Math.round((zone.msAt(date, fromMinute) - line.from) / line.stepMs));
  const end = Math.max(begin, Math.round((zone.msAt(date, toMinute) - line.from) / line.stepMs));
  const required = line.required.slice(begin, end);
  const planned = line.planned.slice(begin, end);
  const hours = line.stepMs / 3_600_000;
  let short = 0;
  let surplus = 0;
  required.forEach((wanted, index) => {
    const gap = ((planned[index] ?? 0) - wanted) * hours;
    if (gap < 0) short -= gap;
    else surplus += gap;
  });
  return { required, planned, short, surplus };
}

/** A line of steps in a box of 100 by 30, as the points of a polyline; closed: down to the ground. */
export function stepsOf(values: readonly number[], most: number, closed: boolean): string {
  if (values.length === 0 || most <= 0) return "";
  const width = 100 / values.length;
  const y = (value: number) => (30 - (28 * value) / most).toFixed(2);
  const points = values.flatMap((value, index) => [`${(index * width).toFixed(2)},${y(value)}`, `${((index + 1) * width).toFixed(2)},${y(value)}`]);
  return (closed ? ["0,30", ...points, "100,30"] : points).join(" ");
}
