import { create } from "@bufbuild/protobuf";
import { beforeEach, describe, expect, it } from "vitest";
import {
  DecisionSchema,
  FailedCheck_Check as Check,
  FailedCheckSchema,
  UpcomingChange_Kind as Kind,
  UpcomingChangeSchema,
  WorkItem_State as State,
  WorkItemExplanationSchema,
} from "../src/gen/wissel/v1/work_pb";
import { change, particulars, whereabouts, whyChosen } from "../src/lib/explanation";
import { i18n } from "../src/lib/i18n.svelte";

const names: Record<string, string> = {
  "queues/phone": "Telefoon",
  "agents/anna": "Anna Declercq",
  "skills/french": "Frans",
};
const nameOf = (resource: string) => names[resource] ?? resource;

describe("why, in Dutch", () => {
  beforeEach(() => i18n.use("nl"));

  it("says where the item is", () => {
    const at = (state: State, agent = "") =>
      whereabouts(create(WorkItemExplanationSchema, { state, queue: "queues/phone", agent }), nameOf);
    expect(at(State.WAITING)).toBe("Wacht in Telefoon.");
    expect(at(State.WAITING, "agents/anna")).toBe("Wordt bewaard voor Anna Declercq.");
    expect(at(State.OFFERED, "agents/anna")).toBe("Wordt aangeboden aan Anna Declercq.");
    expect(at(State.ACTIVE, "agents/anna")).toBe("Actief: bij Anna Declercq.");
    expect(at(State.ABANDONED)).not.toContain("undefined");
  });

  it("says what is lacking", () => {
    const lacks = (minLevel: number) =>
      particulars(create(FailedCheckSchema, { check: Check.SKILL, skill: "skills/french", minLevel }), nameOf);
    expect(lacks(0)).toBe("Frans");
    expect(lacks(5)).toBe("Frans, gevraagd vanaf niveau 5");
    const away = create(FailedCheckSchema, { check: Check.AWAY, awayReason: "site-visit" });
    expect(particulars(away, nameOf)).toBe("Site visit");
  });

  it("says what time will change, whatever it is", () => {
    for (const kind of [1, 2, 3, 4, 5, 6, 99] as Kind[]) {
      const text = change(create(UpcomingChangeSchema, { kind, step: 1, agent: "agents/anna" }), nameOf);
      expect(text).not.toMatch(/undefined|\{/);
    }
  });

  it("says why this agent", () => {
    const why = (decision: object) => whyChosen(create(DecisionSchema, decision));
    expect(why({ preference: 2, eligibleAgents: 1n })).toBe("Voorkeurmedewerker van de klant, nummer 2");
    expect(why({ transferred: true, eligibleAgents: 1n })).toBe("Het werd naar deze medewerker doorverbonden");
    expect(why({ eligibleAgents: 1n })).toBe("De enige die het kon aannemen");
    expect(why({ eligibleAgents: 4n, matchScore: 12n, loadPermille: 250 })).toMatch(
      /^Gekozen uit 4 die het konden aannemen: stap 0, overeenkomst 12, 25\s?% bezet/,
    );
  });
});
