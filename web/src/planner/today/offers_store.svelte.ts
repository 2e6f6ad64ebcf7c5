// What can be done about the rest of today, and what was offered to agents.
import type { Client } from "@connectrpc/connect";
import type { DayService, ProposeShiftOffersResponse_Proposal as Proposal, ShiftOffer, ShiftOffer_Kind } from "../../gen/wissel/v1/day_pb";
import { wish } from "../../lib/deeds.svelte";
import { problemOf, type Problem } from "../../lib/errors";

const kAgainMs = 30_000;
const stamp = (ms: number) => ({ seconds: BigInt(Math.floor(ms / 1000)), nanos: 0 });

export interface Sending {
  agents: string[];
  needed: number;
  expireMs: number;
  note: string;
}

export class OffersStore {
  /** Undefined until they are asked for. */
  proposals = $state.raw<Proposal[]>();
  offers = $state.raw<ShiftOffer[]>([]);
  problem = $state.raw<Problem>();
  busy = $state(false);
  #client: Client<typeof DayService>;
  #accepted = -1;

  constructor(client: Client<typeof DayService>) {
    this.#client = client;
  }

  /** Reads again now and then until the returned function is called; `onchange`: somebody accepted. */
  start(onchange: () => void): () => void {
    void this.load(onchange);
    const timer = setInterval(() => void this.load(onchange), kAgainMs);
    return () => clearInterval(timer);
  }

  async load(onchange: () => void = () => undefined): Promise<void> {
    try {
      this.offers = (await this.#client.listShiftOffers({})).shiftOffers;
      this.problem = undefined;
      const accepted = this.offers.reduce((sum, offer) => sum + offer.accepted, 0);
      if (this.#accepted >= 0 && accepted !== this.#accepted) onchange();
      this.#accepted = accepted;
    } catch (reason) {
      this.problem = problemOf(reason);
    }
  }

  propose(queue: string): Promise<Problem | undefined> {
    return this.#doing(async () => {
      this.proposals = (await this.#client.proposeShiftOffers({ queue })).proposals;
    });
  }

  /** Who could take this time, whatever the outlook says: a proposal more, the first. */
  proposeFor(queue: string, kind: ShiftOffer_Kind, fromMs: number, toMs: number): Promise<Problem | undefined> {
    return this.#doing(async () => {
      const { proposals } = await this.#client.proposeShiftOffers({ queue, kind, startTime: stamp(fromMs), endTime: stamp(toMs) });
      this.proposals = [...proposals, ...(this.proposals ?? [])];
    });
  }

  send(proposal: Proposal, { agents, needed, expireMs, note }: Sending): Promise<Problem | undefined> {
    const { kind, startTime, endTime, queues } = proposal;
    return this.#doing(async () => {
      await wish((requestId) => this.#client.createShiftOffer({ shiftOffer: { kind, startTime, endTime, queues, needed, agents, expireTime: stamp(expireMs), note }, requestId }));
      this.proposals = this.proposals?.filter((other) => other !== proposal);
      await this.load();
    });
  }

  withdraw(offer: ShiftOffer): Promise<Problem | undefined> {
    return this.#doing(async () => {
      await wish((requestId) => this.#client.withdrawShiftOffer({ name: offer.name, requestId }));
      await this.load();
    });
  }

  async #doing(work: () => Promise<void>): Promise<Problem | undefined> {
    this.busy = true;
    try {
      await work();
      return undefined;
    } catch (reason) {
      return problemOf(reason);
    } finally {
      this.busy = false;
    }
  }
}
