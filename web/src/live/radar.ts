// What the radar and the day's books show, as words and as the lines of a drawing.
import {
  RadarAlarm_Basis as Basis,
  RadarAlarm_Direction as Direction,
  RadarProposal_Kind as Kind,
  type Interval,
  type QueueLive,
  type RadarAlarm,
  type RadarPoint,
  type RadarProposal,
} from "../gen/wissel/v1/live_pb";
import { clockTime, count } from "../lib/format";
import { t } from "../lib/i18n.svelte";
import { msOf, spanMs } from "../lib/time";

/** One alarm, however its figures change. */
export function keyOf(alarm: RadarAlarm): string {
  return `${alarm.queue} ${alarm.topic} ${alarm.direction} ${msOf(alarm.namedTime) ?? 0}`;
}

export function whatOf(alarm: RadarAlarm, nameOf: (resource: string) => string): string {
  const queue = nameOf(alarm.queue);
  return alarm.topic === "" ? queue : t("radar.about", { topic: alarm.topic, queue });
}

/** Whole numbers, and one figure behind the point where they are small. */
export function rounded(value: number): string {
  return count(value < 10 ? Math.round(value * 10) / 10 : Math.round(value));
}

/** "Benefits: 42 in 10 minutes, 9 expected (5 to 14), since 10:42". */
export function sentenceOf(alarm: RadarAlarm, nameOf: (resource: string) => string): string {
  return t("radar.sentence", {
    what: whatOf(alarm, nameOf),
    observed: count(alarm.observed),
    minutes: Math.round(spanMs(alarm.window) / 60_000),
    expected: rounded(alarm.expected),
    low: count(alarm.expectedLow),
    high: count(alarm.expectedHigh),
    time: clockTime(msOf(alarm.onsetTime) ?? 0),
  });
}

export function basisOf(alarm: RadarAlarm): string {
  return alarm.basis === Basis.HISTORY ? t("radar.fromHistory") : t("radar.fromToday");
}

export function isUp(alarm: RadarAlarm): boolean {
  return alarm.direction === Direction.UP;
}

/** What the queue's own alarm proposes already is not proposed a second time with its topic. */
export function proposalsOf(alarm: RadarAlarm, all: readonly RadarAlarm[]): RadarProposal[] {
  const ofQueue = ({ queue, topic, direction }: RadarAlarm) =>
    queue === alarm.queue && topic === "" && direction === alarm.direction;
  if (alarm.topic === "" || !all.some(ofQueue)) return alarm.proposals;
  return alarm.proposals.filter(({ kind }) => kind === Kind.ANNOUNCE);
}

// --- The drawing: a band of what is expected, and the line of what came

export interface Drawing {
  /** Closed shapes of the expected range, one for each stretch in which it is known. */
  bands: string[];
  expected: string[];
  observed: string;
  /** Of the last point. */
  last?: { x: number; y: number };
  most: number;
  times: { x: number; label: string }[];
}

const at = (x: number, y: number) => `${x.toFixed(1)},${y.toFixed(1)}`;

export function draw(points: readonly RadarPoint[], width: number, height: number): Drawing {
  const most = Math.max(5, ...points.map((p) => Math.max(Number(p.observed), Number(p.expectedHigh ?? 0n))));
  const x = (index: number) => (points.length < 2 ? width : (index / (points.length - 1)) * width);
  const y = (value: number) => height - (value / most) * height;
  const stretches: number[][] = [];
  points.forEach((point, index) => {
    if (point.expected === undefined) return;
    const last = stretches.at(-1);
    if (last?.at(-1) === index - 1) last.push(index);
    else stretches.push([index]);
  });
  const line = (indexes: readonly number[], value: (point: RadarPoint) => number) =>
    indexes.map((index) => at(x(index), y(value(points[index]!)))).join(" ");
  const low = (point: RadarPoint) => Number(point.expectedLow ?? 0n);
  const high = (point: RadarPoint) => Number(point.expectedHigh ?? 0n);
  const all = points.map((_, index) => index);
  const newest = points.at(-1);
  return {
    most,
    bands: stretches.map((indexes) => `${line(indexes, high)} ${line([...indexes].reverse(), low)}`),
    expected: stretches.map((indexes) => line(indexes, (point) => point.expected ?? 0)),
    observed: line(all, (point) => Number(point.observed)),
    ...(newest && { last: { x: x(points.length - 1), y: y(Number(newest.observed)) } }),
    times: points.flatMap((point, index) => {
      const ms = msOf(point.startTime) ?? 0;
      return ms % 1_800_000 === 0 ? [{ x: x(index), label: clockTime(ms) }] : [];
    }),
  };
}

// --- The books

export interface Book {
  name: string;
  offered: number;
  answered: number;
  abandoned: number;
  otherwise: number;
  waiting: number;
  /** offered - answered - abandoned - otherwise - waiting: 0 when the books close. */
  off: number;
}

function bookOf(name: string, queues: readonly QueueLive[]): Book {
  const sum = (of: (queue: QueueLive) => bigint) => Number(queues.reduce((all, queue) => all + of(queue), 0n));
  const book = {
    name,
    offered: sum((q) => q.offered),
    answered: sum((q) => q.answered),
    abandoned: sum((q) => q.abandoned),
    otherwise: sum((q) => q.endedOtherwise),
    waiting: sum((q) => q.waiting),
  };
  return { ...book, off: book.offered - book.answered - book.abandoned - book.otherwise - book.waiting };
}

/** One a queue, and the sum of all, which has no name. */
export function booksOf(queues: readonly QueueLive[]): { rows: Book[]; total: Book } {
  return {
    rows: queues
      .map((queue) => bookOf(queue.displayName || queue.name, [queue]))
      .sort((a, b) => a.name.localeCompare(b.name)),
    total: bookOf("", queues),
  };
}

export interface Quarter {
  startMs: number;
  arrivals: number;
  offered: number;
  answered: number;
  abandoned: number;
  otherwise: number;
}

const kQuarterMs = 900_000;

/** Every quarter of [from, to), the quiet ones included; several queues are added up. */
export function quartersOf(intervals: readonly Interval[], fromMs: number, toMs: number): Quarter[] {
  const quarters: Quarter[] = [];
  for (let startMs = fromMs; startMs < toMs; startMs += kQuarterMs) {
    quarters.push({ startMs, arrivals: 0, offered: 0, answered: 0, abandoned: 0, otherwise: 0 });
  }
  for (const interval of intervals) {
    const quarter = quarters[Math.floor(((msOf(interval.startTime) ?? 0) - fromMs) / kQuarterMs)];
    if (!quarter) continue;
    quarter.arrivals += Number(interval.arrivals);
    quarter.offered += Number(interval.offered);
    quarter.answered += Number(interval.answered);
    quarter.abandoned += Number(interval.abandoned);
    quarter.otherwise += Number(interval.endedOtherwise);
  }
  return quarters;
}
