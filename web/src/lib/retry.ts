// Repeats a call over a short outage. Safe for changes because each carries its request id.
import { isOutage } from "./errors";

export const kRetryDelaysMs = [400, 1200, 3000];

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
  for (const wait of kRetryDelaysMs) {
    try {
      return await call();
    } catch (reason) {
      if (!isOutage(reason)) throw reason;
      await delay(wait);
    }
  }
  return call();
}
