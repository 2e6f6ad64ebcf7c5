// A server stream that is meant to last: opened, listened to for signs of life, and opened again with
// growing pauses whenever it breaks, until the signal says stop or the server refuses for good.
import { ConnectError } from "@connectrpc/connect";
import { isOutage } from "./errors";
import { delay } from "./retry";

// connecting: the first message has not come yet. live: messages come. stale: they do not, and what is
// shown may be old. refused: the server said no; the watch is over.
export type WatchStatus = "connecting" | "live" | "stale" | "refused";

export interface WatchOptions<T> {
  /** Opens the stream, anew each time: it may resume where the last message left off. */
  open: (signal: AbortSignal) => AsyncIterable<T>;
  onMessage: (message: T) => void;
  onStatus: (status: WatchStatus) => void;
  onRefused?: (reason: unknown) => void;
  signal: AbortSignal;
  /** So long without a message means that the connection is dead. */
  silenceMs: number;
  /** The stream sends nothing while nothing changes: silence is checked by opening it again, unseen. */
  quiet?: boolean;
}

export const kFirstPauseMs = 500;
export const kLongestPauseMs = 8000;

export async function watch<T>(options: WatchOptions<T>): Promise<void> {
  const { signal, onStatus } = options;
  let pause = kFirstPauseMs;
  onStatus("connecting");
  while (!signal.aborted) {
    const end = await listen(options, () => (pause = kFirstPauseMs));
    if (signal.aborted) return;
    if (end.refused !== undefined) {
      onStatus("refused");
      options.onRefused?.(end.refused);
      return;
    }
    if (end.silent && options.quiet) continue;
    onStatus("stale");
    await pauseFor(pause + Math.random() * pause * 0.5, signal);
    pause = Math.min(pause * 2, kLongestPauseMs);
  }
}

interface End {
  silent?: boolean;
  refused?: unknown;
}

async function listen<T>(options: WatchOptions<T>, onLife: () => void): Promise<End> {
  const attempt = new AbortController();
  const stop = () => attempt.abort();
  options.signal.addEventListener("abort", stop);
  let silent = false;
  const fallSilent = () => {
    silent = true;
    if (!options.quiet) options.onStatus("stale");
    attempt.abort();
  };
  let timer = setTimeout(fallSilent, options.silenceMs);
  try {
    for await (const message of options.open(attempt.signal)) {
      if (attempt.signal.aborted) break;
      clearTimeout(timer);
      timer = setTimeout(fallSilent, options.silenceMs);
      onLife();
      options.onMessage(message);
      options.onStatus("live");
    }
    return { silent };
  } catch (reason) {
    // What is no answer of the server is a fault of our own, and no reason to call again.
    if (!(reason instanceof ConnectError)) throw reason;
    if (silent || options.signal.aborted || isOutage(reason) || attempt.signal.aborted) {
      return { silent };
    }
    return { refused: reason };
  } finally {
    clearTimeout(timer);
    options.signal.removeEventListener("abort", stop);
  }
}

// Waits, but no longer than until the browser says that it is online again.
async function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
  const early = new AbortController();
  const ring = () => early.abort();
  globalThis.addEventListener?.("online", ring);
  signal.addEventListener("abort", ring);
  await delay(ms, early.signal);
  globalThis.removeEventListener?.("online", ring);
  signal.removeEventListener("abort", ring);
}
