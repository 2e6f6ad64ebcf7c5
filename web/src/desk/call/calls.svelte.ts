// The calls of the contacts that an agent has. A browser opens six connections to one place, so that only
// the call looked at last is streamed.
import { Code, type Client } from "@connectrpc/connect";
import type { Assignment } from "../../gen/wissel/v1/agent_pb";
import { Channel } from "../../gen/wissel/v1/common_pb";
import { Call_State as State, type Call, type VoiceService } from "../../gen/wissel/v1/voice_pb";
import { codeOf, problemOf, type Problem } from "../../lib/errors";
import { withRetry } from "../../lib/retry";
import { watch, type WatchStatus } from "../../lib/watch";

const kSilenceMs = 25_000;
// An offer that was accepted a moment ago is heard of here before it is there.
const kTriesAgainMs = [500, 1000, 2000];

// asking: not known yet. here: there is one. none: this contact has no call. elsewhere: this server has no
// telephony; the call is in an application of its own.
export type Place = "asking" | "here" | "none" | "elsewhere";

export class CallWork {
  readonly workItem: string;
  call = $state.raw<Call>();
  place = $state<Place>("asking");
  line = $state<WatchStatus>("connecting");
  busy = $state(false);
  /** What was refused last: of a number, by its field. */
  problem = $state.raw<Problem>();
  /** What was typed to be dialled. */
  number = $state("");
  #client: Client<typeof VoiceService>;
  #stream: AbortController | undefined;
  #again: ReturnType<typeof setTimeout> | undefined;
  #refusals = 0;

  constructor(client: Client<typeof VoiceService>, workItem: string) {
    this.#client = client;
    this.workItem = workItem;
  }

  /** There is a line to end. */
  get live(): boolean {
    return this.call !== undefined && this.call.state !== State.ENDED && this.call.state !== State.HANDED_ON;
  }

  follow(): void {
    if (this.#stream || this.place === "elsewhere") return;
    const stop = new AbortController();
    this.#stream = stop;
    void watch({
      open: (signal) => this.#client.watchCall({ workItem: this.workItem }, { signal }),
      onMessage: (call) => this.#absorb(call, stop),
      onStatus: (status) => (this.line = status),
      onRefused: (reason) => this.#refused(reason),
      signal: stop.signal,
      silenceMs: kSilenceMs,
      quiet: true,
    });
  }

  unfollow(): void {
    clearTimeout(this.#again);
    this.#stream?.abort();
    this.#stream = undefined;
  }

  async dial(): Promise<void> {
    await this.#act(async () => {
      // A number is dialled once: an outage leaves open whether it was, and the stream says it.
      this.#absorb(await this.#client.dial({ workItem: this.workItem, number: this.number.trim() }));
      this.unfollow();
      this.follow();
    });
  }

  async hangUp(): Promise<void> {
    await this.#act(async () => this.#absorb(await withRetry(() => this.#client.hangUp({ workItem: this.workItem }))));
  }

  async #act(deed: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.problem = undefined;
    try {
      await deed();
    } catch (reason) {
      this.problem = problemOf(reason);
    } finally {
      this.busy = false;
    }
  }

  // After the last message the stream ends by itself, and is not opened again.
  #absorb(call: Call, stream?: AbortController): void {
    this.call = call;
    this.place = "here";
    this.#refusals = 0;
    if (call.state === State.ENDED) stream?.abort();
  }

  #refused(reason: unknown): void {
    this.#stream = undefined;
    const code = codeOf(reason);
    if (code === Code.Unimplemented) this.place = "elsewhere";
    else if (code === Code.NotFound) this.place = this.call ? this.place : "none";
    else this.#lookAgain();
  }

  #lookAgain(): void {
    const wait = kTriesAgainMs[this.#refusals];
    this.#refusals += 1;
    if (wait === undefined) this.place = this.call ? this.place : "none";
    else this.#again = setTimeout(() => this.follow(), wait);
  }
}

export function hasCalls(channel: Channel): boolean {
  return channel === Channel.VOICE || channel === Channel.CALLBACK || channel === Channel.OUTBOUND;
}

export class Calls {
  #client: Client<typeof VoiceService>;
  #all = $state.raw<ReadonlyMap<string, CallWork>>(new Map());
  #last: string | undefined;

  constructor(client: Client<typeof VoiceService>) {
    this.#client = client;
  }

  of(workItem: string): CallWork | undefined {
    return this.#all.get(workItem);
  }

  stop(): void {
    for (const call of this.#all.values()) call.unfollow();
  }

  /** Who is asked about a call has none of their own: colleagues talk on their phones. */
  follow(assignments: readonly Assignment[], selected: string | null): void {
    const held = assignments.filter(({ channel, question }) => hasCalls(channel) && !question).map(({ workItem }) => workItem);
    const all = new Map(held.map((name) => [name, this.#all.get(name) ?? new CallWork(this.#client, name)]));
    for (const [name, call] of this.#all) if (!all.has(name)) call.unfollow();
    if (all.size !== this.#all.size || held.some((name) => !this.#all.has(name))) this.#all = all;
    const looked = [selected, this.#last, held[0]].find((name) => name && all.has(name)) ?? undefined;
    this.#last = looked;
    for (const [name, call] of all) if (name !== looked) call.unfollow();
    all.get(looked ?? "")?.follow();
  }
}
