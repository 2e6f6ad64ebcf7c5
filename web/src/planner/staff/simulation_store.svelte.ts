// Days that were simulated, and the groups of agents that a planner may change in them.
import type { Client } from "@connectrpc/connect";
import type { AgentGroup, Simulation, StaffingService } from "../../gen/wissel/v1/staffing_pb";
import { problemOf, type Problem } from "../../lib/errors";

export class SimulationStore {
  /** Newest first, without intervals; undefined until they are read. */
  all = $state.raw<Simulation[]>();
  groups = $state.raw<AgentGroup[]>();
  problem = $state.raw<Problem>();
  #client: Client<typeof StaffingService>;

  constructor(client: Client<typeof StaffingService>) {
    this.#client = client;
  }

  async load(): Promise<void> {
    try {
      this.all = (await this.#client.listSimulations({})).simulations;
      this.problem = undefined;
    } catch (reason) {
      this.problem = problemOf(reason);
    }
  }

  /** As the rules are now. */
  async loadGroups(): Promise<Problem | undefined> {
    try {
      this.groups = (await this.#client.listAgentGroups({})).groups;
      return undefined;
    } catch (reason) {
      return problemOf(reason);
    }
  }

  /** Whole, by its number. */
  of(number: string, signal: AbortSignal): Promise<Simulation> {
    return this.#client.getSimulation({ name: `simulations/${number}` }, { signal });
  }

  async remove(name: string): Promise<Problem | undefined> {
    try {
      await this.#client.deleteSimulation({ name });
      this.all = this.all?.filter((each) => each.name !== name);
      return undefined;
    } catch (reason) {
      return problemOf(reason);
    }
  }
}
