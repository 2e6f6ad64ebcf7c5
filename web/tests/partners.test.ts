import { create } from "@bufbuild/protobuf";
import { beforeEach, describe, expect, it } from "vitest";
import {
  PartnerAccountsSchema,
  PartnerDeviation as Deviation,
  PartnerSettlementSchema,
} from "../src/gen/wissel/v1/partner_pb";
import {
  ConstraintTest_Operator as Operator,
  DecisionSchema,
  RequirementStepSchema,
} from "../src/gen/wissel/v1/work_pb";
import { whyChosen } from "../src/lib/explanation";
import { signed } from "../src/lib/format";
import { i18n } from "../src/lib/i18n.svelte";
import { deviationName, partnerName } from "../src/lib/labels";
import { laterSteps } from "../src/lib/steps";
import { decisions, inTimeShare, shareTaken, sumsOf, totalOf } from "../src/partners/accounts";

const names: Record<string, string> = { "partners/helpline": "Helpline", "skills/french": "French", "teams/eupen": "Eupen" };
const nameOf = (resource: string) => names[resource] ?? resource;

const running = create(PartnerAccountsSchema, {
  queue: "queues/phone",
  decisionParts: 800,
  accounts: [
    { share: 0.6, credit: -400n, taken: 3n, takenInTime: 3n },
    { partner: "partners/helpline", share: 0.2, credit: 400n, taken: 1n, takenInTime: 0n },
  ],
});
const settled = create(PartnerSettlementSchema, {
  queue: "queues/phone",
  decisionParts: 800,
  accounts: [{ share: 0.6, taken: 6n, takenInTime: 3n }],
});

describe("the accounts of partners", () => {
  beforeEach(() => i18n.use("en"));

  it("are counted in contacts, whatever the shares make together", () => {
    expect(decisions(-400n, 800)).toBe(-0.5);
    expect(decisions(0n, 0)).toBe(0);
    expect([signed(-0.5), signed(0), signed(1.25)]).toEqual(["-0.5", "0.0", "+1.3"]);
  });

  it("say what each took, now and today", () => {
    const [house, helpline] = running.accounts;
    expect(shareTaken(house!, running.accounts)).toBe(0.75);
    expect(shareTaken(helpline!, [])).toBeUndefined();
    const today = sumsOf(running, [settled]);
    expect(today.get("")).toEqual({ taken: 9, inTime: 6 });
    expect(today.get("partners/helpline")).toEqual({ taken: 1, inTime: 0 });
    expect(totalOf(today)).toBe(10);
    expect(inTimeShare({ taken: 0, inTime: 0 })).toBeUndefined();
    expect(inTimeShare({ taken: 9, inTime: 6 })).toBeCloseTo(2 / 3);
  });

  it("have a name for everyone, and a reason for every turn that went to others", () => {
    expect(partnerName("", nameOf)).toBe("The house");
    expect(partnerName("partners/helpline", nameOf)).toBe("Helpline");
    for (const reason of [1, 2, 3, 4, 5, 6, 7] as Deviation[]) expect(deviationName(reason)).not.toBe("");
    expect(deviationName(Deviation.PARTNER_DEVIATION_UNSPECIFIED)).toBe("");
  });

  it("are part of why somebody was chosen", () => {
    const chosen = (deviation: Deviation) =>
      whyChosen(
        create(DecisionSchema, { forced: true, partnerTurn: { partner: "partners/helpline", deviation } }),
        nameOf,
      );
    expect(chosen(Deviation.PARTNER_DEVIATION_UNSPECIFIED)).toContain("it was the turn of Helpline");
    expect(chosen(Deviation.FORCED_BY_MANAGER)).toContain("the turn of Helpline: assigned by a manager");
  });
});

describe("a later step", () => {
  beforeEach(() => i18n.use("en"));
  const test = (attribute: string, text: string) => ({
    kind: { case: "test" as const, value: { attribute, operator: Operator.EQUALS, texts: [text] } },
  });
  const step = (init: Parameters<typeof create<typeof RequirementStepSchema>>[1]) =>
    create(RequirementStepSchema, init);

  it("is called by the partner or the team that it lets in", () => {
    const french = { skills: [{ skill: "skills/french" }] };
    const shutOut = { kind: { case: "not" as const, value: test("partner", "partners/helpline") } };
    expect(laterSteps([step({ ...french, constraint: shutOut }), step(french)], nameOf)).toEqual([
      { step: 1, what: "Helpline" },
    ]);
    expect(laterSteps([step(french), step({ constraint: test("team", "teams/eupen") })], nameOf)[0]?.what).toBe("Eupen");
  });

  it("or else by what it asks for", () => {
    const steps = [
      step({ skills: [{ skill: "skills/french", minLevel: 7 }] }),
      step({ skills: [{ skill: "skills/french", minLevel: 4 }] }),
      step({ skills: [{ skill: "skills/french", preferred: true }] }),
    ];
    expect(laterSteps(steps, nameOf)).toEqual([
      { step: 1, what: "French from 4" },
      { step: 2, what: "everyone" },
    ]);
    expect(laterSteps([], nameOf)).toEqual([]);
  });
});
