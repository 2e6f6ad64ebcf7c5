// Repeats a call over a short outage (safe for changes because each carries its request id), or again and again.
// A page asks a server in need no more than a tenth as much again: it keeps to a budget of retries, waits with
// jitter, and not less than the server asks for.
import { ConnectError } from "@connectrpc/connect";
import { isOutage } from "./errors";
import { retryBudget } from "./retry_budget";

export const kRetryDelaysMs = [400, 1200, 3000];
const kLongestWaitMs = 30_000;

/** What the server asks for; 0: nothing. */
export function retryAfterMs(reason: unknown): number {
  const seconds = Number(ConnectError.from(reason).metadata.get("retry-after") ?? 0);
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0) * 1000, kLongestWaitMs) : 0;
}

export function delay(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    }
    signal?.addEventListener("abort", done);
  });
}

export async function withRetry<T>(call: () => Promise<T>): Promise<T> {
  retryBudget.noteRequest();
  for (const wait of kRetryDelaysMs) {
    try {
      return await call();
    } catch (reason) {
      if (!isOutage(reason) || !retryBudget.takeRetry()) throw reason;
      const least = retryAfterMs(reason);
      await delay(least > 0 ? least + Math.random() * wait : wait * (0.75 + Math.random() / 4));
    }
  }
  return call();
}

/** Reads at once, and again so long after each end, until the returned function is called. */
export function repeat(read: (signal: AbortSignal) => Promise<void>, everyMs: number): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  void (async () => {
    while (!signal.aborted) {
      await read(signal);
      await delay(everyMs, signal);
    }
  })();
  return () => stop.abort();
}
