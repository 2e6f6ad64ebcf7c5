// The page of the rules: which two versions are compared, what a trial tells, and the way back on what was
// seen.
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { beforeEach, describe, expect, it } from "vitest";
import {
  DryRunUpdate_Progress_Phase as Phase,
  DryRunUpdateSchema,
  RulesService,
  type DiffRuleVersionsRequest,
  type DryRunRulesRequest,
  type DryRunUpdate,
  type ApplyRulesRequest,
  type RollBackRulesRequest,
  type ValidateRulesRequest,
} from "../src/gen/wissel/v1/rules_pb";
import { i18n } from "../src/lib/i18n.svelte";
import { Draft } from "../src/rules/draft.svelte";
import { RulesStore } from "../src/rules/rules_store.svelte";
import { headlineOf, textOf, valueOf, widest } from "../src/rules/trial_figures";
import { clientsOf, Lines } from "./support";

const diffs: DiffRuleVersionsRequest[] = [];
const back: RollBackRulesRequest[] = [];
let newest = 9n;
let refusal: ConnectError | undefined;
let trials = new Lines<DryRunRulesRequest, DryRunUpdate>();

function storeOf(): RulesStore {
  const clients = clientsOf((router) =>
    router.service(RulesService, {
      listRuleVersions: ({ pageToken }) =>
        pageToken === ""
          ? {
              ruleVersions: [
                { number: newest, current: true, user: "users/maya" },
                { number: 7n },
                { number: 5n },
              ],
              nextPageToken: "more",
            }
          : { ruleVersions: [{ number: 2n }] },
      diffRuleVersions: (request) => {
        diffs.push(request);
        return { resources: [{ resource: `queues/from-${request.from}-to-${request.to}` }] };
      },
      dryRunRules: (request, context) => trials.open(request, context),
      rollBackRules: (request) => {
        back.push(request);
        if (refusal) throw refusal;
        newest = 12n;
        return { number: 12n };
      },
    }),
  );
  return new RulesStore(clients.rules);
}

async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 200 && !holds(); turn += 1) await new Promise(setImmediate);
  expect(holds()).toBe(true);
}

describe("the versions of the rules", () => {
  beforeEach(() => {
    i18n.use("en");
    diffs.length = back.length = 0;
    newest = 9n;
    refusal = undefined;
    trials = new Lines();
  });

  it("compares the newest with the one before it, and any other two", async () => {
    const store = storeOf();
    await store.load();
    expect([store.from, store.to, store.current, store.candidate]).toEqual([7n, 9n, 9n, 7n]);
    expect(store.diff?.[0]?.resource).toBe("queues/from-7-to-9");
    await store.compare(7n, 5n);
    expect([store.from, store.to, store.candidate]).toEqual([5n, 7n, 5n]);
    await store.more();
    expect(store.versions?.map((version) => version.number)).toEqual([9n, 7n, 5n, 2n]);
    expect(store.next).toBe("");
  });

  it("tells how far a trial is, and what came of it", async () => {
    const store = storeOf();
    await store.load();
    const ended = store.try({ case: "version", value: 7n });
    await until(() => trials.all.length === 1);
    expect(trials.last.request.proposal).toEqual({ case: "version", value: 7n });
    trials.last.say(
      create(DryRunUpdateSchema, {
        update: { case: "progress", value: { phase: Phase.RUNNING, percent: 40 } },
      }),
    );
    await until(() => store.trial?.progress?.percent === 40);
    trials.last.say(
      create(DryRunUpdateSchema, { update: { case: "result", value: { headline: "so" } } }),
    );
    trials.last.end();
    await ended;
    expect(store.trial?.result?.headline).toBe("so");
  });

  it("ends a trial that nobody waits for, and says why one could not be", async () => {
    const store = storeOf();
    await store.load();
    void store.try({ case: "version", value: 7n });
    await until(() => trials.all.length === 1);
    store.stopTrying();
    await until(() => trials.last.closed);
    expect(store.trial).toBeUndefined();
    const ended = store.try({ case: "version", value: 5n });
    await until(() => trials.all.length === 2);
    trials.last.fail(new ConnectError("a trial is under way", Code.FailedPrecondition));
    await ended;
    expect(store.trial?.problem?.sentence).toBe("a trial is under way");
  });

  it("goes back from the version that was seen, and reads anew", async () => {
    const store = storeOf();
    await store.load();
    expect(await store.rollBack(7n, "too slow")).toBeUndefined();
    expect(back[0]).toMatchObject({ toVersion: 7n, expectedVersion: 9n, note: "too slow" });
    expect(back[0]?.requestId).not.toBe("");
    expect([store.current, store.from, store.to]).toEqual([12n, 7n, 12n]);
    refusal = new ConnectError("queues/fax is used by 3 work items", Code.FailedPrecondition);
    const problem = await store.rollBack(5n, "");
    expect(problem?.sentence).toContain("3 work items");
  });
});

