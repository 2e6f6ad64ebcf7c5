// The agent's day as the server tells it. The stream of states is the only truth: an action sends a
// wish, and what comes back is a state like any other. Beyond it the store keeps only which sign-in is
// ours, which contact is looked at, and why an offer was ours.
import type { Client } from "@connectrpc/connect";
import {
  Presence,
  type AgentService,
  type AgentState,
  type Assignment,
  type Offer,
} from "../gen/wissel/v1/agent_pb";
import { WorkItem_State as State, type Decision } from "../gen/wissel/v1/work_pb";
import type { ServerClock } from "../lib/clock.svelte";
import { newRequestId } from "../lib/request_id";
import { withRetry } from "../lib/retry";
import { spanMs } from "../lib/time";
import { watch, type WatchStatus } from "../lib/watch";

// off: the day has not begun. elsewhere: it has, at another desk. taken: it was ours, another desk has
// taken over. working: it is ours.
export type Phase = "loading" | "refused" | "off" | "elsewhere" | "taken" | "working";

export type AskedTarget = { case: "queue" | "agent"; value: string };
export type Target = AskedTarget | { case: "partner"; value: string };

/** Remembers over a reload which sign-in is this tab's. */
export interface SessionMemory {
  read(): string | null;
  write(session: string | null): void;
}

export interface AgentStoreOptions {
  agent: string;
  client: Client<typeof AgentService>;
  clock: ServerClock;
  memory: SessionMemory;
  onFailure: (reason: unknown) => void;
  onNewOffer?: (offer: Offer) => void;
}

// The stream's sign of life comes every 5 seconds.
export const kSilenceMs = 12_000;
const kDefaultLeaseMs = 30_000;

export class AgentStore {
  state = $state.raw<AgentState | null>(null);
  connection = $state<WatchStatus>("connecting");
  refusal = $state.raw<unknown>(null);
  /** Name of the contact that is looked at, "workItems/{number}". */
  selected = $state<string | null>(null);
  /** Offers and assignments with an action on its way. */
  pending = $state.raw<ReadonlySet<string>>(new Set());

  #options: AgentStoreOptions;
  #session = $state<bigint | null>(null);
  #worked = $state(false);
  #signingIn = $state(false);
  #stop: AbortController | undefined;
  #heartbeats: ReturnType<typeof setInterval> | undefined;
  #leaseMs = kDefaultLeaseMs;
  #lastHeartbeat = -Infinity;
  #knownOffers = new Set<string>();
  #decisions = new Map<string, Decision>();
  #accepting = new Set<string>();

  constructor(options: AgentStoreOptions) {
    this.#options = options;
    const kept = options.memory.read();
    this.#session = kept === null ? null : BigInt(kept);
  }

  get phase(): Phase {
    if (this.connection === "refused") return "refused";
    const state = this.state;
    if (!state || this.#signingIn) return "loading";
    if (state.presence === Presence.OFFLINE) return "off";
    if (state.session === this.#session) return "working";
    return this.#worked ? "taken" : "elsewhere";
  }

  get offers(): Offer[] {
    return this.phase === "working" ? (this.state?.offers ?? []) : [];
  }

  /** What is at hand, then what is set aside until the customer writes. */
  get assignments(): Assignment[] {
    return [...this.atHand, ...this.setAsides];
  }

  get atHand(): Assignment[] {
    return this.#held.filter((each) => each.state !== State.AWAITING_CUSTOMER);
  }

  get setAsides(): Assignment[] {
    return this.#held.filter((each) => each.state === State.AWAITING_CUSTOMER);
  }

  get #held(): Assignment[] {
    return this.phase === "working" ? (this.state?.assignments ?? []) : [];
  }

  get current(): Assignment | undefined {
    return this.assignments.find((assignment) => assignment.workItem === this.selected);
  }

  get stale(): boolean {
    return this.connection === "stale";
  }

  /** Why the item was offered to this agent, as the offer said. */
  decisionFor(workItem: string): Decision | undefined {
    return this.#decisions.get(workItem);
  }

  start(): () => void {
    const stop = new AbortController();
    this.#stop = stop;
    const { client, agent } = this.#options;
    void watch({
      open: (signal) => client.watchAgent({ agent }, { signal }),
      onMessage: (state) => this.#absorb(state),
      onStatus: (status) => (this.connection = status),
      onRefused: (reason) => (this.refusal = reason),
      signal: stop.signal,
      silenceMs: kSilenceMs,
    });
    this.#heartbeats = setInterval(() => this.#keepAlive(), 1000);
    return () => this.stop();
  }

  stop(): void {
    this.#stop?.abort();
    clearInterval(this.#heartbeats);
  }

  async signIn(takeOver: boolean): Promise<void> {
    const { agent, client, onFailure } = this.#options;
    const requestId = newRequestId();
    this.#signingIn = true;
    try {
      const state = await withRetry(() => client.signIn({ agent, takeOver, requestId }));
      this.#own(state.session);
      this.#absorb(state);
    } catch (reason) {
      onFailure(reason);
    } finally {
      this.#signingIn = false;
      this.#settle([]);
    }
  }

  signOut(): Promise<boolean> {
    const { agent, client } = this.#options;
    return this.#act(agent, (requestId) => client.signOut({ agent, requestId }));
  }

  setPresence(presence: Presence, awayReason = ""): Promise<boolean> {
    const { agent, client } = this.#options;
    return this.#act(agent, (requestId) =>
      client.setPresence({ agent, presence, awayReason, requestId }),
    );
  }

  accept(offer: Offer): Promise<boolean> {
    this.#accepting.add(offer.workItem);
    return this.#act(offer.name, (requestId) =>
      this.#options.client.acceptOffer({ name: offer.name, requestId }),
    );
  }

