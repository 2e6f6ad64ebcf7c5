// Rules that somebody writes: a center file, what is wrong with it, and what it would change. It is
// applied only as it was checked, on the version that it was checked against.
import type { Client } from "@connectrpc/connect";
import type { ResourceDiff, RulesProblem, RulesService } from "../gen/wissel/v1/rules_pb";
import { problemOf, type Problem } from "../lib/errors";
import { newRequestId } from "../lib/request_id";
import type { Proposal } from "./rules_store.svelte";

export interface Checked {
  problems: RulesProblem[];
  resources: ResourceDiff[];
  version: bigint;
}

export class Draft {
  checked = $state.raw<Checked>();
  problem = $state.raw<Problem>();
  busy = $state(false);
  #yaml = $state("");
  #whole = $state(false);
  #rules: Client<typeof RulesService>;

  constructor(rules: Client<typeof RulesService>) {
    this.#rules = rules;
  }

  get yaml(): string {
    return this.#yaml;
  }
  set yaml(text: string) {
    this.#yaml = text;
    this.checked = undefined;
  }
  /** Whether what the file does not name goes. */
  get whole(): boolean {
    return this.#whole;
  }
  set whole(on: boolean) {
    this.#whole = on;
    this.checked = undefined;
  }
  get proposal(): Proposal & { case: "rules" } {
    return { case: "rules", value: { yaml: this.#yaml, deleteUnnamed: this.#whole } };
  }
  get mayApply(): boolean {
    return this.checked?.problems.length === 0 && this.checked.resources.length > 0;
  }

  /** Begins with the whole of a version; 0: the one that holds now. */
  async begin(version: bigint): Promise<void> {
    await this.#ask(async () => {
      const name = `ruleVersions/${version === 0n ? "current" : version}`;
      this.yaml = (await this.#rules.getRuleVersion({ name })).yaml;
    });
  }

  async check(): Promise<void> {
    await this.#ask(async () => {
      const asked = this.proposal.value;
      const { problems, resources, version } = await this.#rules.validateRules({ rules: asked });
      const same = asked.yaml === this.#yaml && asked.deleteUnnamed === this.#whole;
      if (same) this.checked = { problems, resources, version };
    });
  }

  /** Answers what went wrong. */
  async apply(note: string): Promise<Problem | undefined> {
    try {
      await this.#rules.applyRules({
        rules: this.proposal.value,
        expectedVersion: this.checked?.version ?? 0n,
        requestId: newRequestId(),
        note,
      });
    } catch (reason) {
      return problemOf(reason);
    }
    this.checked = undefined;
    return undefined;
  }

  async #ask(question: () => Promise<void>): Promise<void> {
    this.busy = true;
    this.problem = undefined;
    try {
      await question();
    } catch (reason) {
      this.problem = problemOf(reason);
    } finally {
      this.busy = false;
    }
  }
}
