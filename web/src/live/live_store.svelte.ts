// The center as it is now: a snapshot, kept true by deltas. After a broken line the watch resumes at
// the sequence that is known, so nothing is missed and nothing is sent twice.
import type { Client } from "@connectrpc/connect";
import type {
  AgentLive,
  LiveService,
  LiveUpdate,
  QueueLive,
  Radar,
  WaitingItems,
} from "../gen/wissel/v1/live_pb";
import type { ServerClock } from "../lib/clock.svelte";
import { msOf } from "../lib/time";
import { watch, type WatchStatus } from "../lib/watch";

// The sign of life comes every 5 seconds.
export const kSilenceMs = 12_000;

export class LiveStore {
  status = $state<WatchStatus>("connecting");
  refusal = $state.raw<unknown>(null);
  /** Of the watched queue; undefined until it is known. */
  waiting = $state.raw<WaitingItems | undefined>(undefined);
  /** Whether a first snapshot has come. */
  loaded = $state(false);
  queues = $state.raw<readonly QueueLive[]>([]);
  agents = $state.raw<readonly AgentLive[]>([]);
  /** The server's clock when it was last heard; 0 before. */
  heardAt = $state(0);
  /** What the radar says; undefined until it is known. */
  radar = $state.raw<Radar | undefined>(undefined);
  /** Number of the last entry in the record of who did what. */
  lastAuditEntry = $state(0n);

  #client: Client<typeof LiveService>;
  #clock: ServerClock;
  #queues = new Map<string, QueueLive>();
  #agents = new Map<string, AgentLive>();
  #sequence = 0n;
  #watched = $state("");
  #stop: AbortController | undefined;

  constructor(client: Client<typeof LiveService>, clock: ServerClock) {
    this.#client = client;
    this.#clock = clock;
  }

  /** "queues/{queue}" whose waiting items are watched, or empty. */
  get watched(): string {
    return this.#watched;
  }

  queue(name: string): QueueLive | undefined {
    void this.queues;
    return this.#queues.get(name);
  }

  start(): () => void {
    this.#open();
    return () => this.#stop?.abort();
  }

  /** Watches another queue's waiting items; the rest goes on where it was. */
  watchQueue(name: string): void {
    if (name === this.#watched) return;
    this.#watched = name;
    this.waiting = undefined;
    if (this.#stop && !this.#stop.signal.aborted) this.#open();
  }

  #open(): void {
    this.#stop?.abort();
    const stop = new AbortController();
    this.#stop = stop;
    void watch({
      open: (signal) =>
        this.#client.watchLive(
          { resumeSequence: this.#sequence, itemsOfQueue: this.#watched },
          { signal },
        ),
      onMessage: (update) => this.#fold(update),
      onStatus: (status) => {
        if (stop.signal.aborted) return;
        // Watching another queue is no loss of the line.
        if (status !== "connecting" || !this.loaded) this.status = status;
      },
      onRefused: (reason) => (this.refusal = reason),
      signal: stop.signal,
      silenceMs: kSilenceMs,
    });
  }

  #fold(update: LiveUpdate): void {
    this.#clock.observe(update.now);
    this.heardAt = msOf(update.now) ?? this.heardAt;
    if (update.snapshot) {
      this.#queues.clear();
      this.#agents.clear();
      this.waiting = undefined;
      this.loaded = true;
    } else if (update.sequence < this.#sequence) {
      return;
    }
    this.#sequence = update.sequence;
    this.lastAuditEntry = update.lastAuditEntry;
    for (const queue of update.queues) this.#queues.set(queue.name, queue);
    for (const agent of update.agents) this.#agents.set(agent.name, agent);
    for (const name of update.removed) {
      this.#queues.delete(name);
      this.#agents.delete(name);
    }
    const gone = update.removed.length > 0 || update.snapshot;
    if (update.queues.length > 0 || gone) this.queues = [...this.#queues.values()];
    if (update.agents.length > 0 || gone) this.agents = [...this.#agents.values()];
    if (update.radar) this.radar = update.radar;
    if (update.waiting?.queue === this.#watched) this.waiting = update.waiting;
  }
}
