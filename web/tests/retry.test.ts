import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Code, ConnectError } from "@connectrpc/connect";
import { retryAfterMs, withRetry } from "../src/lib/retry";
import { kMostRetries, RetryBudget } from "../src/lib/retry_budget";

describe("the budget of retries", () => {
  let now = 1_000_000;
  const budget = () => new RetryBudget(() => now);

  it("lets a few through at once, and then no more", () => {
    const some = budget();
    for (let i = 0; i < kMostRetries; i++) expect(some.takeRetry()).toBe(true);
    expect(some.takeRetry()).toBe(false);
  });

  it("grows by a tenth of what is asked", () => {
    const some = budget();
    while (some.takeRetry()) {
      /* until it is empty */
    }
    for (let i = 0; i < 100; i++) some.noteRequest();
    let retries = 0;
    while (some.takeRetry()) retries++;
    expect(retries).toBeGreaterThanOrEqual(9);
    expect(retries).toBeLessThanOrEqual(10);
  });

  it("is not empty for ever", () => {
    const some = budget();
    while (some.takeRetry()) {
      /* until it is empty */
    }
    now += 2_000;
    expect(some.takeRetry()).toBe(true);
    expect(some.takeRetry()).toBe(false);
  });
});

describe("a call over an outage", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("waits at least as long as the server asks for", async () => {
    const busy = new ConnectError("busy", Code.ResourceExhausted, { "retry-after": "5" });
    expect(retryAfterMs(busy)).toBe(5_000);
    let calls = 0;
    const answer = withRetry(async () => {
      calls++;
      if (calls === 1) throw busy;
      return "yes";
    });
    await vi.advanceTimersByTimeAsync(4_900);
    expect(calls).toBe(1);
    await vi.advanceTimersByTimeAsync(600);
    expect(await answer).toBe("yes");
    expect(calls).toBe(2);
  });

  it("does not repeat what was refused for good", async () => {
    let calls = 0;
    const answer = withRetry(async () => {
      calls++;
      throw new ConnectError("no", Code.InvalidArgument);
    });
    await expect(answer).rejects.toThrow("no");
    expect(calls).toBe(1);
  });

  it("knows nothing of a time that is none", () => {
    expect(retryAfterMs(new ConnectError("x", Code.Unavailable, { "retry-after": "soon" }))).toBe(0);
    expect(retryAfterMs(new ConnectError("x", Code.Unavailable, { "retry-after": "-1" }))).toBe(0);
    expect(retryAfterMs(new Error("x"))).toBe(0);
  });
});
