import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { AssignmentSchema } from "../src/gen/wissel/v1/agent_pb";
import { FactSheetSchema, FactSheetService, type FactSheet } from "../src/gen/wissel/v1/fact_sheet_pb";
import { kReadAgainMs, QueueFacts } from "../src/desk/facts/queue_facts.svelte";
import { FactsStore } from "../src/facts/facts_store.svelte";
import { blocksOf } from "../src/facts/sheet_text";
import { found, idFor, textIn } from "../src/facts/sheets";
import { clientsOf, fakeTime, pass } from "./support";

const sheet = (id: string, ...texts: [language: string, title: string, text: string][]) =>
  create(FactSheetSchema, { name: `queues/tax/factSheets/${id}`, texts: texts.map(([language, title, text]) => ({ language, title, text })) });

/** "paragraph: a / b" per block, links in angle brackets. */
const drawn = (text: string) =>
  blocksOf(text).map(({ kind, lines }) => `${kind}: ${lines.map((parts) => parts.map((part) => (part.link ? `<${part.text}>` : part.text)).join("")).join(" / ")}`);

describe("the text of a sheet", () => {
  it("is paragraphs, headings, points and steps", () => {
    expect(drawn("One\ntwo\r\n\r\nthree\n# Head\n- a\n  more of a\n* b\n1. first\n2) second\nafter")).toEqual([
      "paragraph: One / two",
      "paragraph: three",
      "heading: Head",
      "list: a more of a / b",
      "steps: first / second",
      "paragraph: after",
    ]);
  });

  it("links to https alone, without what ends the sentence", () => {
    expect(drawn("See https://a.example/x?y=1. Or (https://b.example), not http://c.example or javascript:alert(1)")).toEqual([
      "paragraph: See <https://a.example/x?y=1>. Or (<https://b.example>), not http://c.example or javascript:alert(1)",
    ]);
    expect(drawn("https://")).toEqual(["paragraph: https://"]);
  });

  it("is no markup, whatever it looks like", () => {
    expect(drawn("<b onclick=x>hi</b> [a](https://a.example) **bold**\n#tag\n-5")).toEqual(["paragraph: <b onclick=x>hi</b> [a](<https://a.example>) **bold** / #tag / -5"]);
    expect(drawn(" \n\n")).toEqual([]);
  });
});

describe("sheets", () => {
  const refunds = sheet("refunds", ["nl", "Terugbetaling", "Binnen zestig dagen"], ["fr", "Remboursement", "Délai: soixante jours"]);
  const appeals = sheet("appeals", ["nl", "Beroep", "Naar de rechtbank"]);

  it("are read in one's language, else in their first", () => {
    expect(textIn(refunds, "fr").title).toBe("Remboursement");
    expect(textIn(refunds, "de").title).toBe("Terugbetaling");
  });

  it("are found by all words, in any language, without accents", () => {
    const names = (search: string) => found([refunds, appeals], search).map(({ name }) => name.split("/").at(-1));
    expect(names("DELAI jours")).toEqual(["refunds"]);
    expect(names("naar jours")).toEqual([]);
    expect(names(" ")).toEqual(["refunds", "appeals"]);
  });

  it("get an id that says what they are about and that is free", () => {
    expect(idFor("Wann? Prämien & Zahlungen!", [])).toBe("wann-pramien-zahlungen");
    expect(idFor("Appeals", [appeals])).toBe("appeals-2");
    expect(idFor("2026", [])).toBe("sheet");
    expect(idFor("税金", [])).toBe("sheet");
  });
});

let sheets: FactSheet[];
let asked: string[];
let broken: boolean;
let clients: ReturnType<typeof clientsOf>;
beforeEach(() => {
  fakeTime();
  sheets = [sheet("refunds", ["nl", "Terugbetaling", "x"])];
  asked = [];
  broken = false;
  let revision = 1;
  clients = clientsOf((router) =>
    router.service(FactSheetService, {
      listFactSheets: ({ parent }) => {
        asked.push(parent);
        if (broken) throw new ConnectError("down", Code.PermissionDenied);
        return { factSheets: parent === "queues/tax" ? sheets : [] };
      },
      createFactSheet: ({ parent, factSheetId, factSheet }) => {
        const made = create(FactSheetSchema, { ...factSheet!, name: `${parent}/factSheets/${factSheetId}`, etag: String(++revision) });
        sheets = [...sheets, made];
        return made;
      },
      updateFactSheet: ({ factSheet }) => {
        const now = sheets.find(({ name }) => name === factSheet!.name)!;
        if (factSheet!.etag !== now.etag) throw new ConnectError("somebody was faster", Code.Aborted);
        const after = create(FactSheetSchema, { ...factSheet!, etag: String(++revision) });
        sheets = sheets.map((each) => (each === now ? after : each));
        return after;
      },
      deleteFactSheet: ({ name }) => {
        sheets = sheets.filter((each) => each.name !== name);
        return {};
      },
    }),
  );
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const held = (...items: [workItem: string, queue: string][]) => items.map(([workItem, queue]) => create(AssignmentSchema, { workItem, queue }));

describe("the sheets at the desk", () => {
  it("are read once per queue, again with a new contact and every minute for the one looked at", async () => {
    const facts = new QueueFacts(clients.factSheet);
    const stop = facts.start();
    facts.follow(held(["a", "queues/tax"], ["b", "queues/tax"], ["c", "queues/none"]), "a");
    await pass();
    expect(facts.of("queues/tax").map(({ name }) => name)).toEqual(["queues/tax/factSheets/refunds"]);
    expect(asked).toEqual(["queues/tax", "queues/none"]);
    facts.follow(held(["a", "queues/tax"], ["d", "queues/tax"]), "a");
    await pass();
    expect(asked).toHaveLength(3);
    await pass(kReadAgainMs);
    expect(asked.slice(3)).toEqual(["queues/tax"]);
    stop();
  });

  it("stay when they cannot be read again", async () => {
    const facts = new QueueFacts(clients.factSheet);
    facts.follow(held(["a", "queues/tax"]), "a");
    await pass();
    broken = true;
    facts.follow(held(["b", "queues/tax"]), "b");
    await pass();
    expect(facts.of("queues/tax")).toHaveLength(1);
  });
});

describe("the page of sheets", () => {
  const written = (title: string) => ({ texts: [{ language: "nl", title, text: "x" }], reviewDate: "" });
  const titles = () => sheets.map(({ texts }) => texts[0]!.title);

  it("takes back what was done, the last first", async () => {
    const store = new FactsStore(clients.factSheet);
    await store.read(["queues/tax"]);
    expect(await store.save("queues/tax", written("Beroep"))).toBeUndefined();
    expect(await store.save("queues/tax", written("Terug"), sheets[0])).toBeUndefined();
    await store.remove(sheets[0]!);
    expect(titles()).toEqual(["Beroep"]);
    await store.deeds.undo();
    expect(titles()).toEqual(["Beroep", "Terug"]);
    expect(store.sheets.get("queues/tax")).toHaveLength(2);
  });

  it("says what was refused, and leaves alone what somebody else has changed", async () => {
    const store = new FactsStore(clients.factSheet);
    await store.read(["queues/tax"]);
    const seen = sheets[0]!;
    expect(await store.save("queues/tax", written("Mijn"), seen)).toBeUndefined();
    expect((await store.save("queues/tax", written("Van een ander"), seen))?.key).toBe("error.tooLate");
    await store.save("queues/tax", written("Van een ander"), sheets[0]);
    store.deeds.dismiss();
    expect(titles()).toEqual(["Van een ander"]);
  });
});