  decline(offer: Offer): Promise<boolean> {
    return this.#act(offer.name, (requestId) =>
      this.#options.client.declineOffer({ name: offer.name, requestId }),
    );
  }

  /** Nobody answered the callback; it is tried again by its queue's rule. */
  missCustomer({ name }: Assignment): Promise<boolean> {
    return this.#act(name, (requestId) => this.#options.client.missCustomer({ name, requestId }));
  }
  hold({ name }: Assignment): Promise<boolean> {
    return this.#act(name, (requestId) => this.#options.client.holdAssignment({ name, requestId }));
  }

  resume({ name }: Assignment): Promise<boolean> {
    return this.#act(name, (requestId) =>
      this.#options.client.resumeAssignment({ name, requestId }),
    );
  }

  wrapUp({ name }: Assignment): Promise<boolean> {
    return this.#act(name, (requestId) =>
      this.#options.client.wrapUpAssignment({ name, requestId }),
    );
  }

  complete({ name }: Assignment, reasonCodes: string[]): Promise<boolean> {
    return this.#act(name, (requestId) =>
      this.#options.client.completeAssignment({ name, reasonCodes, requestId }),
    );
  }

  transfer({ name }: Assignment, target: Target): Promise<boolean> {
    return this.#act(name, (requestId) =>
      this.#options.client.transferAssignment({ name, target, requestId }),
    );
  }

  /** Asks a queue or a colleague and keeps the contact. */
  ask({ name }: Assignment, target: AskedTarget): Promise<boolean> {
    return this.#act(name, (requestId) =>
      this.#options.client.startConsult({ name, target, requestId }),
    );
  }

  /** The consult is over; with `transfer`, the contact goes to who was asked. */
  endConsult({ name }: Assignment, transfer: boolean): Promise<boolean> {
    return this.#act(name, (requestId) =>
      this.#options.client.completeConsult({ name, transfer, requestId }),
    );
  }

  setConference({ name }: Assignment, conference: boolean): Promise<boolean> {
    return this.#act(name, (requestId) =>
      this.#options.client.setConference({ name, conference, requestId }),
    );
  }

  /** Until the customer writes. */
  setAside({ name }: Assignment): Promise<boolean> {
    return this.#act(name, (requestId) =>
      this.#options.client.setAsideAssignment({ name, requestId }),
    );
  }

  giveBack({ name }: Assignment): Promise<boolean> {
    return this.#act(name, (requestId) =>
      this.#options.client.returnAssignment({ name, requestId }),
    );
  }

  // Answers whether it was done. One action at a time on one thing: a double click is one wish.
  async #act(on: string, call: (requestId: string) => Promise<AgentState>): Promise<boolean> {
    if (this.pending.has(on)) return false;
    this.pending = new Set([...this.pending, on]);
    const requestId = newRequestId();
    try {
      this.#absorb(await withRetry(() => call(requestId)));
      return true;
    } catch (reason) {
      this.#options.onFailure(reason);
      return false;
    } finally {
      this.pending = new Set([...this.pending].filter((name) => name !== on));
    }
  }

  // Answers and stream overtake each other; the later position in the journal wins.
  #absorb(state: AgentState): void {
    this.#options.clock.observe(state.now);
    if (state.lease) this.#leaseMs = spanMs(state.lease);
    if (this.state && state.sequence < this.state.sequence) return;
    const earlier = this.assignments;
    this.state = state;
    this.#settle(earlier);
  }

  #settle(earlier: readonly Assignment[]): void {
    if (this.phase === "off") this.#disown();
    if (this.phase === "working") this.#worked = true;
    this.#announceOffers();
    this.#select(earlier);
    this.#keepAlive();
  }

  #own(session: bigint): void {
    this.#session = session;
    this.#worked = true;
    this.#options.memory.write(String(session));
  }

  #disown(): void {
    this.#session = null;
    this.#worked = false;
    this.#options.memory.write(null);
  }

  #announceOffers(): void {
    for (const offer of this.offers) {
      if (offer.decision) this.#decisions.set(offer.workItem, offer.decision);
      if (this.#knownOffers.has(offer.name)) continue;
      this.#options.onNewOffer?.(offer);
    }
    this.#knownOffers = new Set(this.offers.map((offer) => offer.name));
  }

  // What was accepted here is opened; otherwise the contact that is looked at stays.
  #select(earlier: readonly Assignment[]): void {
    const now = this.assignments;
    const fresh = now.find((each) => this.#accepting.has(each.workItem));
    if (fresh) {
      this.#accepting.delete(fresh.workItem);
      this.selected = fresh.workItem;
      return;
    }
    if (now.some((each) => each.workItem === this.selected)) return;
    const place = earlier.findIndex((each) => each.workItem === this.selected);
    this.selected = (now[Math.min(Math.max(place, 0), now.length - 1)] ?? null)?.workItem ?? null;
  }

  // Called by a timer and by every message: browsers slow the timers of a page in the background down
  // to one a minute, which is longer than a lease.
  #keepAlive(): void {
    if (this.phase !== "working") return;
    const now = performance.now();
    if (now - this.#lastHeartbeat < this.#leaseMs / 3) return;
    this.#lastHeartbeat = now;
    const { client, agent } = this.#options;
    client.heartbeat({ agent }).then(
      (answer) => {
        if (answer.lease) this.#leaseMs = spanMs(answer.lease);
      },
      // The stream tells what became of the presence.
      () => (this.#lastHeartbeat = now - this.#leaseMs / 3 + 2000),
    );
  }
}
