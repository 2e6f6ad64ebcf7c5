// Required staff that was computed.
import type { Client } from "@connectrpc/connect";
import type { RequiredStaff, StaffingService } from "../../gen/wissel/v1/staffing_pb";
import { problemOf, type Problem } from "../../lib/errors";

export class StaffStore {
  /** Newest first, without intervals; undefined until they are read. */
  all = $state.raw<RequiredStaff[]>();
  problem = $state.raw<Problem>();
  #client: Client<typeof StaffingService>;

  constructor(client: Client<typeof StaffingService>) {
    this.#client = client;
  }

  async load(): Promise<void> {
    try {
      this.all = (await this.#client.listRequiredStaff({})).requiredStaff;
      this.problem = undefined;
    } catch (reason) {
      this.problem = problemOf(reason);
    }
  }

  /** By its number; empty: the newest of this forecast, else the newest of all. */
  numbered(number: string, forecast: string | undefined): RequiredStaff | undefined {
    const all = this.all ?? [];
    return all.find(({ name }) => name === `requiredStaff/${number}`) ?? all.find((each) => each.forecast === forecast) ?? all[0];
  }

  /** With the intervals of one queue. */
  of(name: string, queue: string, signal: AbortSignal): Promise<RequiredStaff> {
    return this.#client.getRequiredStaff({ name, queues: queue === "" ? [] : [queue] }, { signal });
  }

  async remove(name: string): Promise<Problem | undefined> {
    try {
      await this.#client.deleteRequiredStaff({ name });
      this.all = this.all?.filter((each) => each.name !== name);
      return undefined;
    } catch (reason) {
      return problemOf(reason);
    }
  }
}
