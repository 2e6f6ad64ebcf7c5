// What a schedule must keep to, and what it has to know of each agent. Each change is made on the version
// that was seen, and can be undone.
import type { Client } from "@connectrpc/connect";
import type { LabourRules, PlannedAgent, ScheduleService } from "../../gen/wissel/v1/schedule_pb";
import { wish, type Deeds } from "../../lib/deeds.svelte";
import { problemOf, type Problem } from "../../lib/errors";
import { t } from "../../lib/i18n.svelte";

export class LabourStore {
  rules = $state.raw<LabourRules>();
  /** By agent, "agents/{agent}". */
  planned = $state.raw<ReadonlyMap<string, PlannedAgent>>(new Map());
  problem = $state.raw<Problem>();
  #client: Client<typeof ScheduleService>;
  #deeds: Deeds;

  constructor(client: Client<typeof ScheduleService>, deeds: Deeds) {
    this.#client = client;
    this.#deeds = deeds;
  }

  async load(): Promise<void> {
    try {
      const [rules, { plannedAgents }] = await Promise.all([
        this.#client.getLabourRules({}),
        this.#client.listPlannedAgents({}),
      ]);
      this.rules = rules;
      this.planned = new Map(plannedAgents.map((each) => [each.agent, each]));
      this.problem = undefined;
    } catch (reason) {
      this.problem = problemOf(reason);
    }
  }

  async saveRules(wanted: LabourRules): Promise<Problem | undefined> {
    const before = this.rules!;
    return this.#doing(async () => {
      const after = await this.#putRules({ ...wanted, etag: before.etag });
      this.#deeds.did({
        text: t("labour.rulesChanged"),
        restores: t("labour.restoresRules"),
        undo: [{ about: t("labour.title"), step: () => this.#putRules({ ...before, etag: after.etag }) }],
      });
    });
  }

  async saveAgent(wanted: PlannedAgent, name: string): Promise<Problem | undefined> {
    const before = this.planned.get(wanted.agent);
    return this.#doing(async () => {
      const after = await this.#putAgent({ ...wanted, etag: before?.etag ?? "" });
      this.#deeds.did({
        text: t("labour.agentChanged", { name }),
        restores: before ? t("labour.restoresAgent") : "",
        undo: before ? [{ about: name, step: () => this.#putAgent({ ...before, etag: after.etag }) }] : [],
      });
    });
  }

  async #putRules(labourRules: LabourRules): Promise<LabourRules> {
    this.rules = await wish((requestId) => this.#client.updateLabourRules({ labourRules, requestId }));
    return this.rules;
  }

  async #putAgent(plannedAgent: PlannedAgent): Promise<PlannedAgent> {
    const made = await wish((requestId) => this.#client.updatePlannedAgent({ plannedAgent, requestId }));
    this.planned = new Map(this.planned).set(made.agent, made);
    return made;
  }

  async #doing(work: () => Promise<void>): Promise<Problem | undefined> {
    try {
      await this.#deeds.working(work);
      return undefined;
    } catch (reason) {
      return problemOf(reason);
    }
  }
}
