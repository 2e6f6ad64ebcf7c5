import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Code, ConnectError } from "@connectrpc/connect";
import { watch, type WatchOptions, type WatchStatus } from "../src/lib/watch";
import { fakeTime, Lines, pass } from "./support";

let lines: Lines<null, string>;
let statuses: WatchStatus[];
let heard: string[];
let refusals: unknown[];
let stop: AbortController;

function begin(options: Partial<WatchOptions<string>> = {}): void {
  void watch<string>({
    open: (signal) => lines.open(null, { signal }),
    onMessage: (message) => heard.push(message),
    onStatus: (status) => statuses.push(status),
    onRefused: (reason) => refusals.push(reason),
    signal: stop.signal,
    silenceMs: 12_000,
    ...options,
  });
}

beforeEach(() => {
  fakeTime();
  lines = new Lines();
  statuses = [];
  heard = [];
  refusals = [];
  stop = new AbortController();
});
afterEach(() => {
  stop.abort();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const down = () => new ConnectError("down", Code.Unavailable);

describe("a watch", () => {
  it("waits twice as long after each failure, up to 8 seconds", async () => {
    begin();
    const opened: number[] = [];
    for (let attempt = 0; attempt < 7; attempt += 1) {
      await pass();
      opened.push(lines.all.length);
      lines.last.fail(down());
      const pause = Math.min(500 * 2 ** attempt, 8000);
      await pass(pause - 1);
      expect(lines.all.length).toBe(attempt + 1);
      await pass(1);
      expect(lines.all.length).toBe(attempt + 2);
    }
    expect(opened).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it("begins with short pauses again once a message has come", async () => {
    begin();
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await pass();
      lines.last.fail(down());
      await pass(8000);
    }
    lines.last.say("here again");
    await pass();
    const before = lines.all.length;
    lines.last.end();
    await pass(500);
    expect(lines.all.length).toBe(before + 1);
    expect(heard).toEqual(["here again"]);
  });

  it("takes the end of a stream for a broken line", async () => {
    begin();
    await pass();
    lines.last.end();
    await pass();
    expect(statuses.at(-1)).toBe("stale");
  });

  it("ends when it is told to, without a word", async () => {
    begin();
    await pass();
    lines.last.say("one");
    await pass();
    stop.abort();
    await pass(60_000);
    expect(lines.all).toHaveLength(1);
    expect(lines.last.closed).toBe(true);
    expect(statuses.at(-1)).toBe("live");
  });

  it("ends when the server says no", async () => {
    begin();
    await pass();
    lines.last.fail(new ConnectError("no such agent", Code.NotFound));
    await pass(60_000);
    expect(statuses.at(-1)).toBe("refused");
    expect(refusals).toHaveLength(1);
    expect(lines.all).toHaveLength(1);
  });

  it("opens a quiet stream anew without calling it stale", async () => {
    begin({ quiet: true, silenceMs: 20_000 });
    await pass();
    lines.last.say("one");
    await pass(20_001);
    expect(lines.all).toHaveLength(2);
    expect(statuses).not.toContain("stale");
    lines.last.fail(down());
    await pass();
    expect(statuses.at(-1)).toBe("stale");
  });
});
