// Fact sheets: a team manager writes one in two languages, agents find it beside a contact of the queue, in their
// language and by keyboard; markup in it stays text; what somebody changed can be read and put back.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { launch, languages, Person } from "./lib/browser.mjs";
import { root, sampleCenter, Server } from "./lib/server.mjs";

const kQueue = "queues/chat-benefits";
const kMarkup = `# Step by step
1. Ask for the number <b>first</b>
2. See https://example.org/<img src=x onerror=alert(1)>

- [x](javascript:alert(1))`;

let folder, config, server, browser, mieke, anna, integration, queueTitle;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "wissel-facts-"));
  config = join(folder, "center.yaml");
  writeFileSync(config, readFileSync(sampleCenter, "utf8").replace("web: ../../web/dist", `web: ${join(root, "web/dist")}`));
  server = await Server.start({ config, data: join(folder, "data") });
  integration = await server.token("integration");
  browser = await launch();
  mieke = await Person.enter(browser, server, { language: "en", width: 1280, height: 900 });
  anna = await Person.enter(browser, server, { language: "en", width: 1440, height: 900 });
});
after(async () => {
  await Promise.all([mieke, anna].map((person) => person?.leave()));
  await browser?.close();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const sheets = async () => (await server.ask("FactSheetService/ListFactSheets", { parent: kQueue }, integration)).factSheets;
const dialog = (person) => person.page.getByRole("dialog");

describe("the page of fact sheets", () => {
  test("is found from the live view, with what the center's file brought", async () => {
    await mieke.signIn("Mieke Aerts");
    await mieke.page.getByRole("link", { name: mieke.t("facts.title") }).click();
    await mieke.page.waitForURL(/\/facts$/);
    const { displayName } = await server.ask("ConfigService/GetQueue", { name: kQueue }, integration);
    queueTitle = displayName;
    const place = mieke.page.getByRole("region", { name: displayName, exact: true });
    await place.getByText("When is it paid?").click();
    await place.getByText("See whether the account number in the file is right.").waitFor();
    await place.getByText("First claim").locator("..").getByText(mieke.t("facts.stale")).waitFor();
    await mieke.picture("facts-page");
    assert.deepEqual(await mieke.violations(), []);
  });

  test("takes a new one, written by keyboard", async () => {
    const place = mieke.page.getByRole("region", { name: queueTitle, exact: true });
    await place.getByRole("button", { name: mieke.t("facts.addTo", { queue: queueTitle }) }).focus();
    await mieke.page.keyboard.press("Enter");
    await dialog(mieke).getByLabel(mieke.t("facts.sheetTitle", { language: "English" })).fill("Refunds");
    await dialog(mieke).getByLabel(mieke.t("facts.text", { language: "English" })).fill(kMarkup);
    await dialog(mieke).getByRole("group", { name: mieke.t("facts.preview") }).getByText("Step by step").waitFor();
    await dialog(mieke).getByText("Nederlands", { exact: true }).click();
    await dialog(mieke).getByLabel(mieke.t("facts.sheetTitle", { language: "Nederlands" })).fill("Terugbetaling");
    const save = dialog(mieke).getByRole("button", { name: mieke.t("facts.save") });
    assert.ok(await save.isDisabled(), "a title without a text is no sheet");
    await dialog(mieke).getByLabel(mieke.t("facts.text", { language: "Nederlands" })).fill("Binnen zestig dagen.");
    await mieke.picture("facts-form");
    assert.deepEqual(await mieke.violations("dialog[open]"), []);
    await save.click();
    await dialog(mieke).waitFor({ state: "detached" });
    await mieke.page.getByTestId("undo-bar").getByText(mieke.t("facts.added", { title: "Refunds" })).waitFor();
    const made = (await sheets()).find(({ name }) => name.endsWith("/refunds"));
    assert.equal(made.updater, "users/mieke");
    assert.deepEqual(made.texts.map(({ language }) => language), ["en", "nl"]);
  });
});

describe("the desk", () => {
  test("shows the sheets of the contact's queue, in the agent's language, and finds by a word", async () => {
    await anna.signIn("Anna Declercq");
    await anna.button("desk.startDay").click();
    const contact = { queue: kQueue, channel: "CHAT" };
    await server.ask("WorkService/CreateWorkItem", { workItem: contact }, integration);
    await anna.page.getByTestId("presence").getByRole("button", { name: anna.t("presence.available") }).click();
    await anna.page.getByTestId("offer").getByRole("button", { name: anna.t("desk.accept") }).click();
    const facts = anna.page.getByTestId("fact-sheets");
    await facts.waitFor();
    assert.equal(await facts.getByTestId("fact-sheet").count(), 3);
    await anna.page.keyboard.press("Alt+f");
    await anna.page.keyboard.type("zestig");
    await facts.getByText("Step by step").waitFor();
    assert.equal(await facts.getByTestId("fact-sheet").count(), 1);
    // What looks like markup is what was written; the one address of the web is a link.
    assert.match(await facts.textContent(), /Ask for the number <b>first<\/b>/);
    assert.equal(await facts.locator("b, img").count(), 0);
    assert.deepEqual(await facts.getByRole("link").evaluateAll((links) => links.map(({ href }) => href)), ["https://example.org/"]);
    await anna.picture("facts-desk");
    assert.deepEqual(await anna.violations(), []);
    await anna.page.keyboard.press("Escape");
    assert.equal(await facts.getByTestId("fact-sheet").count(), 3);
    assert.deepEqual(anna.troubles, []);
  });

  test("opens one by keyboard, and says which is out of date", async () => {
    const facts = anna.page.getByTestId("fact-sheets");
    await anna.page.keyboard.press("Alt+f");
    await anna.page.keyboard.press("Tab");
    await anna.page.keyboard.press("Enter");
    await facts.getByTestId("fact-stale").getByText("31 Mar 2026").waitFor();
  });

  test("in four languages, dark, on a phone's width", async () => {
    const titles = { en: "Refunds", nl: "Terugbetaling", fr: "Refunds", de: "Refunds" };
    for (const language of languages) {
      await anna.page.getByRole("combobox").first().selectOption(language);
      anna.language = language;
      const facts = anna.page.getByRole("region", { name: anna.t("facts.title") });
      await facts.getByText(titles[language], { exact: true }).waitFor();
      assert.deepEqual(await anna.violations(), [], language);
    }
    await anna.appear("dark");
    await anna.page.setViewportSize({ width: 390, height: 844 });
    await anna.page.keyboard.press("Alt+f");
    await anna.picture("facts-desk-phone");
    assert.deepEqual(await anna.violations(), []);
  });
});

describe("what was changed", () => {
  test("is on record with who did it, is put back, and undone", async () => {
    const place = mieke.page.getByRole("region", { name: queueTitle, exact: true });
    const { name, etag, texts } = (await sheets()).find((sheet) => sheet.name.endsWith("/refunds"));
    await server.ask("FactSheetService/UpdateFactSheet", { factSheet: { name, etag, texts: [{ ...texts[0], text: "Wrong." }] } }, integration);
    await mieke.page.reload();
    await place.getByText("Refunds", { exact: true }).click();
    await place.getByText("Wrong.").waitFor();
    await mieke.page.getByRole("button", { name: mieke.t("facts.historyOf", { title: "Refunds" }) }).click();
    const revision = dialog(mieke).getByTestId("sheet-revision").nth(1);
    await revision.locator("summary").click();
    await revision.getByText("Step by step").waitFor();
    await mieke.picture("facts-history");
    assert.deepEqual(await mieke.violations("dialog[open]"), []);
    await revision.getByRole("button", { name: mieke.t("facts.putBack") }).click();
    await place.getByText("Step by step").waitFor();
    await mieke.page.keyboard.press("Control+z");
    await place.getByText("Wrong.").waitFor();
  });

  test("outlives the server, and the file brings nothing back that was deleted", async () => {
    await server.ask("FactSheetService/DeleteFactSheet", { name: `${kQueue}/factSheets/first-claim` }, integration);
    const before = await sheets();
    await server.killHard();
    server = await Server.start({ config, data: server.data });
    integration = await server.token("integration");
    assert.deepEqual(await sheets(), before);
    assert.ok(!before.some(({ name }) => name.endsWith("/first-claim")));
  });

  test("is the work of managers and planners alone", async () => {
    const agent = await server.token("agent", "agents/anna");
    const { status } = await server.call("FactSheetService/DeleteFactSheet", { name: `${kQueue}/factSheets/refunds` }, agent);
    assert.equal(status, 403);
  });
});
