// The people of a day beside those that are required: what is still to come, in a few words.
import type { DayOutlook, DayOutlook_Point as Point } from "../../gen/wissel/v1/day_pb";

/** Of the queue's group; the first and last interval that ask for somebody, or have somebody, mark its hours. */
export function hoursOf(outlook: DayOutlook): Point[] {
  const points = outlook.groups[0]?.points ?? [];
  const busy = points.flatMap((point, index) => (point.required > 0 || point.planned > 0 ? [index] : []));
  return busy.length === 0 ? [] : points.slice(busy[0]!, busy.at(-1)! + 1);
}

export const gapOf = (point: Point): number => point.planned - point.required;

export interface Rest {
  /** Hours of people that are missing, and that are too many. */
  short: number;
  surplus: number;
  /** By contacts; undefined: nothing is to come that cannot wait. */
  level: number | undefined;
  target: number | undefined;
}

/** Of what is not over yet. */
export function restOfPeople(points: readonly Point[], intervalMinutes: number): Rest {
  const rest: Rest = { short: 0, surplus: 0, level: undefined, target: undefined };
  let contacts = 0;
  let level = 0;
  let target = 0;
  for (const point of points) {
    if (point.over) continue;
    const hours = (gapOf(point) * intervalMinutes) / 60;
    if (hours < 0) rest.short -= hours;
    else rest.surplus += hours;
    if (point.serviceLevel === undefined || point.target === undefined) continue;
    contacts += point.contacts;
    level += point.contacts * point.serviceLevel;
    target += point.contacts * point.target;
  }
  if (contacts > 0) {
    rest.level = level / contacts;
    rest.target = target / contacts;
  }
  return rest;
}
