// Who did what is said from figures: names instead of ids, only what differs, and the words of the field.
import { create } from "@bufbuild/protobuf";
import { beforeAll, describe, expect, it } from "vitest";
import { AuditEntry_Kind as Kind, AuditEntrySchema, AuditEntry_ChangeSchema } from "../src/gen/wissel/v1/audit_pb";
import { changeOf, deedOf, userOf } from "../src/lib/audit";
import { i18n } from "../src/lib/i18n.svelte";

const names: Record<string, string> = {
  "agents/anna": "Anna",
  "teams/ghent": "Gent",
  "skills/french": "Frans",
  "skills/dutch": "Nederlands",
};
const nameOf = (resource: string) => names[resource] ?? resource;
const change = (field: string, before: string, after: string) =>
  changeOf(create(AuditEntry_ChangeSchema, { field, before, after }), nameOf);

describe("the record of who did what", () => {
  beforeAll(() => i18n.use("en"));

  it("names what it was about", () => {
    const entry = create(AuditEntrySchema, {
      user: "users/maya",
      kind: Kind.ITEM_ASSIGNED,
      subjects: ["workItems/12", "agents/anna"],
    });
    expect(deedOf(entry, nameOf)).toBe("item 12: assigned by force");
    expect(userOf(entry)).toBe("Maya");
    expect(userOf(create(AuditEntrySchema, { user: "users/configuration-file" }))).toBe("Configuration file");
  });

  it("says what was before and after", () => {
    expect(change("team", "", "teams/ghent")).toBe("Team: Gent");
    expect(change("team", "teams/ghent", "")).toBe("Team: Gent → –");
    expect(change("band", "5", "1")).toBe("Band: 5 → 1");
  });

  it("says of a list only what differs", () => {
    expect(change("skills", "skills/french 5, skills/dutch 3", "skills/french 5, skills/dutch 7")).toBe(
      "Skills: Nederlands 3 → Nederlands 7",
    );
    expect(change("skills", "skills/french 5", "skills/french 5, skills/dutch 7")).toBe("Skills: – → Nederlands 7");
  });

  it("says presences in the words of the page", () => {
    expect(change("presence", "not responding", "available")).toBe("Presence: Not responding → Available");
    expect(change("presence", "available", "away: lunch")).toBe("Presence: Available → Lunch");
  });

  it("says of what is changed together which resource it is of", () => {
    expect(change("agents/anna team", "", "teams/ghent")).toBe("Anna · Team: Gent");
    expect(change("agents/anna", "", "new")).toBe("Anna: created");
    expect(change("agents/anna", "there", "")).toBe("Anna: deleted");
  });

  it("has a word for a field that it does not know", () => {
    expect(change("new_rule", "0", "100")).toBe("New rule: 0 → 100");
  });
});
