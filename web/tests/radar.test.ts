import { describe, expect, it } from "vitest";
import { create } from "@bufbuild/protobuf";
import {
  IntervalSchema,
  QueueLiveSchema,
  RadarAlarmSchema,
  RadarAlarm_Direction as Direction,
  RadarPointSchema,
  RadarProposalSchema,
  RadarProposal_Kind as Kind,
} from "../src/gen/wissel/v1/live_pb";
import { booksOf, draw, keyOf, proposalsOf, quartersOf, sentenceOf } from "../src/live/radar";
import { clockTime } from "../src/lib/format";

const at = (seconds: number) => ({ seconds: BigInt(seconds) });
const kOnset = 1_772_448_120;
const alarm = create(RadarAlarmSchema, {
  queue: "queues/benefits",
  direction: Direction.UP,
  onsetTime: at(kOnset),
  namedTime: at(kOnset + 120),
  window: { seconds: 600n },
  observed: 42n,
  expected: 9.04,
  expectedLow: 5n,
  expectedHigh: 14n,
});
const nameOf = (name: string) => (name === "queues/benefits" ? "Benefits" : name);

describe("an alarm in words", () => {
  it("says how many, how many were expected, and since when", () => {
    expect(sentenceOf(alarm, nameOf)).toBe(
      `Benefits: 42 in 10 minutes, 9 expected (5 to 14), since ${clockTime(kOnset * 1000)}`,
    );
  });
  it("names the topic and keeps one figure behind the point of small numbers", () => {
    const topic = { ...alarm, topic: "permits", expected: 0.44, window: { ...alarm.window!, seconds: 60n } };
    expect(sentenceOf(topic, nameOf)).toContain("“permits” (Benefits): 42 in 1 minute, 0.4 expected");
  });
  it("stays the same alarm while its figures change, and is another after it was named anew", () => {
    expect(keyOf({ ...alarm, observed: 50n })).toBe(keyOf(alarm));
    expect(keyOf({ ...alarm, namedTime: create(RadarAlarmSchema, { namedTime: at(kOnset + 900) }).namedTime! })).not.toBe(keyOf(alarm));
  });
});

describe("what is proposed", () => {
  const proposals = [Kind.OPEN_STEP, Kind.ANNOUNCE, Kind.SURGE].map((kind) => create(RadarProposalSchema, { kind }));
  const ofQueue = { ...alarm, proposals };
  const ofTopic = { ...ofQueue, topic: "permits" };
  const kinds = (one: typeof ofQueue, all: (typeof ofQueue)[]) => proposalsOf(one, all).map(({ kind }) => kind);

  it("is not said twice when a queue and its topic stand out together", () => {
    expect(kinds(ofQueue, [ofQueue, ofTopic])).toEqual([Kind.OPEN_STEP, Kind.ANNOUNCE, Kind.SURGE]);
    expect(kinds(ofTopic, [ofQueue, ofTopic])).toEqual([Kind.ANNOUNCE]);
    expect(kinds(ofTopic, [ofTopic, { ...ofQueue, queue: "queues/other" }])).toHaveLength(3);
  });
});

describe("its drawing", () => {
  const point = (index: number, observed: number, expected?: number) =>
    create(RadarPointSchema, {
      startTime: at(1_772_446_800 + index * 300),
      observed: BigInt(observed),
      ...(expected === undefined ? {} : { expected, expectedLow: BigInt(expected - 2), expectedHigh: BigInt(expected + 2) }),
    });
  it("has a band wherever something is expected, and none elsewhere", () => {
    const drawing = draw([point(0, 4), point(1, 4, 4), point(2, 5, 4), point(3, 0), point(4, 20, 4)], 100, 50);
    expect(drawing.bands).toHaveLength(2);
    expect(drawing.most).toBe(20);
    expect(drawing.last).toEqual({ x: 100, y: 0 });
    expect(drawing.observed.split(" ")).toHaveLength(5);
    expect(drawing.times.map(({ x }) => x)).toEqual([50]);
  });
  it("is empty before the first minute", () => {
    expect(draw([], 100, 50).last).toBeUndefined();
  });
});

describe("the books", () => {
  it("close per queue and in total, or say by how much not", () => {
    const good = create(QueueLiveSchema, { name: "queues/b", offered: 10n, answered: 6n, abandoned: 1n, endedOtherwise: 1n, waiting: 2n });
    const bad = create(QueueLiveSchema, { name: "queues/a", offered: 5n, answered: 1n, waiting: 1n });
    const { rows, total } = booksOf([good, bad]);
    expect(rows.map(({ name, off }) => [name, off])).toEqual([["queues/a", 3], ["queues/b", 0]]);
    expect(total.offered).toBe(15);
    expect(total.off).toBe(3);
  });
  it("have every quarter, also those in which nothing happened", () => {
    const interval = (seconds: number, offered: number) =>
      create(IntervalSchema, { startTime: at(seconds), offered: BigInt(offered), answered: 1n });
    const quarters = quartersOf([interval(0, 3), interval(1800, 2), interval(1800, 4), interval(9000, 1)], 0, 2_700_000);
    expect(quarters.map(({ offered }) => offered)).toEqual([3, 0, 6]);
    expect(quarters[2]!.answered).toBe(2);
  });
});