describe("rules that somebody writes", () => {
  const asked: ValidateRulesRequest[] = [];
  const applied: ApplyRulesRequest[] = [];
  let wrong = false;
  let stale = false;
  function draftOf(): Draft {
    const clients = clientsOf((router) =>
      router.service(RulesService, {
        getRuleVersion: ({ name }) => ({ name, yaml: `center: ${name}` }),
        validateRules: (request) => {
          asked.push(request);
          return wrong
            ? { problems: [{ line: 2, message: "is no queue" }], version: 9n }
            : { resources: [{ resource: "queues/web" }], version: 9n };
        },
        applyRules: (request) => {
          applied.push(request);
          if (stale) throw new ConnectError("somebody was faster", Code.Aborted);
          return { number: 10n };
        },
      }),
    );
    return new Draft(clients.rules);
  }

  beforeEach(() => {
    asked.length = applied.length = 0;
    wrong = stale = false;
  });

  it("begin with what holds, and are applied as they were checked", async () => {
    const draft = draftOf();
    await draft.begin(0n);
    expect(draft.yaml).toBe("center: ruleVersions/current");
    expect(draft.mayApply).toBe(false);
    await draft.check();
    expect(asked[0]?.rules).toMatchObject({ yaml: draft.yaml, deleteUnnamed: false });
    expect(draft.mayApply).toBe(true);
    expect(await draft.apply("a surge")).toBeUndefined();
    expect(applied[0]).toMatchObject({ expectedVersion: 9n, note: "a surge" });
    expect(applied[0]?.requestId).not.toBe("");
  });

  it("are checked anew after every change", async () => {
    const draft = draftOf();
    draft.yaml = "center: {}";
    await draft.check();
    draft.whole = true;
    expect(draft.mayApply).toBe(false);
    await draft.check();
    draft.yaml += " ";
    expect(draft.mayApply).toBe(false);
  });

  it("are not applied while something is wrong, nor over somebody else's", async () => {
    const draft = draftOf();
    draft.yaml = "center: {}";
    wrong = true;
    await draft.check();
    expect([draft.mayApply, draft.checked?.problems[0]?.line]).toEqual([false, 2]);
    wrong = false;
    stale = true;
    await draft.check();
    const problem = await draft.apply("");
    expect(problem).toMatchObject({ key: "error.tooLate", sentence: "somebody was faster" });
    expect(draft.mayApply).toBe(true);
  });
});

describe("what a trial is told by", () => {
  it("says it in one sentence", () => {
    i18n.use("en");
    const result = create(DryRunUpdateSchema, {
      update: {
        case: "result",
        value: {
          contacts: { shorter: 412n, shorterBy: { seconds: 8n }, longer: 0n, same: 30n },
          queues: [{ queue: "queues/web", recorded: { meanWait: { seconds: 20n } }, trial: {} }],
        },
      },
    }).update.value;
    if (!result || !("queues" in result)) throw new Error("no result");
    expect(headlineOf(result)).toBe(
      "412 items would have waited 8s less, 30 the same.",
    );
    expect(widest(result, "meanWait")).toBe(20);
    expect(widest(result, "serviceLevel")).toBe(1);
    const queue = result.queues[0];
    expect(textOf(valueOf(queue?.recorded, "meanWait"), "meanWait")).toBe("20s");
    expect(textOf(valueOf(queue?.trial, "meanWait"), "meanWait")).toBe("–");
  });
});
