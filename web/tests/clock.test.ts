import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { create } from "@bufbuild/protobuf";
import { OfferSchema } from "../src/gen/wissel/v1/agent_pb";
import { TimestampSchema } from "@bufbuild/protobuf/wkt";
import { ServerClock } from "../src/lib/clock.svelte";
import { mostUrgent, secondsLeft, shareLeft } from "../src/desk/countdown";
import { timestamp } from "./support";

const kServer = 1_700_000_000_000;
const at = (ms: number) => create(TimestampSchema, timestamp(ms));

let monotonic = 0;
const clockOf = () =>
  new ServerClock(
    () => monotonic,
    () => 123,
  );

beforeEach(() => {
  monotonic = 5000;
});
afterEach(() => {
  vi.useRealTimers();
});

describe("the server's clock", () => {
  it("is the server's, however wrong ours is", () => {
    const clock = clockOf();
    clock.observe(at(kServer));
    monotonic += 2500;
    expect(clock.read()).toBe(kServer + 2500);
  });

  it("trusts the message that was under way for the shortest time", () => {
    const clock = clockOf();
    clock.observe(at(kServer - 900));
    clock.observe(at(kServer - 40));
    clock.observe(at(kServer - 700));
    expect(clock.read()).toBe(kServer - 40);
  });

  it("follows a server whose clock was set back, within a minute of signs of life", () => {
    const clock = clockOf();
    clock.observe(at(kServer));
    for (let sign = 1; sign <= 12; sign += 1) {
      monotonic += 5000;
      clock.observe(at(kServer - 3_600_000 + sign * 5000));
    }
    expect(clock.read()).toBe(kServer - 3_600_000 + 60_000);
  });

  it("ticks once a second for as long as somebody looks", () => {
    vi.useFakeTimers();
    const clock = clockOf();
    const stopOne = clock.run();
    const stopTwo = clock.run();
    expect(vi.getTimerCount()).toBe(1);
    stopOne();
    expect(vi.getTimerCount()).toBe(1);
    stopTwo();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("the countdown of an offer", () => {
  const offer = create(OfferSchema, {
    name: "agents/anna/offers/1",
    offerTime: timestamp(kServer),
    deadline: timestamp(kServer + 20_000),
  });

  it("runs against the server's clock", () => {
    const clock = clockOf();
    clock.observe(at(kServer));
    expect(secondsLeft(offer, clock.read())).toBe(20);
    monotonic += 12_300;
    expect(secondsLeft(offer, clock.read())).toBe(8);
    expect(shareLeft(offer, clock.read())).toBeCloseTo(0.385);
  });

  it("never shows less than nothing or more than all", () => {
    expect(secondsLeft(offer, kServer + 60_000)).toBe(0);
    expect(shareLeft(offer, kServer + 60_000)).toBe(0);
    expect(shareLeft(offer, kServer - 60_000)).toBe(1);
  });

  it("knows which offer lapses first", () => {
    const sooner = create(OfferSchema, { name: "b", deadline: timestamp(kServer + 3000) });
    expect(mostUrgent([offer, sooner])?.name).toBe("b");
    expect(mostUrgent([])).toBeUndefined();
  });
});
