// What partners are owed and took, read again every few seconds: the accounts as they stand, and what
// was settled since the day began here.
import type { Client } from "@connectrpc/connect";
import type { PartnerAccounts, PartnerService, PartnerSettlement } from "../gen/wissel/v1/partner_pb";
import { repeat } from "../lib/retry";

export const kRefreshMs = 3000;
const kPage = 1000;

function startOfDay(now: number): bigint {
  const day = new Date(now);
  day.setHours(0, 0, 0, 0);
  return BigInt(Math.floor(day.getTime() / 1000));
}

export class PartnersStore {
  allocations = $state.raw<PartnerAccounts[]>([]);
  /** Newest first. */
  settlements = $state.raw<PartnerSettlement[]>([]);
  loaded = $state(false);
  /** What went wrong when it was last read; what is shown is older then. */
  problem = $state.raw<unknown>(undefined);
  #partner: Client<typeof PartnerService>;

  constructor(partner: Client<typeof PartnerService>) {
    this.#partner = partner;
  }

  settlementsOf(queue: string): PartnerSettlement[] {
    return this.settlements.filter((settlement) => settlement.queue === queue);
  }

  /** Until the returned function is called. */
  run(): () => void {
    return repeat((signal) => this.#read(signal), kRefreshMs);
  }

  async #read(signal: AbortSignal): Promise<void> {
    try {
      const { allocations } = await this.#partner.listPartnerAllocations({}, { signal });
      const startTime = { seconds: startOfDay(Date.now()) };
      const { settlements } = await this.#partner.listPartnerSettlements(
        { startTime, pageSize: kPage },
        { signal },
      );
      this.allocations = allocations;
      this.settlements = settlements;
      this.loaded = true;
      this.problem = undefined;
    } catch (reason) {
      if (!signal.aborted) this.problem = reason;
    }
  }
}
