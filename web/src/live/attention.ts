// Which queue needs a team manager first, and why, in one word each.
import type { QueueLive } from "../gen/wissel/v1/live_pb";
import { msOf, spanMs } from "../lib/time";

// From worst to best.
export type Concern = "overdue" | "nobody" | "dueSoon" | "belowTarget" | "closed" | "calm";

const kRank: Record<Concern, number> = {
  overdue: 0,
  nobody: 1,
  dueSoon: 2,
  belowTarget: 3,
  calm: 4,
  closed: 5,
};

// The last quarter of the promise.
const kSoon = 0.25;
// A share says little before a handful of contacts.
const kEnough = 5n;

export function concernOf(queue: QueueLive, now: number): Concern {
  const due = msOf(queue.nextDue);
  // A promise lapses between two messages as well.
  if (queue.overdue > 0n || (due !== undefined && due < now)) return "overdue";
  if (queue.waiting > 0n && queue.open && queue.agentsSignedIn === 0n) return "nobody";
  if (due !== undefined && due - now < spanMs(queue.answerWithin) * kSoon) return "dueSoon";
  const settled = queue.answered + queue.abandoned >= kEnough;
  if (settled && (queue.serviceLevel ?? 1) < queue.serviceLevelTarget) return "belowTarget";
  return queue.open ? "calm" : "closed";
}

const kCollator = new Intl.Collator(undefined, { numeric: true });

/** How far past (or into) its promise the oldest waiting item is: 1 is the promise itself. */
export function pressureOf(queue: QueueLive, now: number): number {
  const since = msOf(queue.longestWaitingSince);
  if (since === undefined) return 0;
  return (now - since) / Math.max(1000, spanMs(queue.answerWithin));
}

export function byAttention(queues: readonly QueueLive[], now: number): QueueLive[] {
  const keyed = queues.map((queue) => ({
    queue,
    rank: kRank[concernOf(queue, now)],
    pressure: pressureOf(queue, now),
  }));
  keyed.sort(
    (a, b) =>
      a.rank - b.rank ||
      b.pressure - a.pressure ||
      Number(b.queue.waiting - a.queue.waiting) ||
      byName(a.queue, b.queue),
  );
  return keyed.map(({ queue }) => queue);
}

export function byName<T extends { name: string; displayName: string }>(a: T, b: T): number {
  return kCollator.compare(a.displayName || a.name, b.displayName || b.name);
}

/** Sums over queues, for the line above the table. */
export interface Totals {
  waiting: bigint;
  overdue: bigint;
  answered: bigint;
  abandoned: bigint;
  longestSince: number | undefined;
  serviceLevel: number | undefined;
  /** Share of the waits told to customers that were kept, as far as that was seen. */
  promisesKept: number | undefined;
}

export function totalsOf(queues: readonly QueueLive[]): Totals {
  const totals: Totals = {
    waiting: 0n,
    overdue: 0n,
    answered: 0n,
    abandoned: 0n,
    longestSince: undefined,
    serviceLevel: undefined,
    promisesKept: undefined,
  };
  let kept = 0n;
  let judged = 0n;
  let inTime = 0n;
  let counted = 0n;
  for (const queue of queues) {
    totals.waiting += queue.waiting;
    totals.overdue += queue.overdue;
    totals.answered += queue.answered;
    totals.abandoned += queue.abandoned;
    kept += queue.promisesKept;
    judged += queue.promisesKept + queue.promisesBroken;
    inTime += queue.answeredInTime;
    counted += queue.answered + queue.abandoned - queue.shortAbandoned;
    const since = msOf(queue.longestWaitingSince);
    if (since !== undefined) totals.longestSince = Math.min(since, totals.longestSince ?? since);
  }
  if (counted > 0n) totals.serviceLevel = Number(inTime) / Number(counted);
  if (judged > 0n) totals.promisesKept = Number(kept) / Number(judged);
  return totals;
}

/** Mean of a sum of durations in ms, or undefined before the first. */
export function meanMs(sum: number, count: bigint): number | undefined {
  return count > 0n ? sum / Number(count) : undefined;
}
