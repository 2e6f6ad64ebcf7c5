// What is due next in an agent's published shifts: when work begins, when the next break does, when it is
// over, when the day ends.
import type { Bar } from "../../planner/schedule/bars";

export interface Due {
  what: "start" | "break" | "back" | "end";
  /** In milliseconds. */
  at: number;
  bar: Bar;
}

/** `bars` in the order in which they begin. Undefined: nothing is planned any more. */
export function dueNext(bars: readonly Bar[], now: number): Due | undefined {
  const bar = bars.find(({ to }) => to > now);
  if (!bar) return undefined;
  if (bar.from > now) return { what: "start", at: bar.from, bar };
  const next = bar.breaks.find(({ to }) => to > now);
  if (!next) return { what: "end", at: bar.to, bar };
  return next.from > now ? { what: "break", at: next.from, bar } : { what: "back", at: next.to, bar };
}

/** Long enough before that a person can get ready, short enough that it is worth a look. */
const kSoonMs = 10 * 60_000;

export function isSoon({ at }: Due, now: number): boolean {
  return at - now <= kSoonMs;
}
