import { create } from "@bufbuild/protobuf";
import { beforeEach, describe, expect, it } from "vitest";
import {
  DecisionSchema,
  FailedCheck_Check as Check,
  FailedCheckSchema,
  ProfileRankSchema,
  UpcomingChange_Kind as Kind,
  UpcomingChangeSchema,
  WorkItem_State as State,
  WorkItemExplanationSchema,
} from "../src/gen/wissel/v1/work_pb";
import { change, particulars, rankOf, whereabouts, whyChosen } from "../src/lib/explanation";
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
    const stays = { state: State.WAITING, queue: "queues/phone", staying: true };
    expect(whereabouts(create(WorkItemExplanationSchema, stays), nameOf)).toBe(
      "Wacht in Telefoon, alleen op de voorkeurmedewerkers.",
    );
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
    for (const kind of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 99] as Kind[]) {
      const text = change(create(UpcomingChangeSchema, { kind, step: 1, agent: "agents/anna" }), nameOf);
      expect(text).not.toMatch(/undefined|\{/);
    }
  });

  it("says who helps later, and when they see it", () => {
    const delay = { seconds: 60n };
    const later = create(FailedCheckSchema, { check: Check.HELPS_LATER, delay });
    expect(particulars(later, nameOf)).toBe("na 1 minuut");
    expect(change(create(UpcomingChangeSchema, { kind: Kind.SHOWN, delay }), nameOf)).toBe(
      "Wie na 1 minuut helpt, ziet het",
    );
    expect(change(create(UpcomingChangeSchema, { kind: Kind.OVERFLOWS, queue: "queues/phone" }), nameOf)).toBe(
      "Het gaat door naar Telefoon, als die open is",
    );
    const rank = (fields: object) => rankOf(create(ProfileRankSchema, { routingProfile: "p", ...fields }), nameOf);
    expect(rank({ rank: 2 })).toBe("p: 2");
    expect(rank({ rank: 7, delay })).toBe("p: 7, na 1 minuut");
  });

  it("says why this item for them", () => {
    const why = (decision: object) => whyChosen(create(DecisionSchema, { eligibleAgents: 1n, rank: 5, ...decision }));
    expect(why({ owedShare: true })).toBe("De enige die het kon aannemen; de wachtrij had recht op een aandeel");
    expect(why({ rank: 1 })).toBe("De enige die het kon aannemen; rang 1 voor deze persoon");
  });

  it("says why this agent", () => {
    const why = (decision: object) => whyChosen(create(DecisionSchema, { rank: 5, ...decision }));
    expect(why({ preference: 2, eligibleAgents: 1n })).toBe("Voorkeurmedewerker van de klant, nummer 2");
    expect(why({ transferred: true, eligibleAgents: 1n })).toBe("Het werd naar deze medewerker doorverbonden");
    expect(why({ eligibleAgents: 1n })).toBe("De enige die het kon aannemen");
    expect(why({ eligibleAgents: 4n, matchScore: 12n, loadPermille: 250 })).toMatch(
      /^Gekozen uit 4 die het konden aannemen: stap 0, overeenkomst 12, 25\s?% bezet/,
    );
    expect(why({ preference: 3, backup: true, eligibleAgents: 1n })).toBe("De vervanger van de voorkeurmedewerkers");
    expect(why({ eligibleAgents: 2n, givenByWeight: 1.25 })).toMatch(/; 1,25 items gekregen volgens gewicht$/);
  });
});
