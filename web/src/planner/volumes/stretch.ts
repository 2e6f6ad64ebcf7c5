// A stretch that was chosen on a plot, as local days and minutes, and what is expected in it.
import type { ForecastPoint, Override, PlanningEvent } from "../../gen/wissel/v1/forecast_pb";
import { msOf } from "../../lib/time";
import { addDays } from "../../lib/dates";
import type { PlotMark } from "../plot/series";
import type { Zone } from "../../lib/zone";
import type { Grain } from "../view";

export interface Stretch {
  startDate: string;
  endDate: string;
  /** Of the local day, [from, to); both 0: the whole day. */
  fromMinute: number;
  toMinute: number;
}

/** Points from `low` to `high`, both included. Parts of days make sense within one day only: of several
 *  days, whole ones are taken. */
export function stretchOf(points: readonly ForecastPoint[], low: number, high: number, grain: Grain, intervalMinutes: number, zone: Zone): Stretch {
  const first = zone.localOf(msOf(points[low]!.startTime)!);
  const last = zone.localOf(msOf(points[high]!.startTime)!);
  const days = { startDate: first.date, endDate: last.date };
  if (grain === "day" || first.date !== last.date) return { ...days, fromMinute: 0, toMinute: 0 };
  return { ...days, fromMinute: first.minute, toMinute: Math.min(1440, last.minute + intervalMinutes) };
}

/** Expected contacts in it; undefined: nothing is forecast there. */
export function expectedIn(points: readonly ForecastPoint[], low: number, high: number): number | undefined {
  const known = points.slice(low, high + 1).flatMap(({ expected }) => (expected === undefined ? [] : [expected]));
  return known.length > 0 ? known.reduce((sum, each) => sum + each, 0) : undefined;
}

export function sumBetween(points: readonly ForecastPoint[], from: string, to: string, zone: Zone): number {
  const begin = zone.msAt(from, 0);
  const end = zone.msAt(addDays(to, 1), 0);
  return points.reduce((sum, point) => {
    const at = msOf(point.startTime)!;
    return at >= begin && at < end ? sum + (point.expected ?? 0) : sum;
  }, 0);
}

/** Whether the event is of this queue, and seen in this scenario ("high"). */
export function concerns(event: PlanningEvent, queue: string, scenario: string): boolean {
  const ofQueue = event.queues.length === 0 || event.queues.includes(queue);
  return ofQueue && (event.scenario === "" || event.scenario === `scenarios/${scenario}`);
}

/** Events and overrides as marked stretches of a plot. */
export function marksOf(events: readonly PlanningEvent[], overrides: readonly Override[], queue: string, scenario: string, zone: Zone): PlotMark[] {
  const day = (date: string, minute = 0) => zone.msAt(date, minute) / 1000;
  return [
    ...events
      .filter((event) => concerns(event, queue, scenario))
      .map((event): PlotMark => ({
        from: day(event.startDate),
        to: day(addDays(event.endDate || event.startDate, 1)),
        label: event.displayName,
        ink: "branch",
      })),
    ...overrides
      .filter((override) => override.queue === queue)
      .map((override): PlotMark => {
        const part = override.toMinute > 0 && override.startDate === override.endDate;
        return {
          from: day(override.startDate, part ? override.fromMinute : 0),
          to: part ? day(override.startDate, override.toMinute) : day(addDays(override.endDate, 1)),
          label: "",
          ink: "busy",
        };
      }),
  ];
}
