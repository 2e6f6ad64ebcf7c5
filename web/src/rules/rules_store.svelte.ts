// The versions of the rules: which there are, what differs between two of them, what one would have made
// of the last hour, and the way back to one. Nothing is shown as changed before the server says so.
import type { Client } from "@connectrpc/connect";
import type {
  DryRunUpdate_Progress as Progress,
  DryRunUpdate_Result as Result,
  ResourceDiff,
  RulesService,
  RuleVersion,
} from "../gen/wissel/v1/rules_pb";
import { problemOf, type Problem } from "../lib/errors";
import { newRequestId } from "../lib/request_id";

const kPage = 50;

/** A center file that somebody has in mind, or the number of a version. */
export type Proposal =
  | { case: "version"; value: bigint }
  | { case: "rules"; value: { yaml: string; deleteUnnamed: boolean } };

export interface Trial {
  proposal: Proposal;
  progress?: Progress;
  result?: Result;
  problem?: Problem;
}

export class RulesStore {
  versions = $state.raw<RuleVersion[]>();
  next = $state("");
  problem = $state.raw<Problem>();
  /** The older and the newer of the two that are compared. */
  from = $state<bigint>(0n);
  to = $state<bigint>(0n);
  diff = $state.raw<ResourceDiff[]>();
  trial = $state.raw<Trial>();
  #rules: Client<typeof RulesService>;
  #looking = new AbortController();
  #trying = new AbortController();

  constructor(rules: Client<typeof RulesService>) {
    this.#rules = rules;
  }

  get current(): bigint {
    return this.versions?.find((version) => version.current)?.number ?? 0n;
  }
  /** Of the two, the one that does not hold now: to be tried, or gone back to. */
  get candidate(): bigint {
    return this.from !== this.current ? this.from : this.to;
  }

  async load(): Promise<void> {
    try {
      const page = await this.#rules.listRuleVersions({ pageSize: kPage });
      this.versions = page.ruleVersions;
      this.next = page.nextPageToken;
      this.problem = undefined;
      const [newest, before] = page.ruleVersions;
      if (newest) await this.compare((before ?? newest).number, newest.number);
    } catch (reason) {
      this.problem = problemOf(reason);
    }
  }

  async more(): Promise<void> {
    try {
      const page = await this.#rules.listRuleVersions({ pageSize: kPage, pageToken: this.next });
      this.versions = [...(this.versions ?? []), ...page.ruleVersions];
      this.next = page.nextPageToken;
    } catch (reason) {
      this.problem = problemOf(reason);
    }
  }

  /** In either order. */
  async compare(one: bigint, other: bigint): Promise<void> {
    this.#looking.abort();
    const looking = (this.#looking = new AbortController());
    this.from = one < other ? one : other;
    this.to = one < other ? other : one;
    this.diff = undefined;
    try {
      const diff = await this.difference(this.from, this.to, looking.signal);
      if (!looking.signal.aborted) this.diff = diff;
    } catch (reason) {
      if (!looking.signal.aborted) this.problem = problemOf(reason);
    }
  }

  async difference(from: bigint, to: bigint, signal?: AbortSignal): Promise<ResourceDiff[]> {
    const answer = await this.#rules.diffRuleVersions({ from, to }, { signal });
    return answer.resources;
  }

  /** There is one trial at a time: the one before ends. */
  async try(proposal: Proposal): Promise<void> {
    this.stopTrying();
    const trying = (this.#trying = new AbortController());
    this.trial = { proposal };
    try {
      const updates = this.#rules.dryRunRules({ proposal }, { signal: trying.signal });
      for await (const { update } of updates) {
        if (trying.signal.aborted) return;
        if (update.case === "progress") this.trial = { proposal, progress: update.value };
        if (update.case === "result") this.trial = { proposal, result: update.value };
      }
    } catch (reason) {
      if (!trying.signal.aborted) this.trial = { proposal, problem: problemOf(reason) };
    }
  }
  get trying(): boolean {
    return this.trial !== undefined && !this.trial.result && !this.trial.problem;
  }

  stopTrying(): void {
    this.#trying.abort();
    this.trial = undefined;
  }

  /** Only while what is seen here still holds; answers what went wrong. */
  async rollBack(toVersion: bigint, note: string): Promise<Problem | undefined> {
    try {
      await this.#rules.rollBackRules({
        toVersion,
        expectedVersion: this.current,
        requestId: newRequestId(),
        note,
      });
    } catch (reason) {
      return problemOf(reason);
    }
    this.stopTrying();
    await this.load();
    return undefined;
  }
}
