// The team manager acts in the live view: people are moved and moved back, priorities changed, work
// assigned by force, and the record says who did it. By keyboard where that is how one would.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, Person } from "./lib/browser.mjs";
import { Desk, Server } from "./lib/server.mjs";
import { until } from "./lib/until.mjs";

let server, browser, admin, manager, desk;
before(async () => {
  server = await Server.start();
  browser = await launch();
  admin = await server.token("admin");
  desk = await Desk.open(server, "agents/bruno", { available: false });
  await Desk.open(server, "agents/anna", { available: false });
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const agentNamed = (name) => server.ask("ConfigService/GetAgent", { name }, admin);
const itemNamed = (name) => server.ask("WorkService/GetWorkItem", { name }, admin);
const row = (name) => manager.page.getByTestId("agent-row").filter({ hasText: name });
const bar = () => manager.page.getByTestId("undo-bar");
const dialog = () => manager.page.getByRole("dialog");
const choose = (name) => row(name).getByRole("checkbox").press("Space");

async function openPeople(key) {
  await manager.page.getByTestId("people-tools").getByRole("button", { name: manager.t(key) }).click();
  await dialog().waitFor();
}

async function done(text) {
  await bar().filter({ hasText: text }).waitFor();
}

describe("the live view as a place to act", () => {
  const kQueue = "General mail";

  before(async () => {
    manager = await Person.enter(browser, server, { language: "en", width: 1440, height: 960 });
    await manager.signIn("Mieke Aerts");
    await row("Anna Declercq").waitFor();
  });
  after(() => manager?.leave());

  test("two people are moved to another team, and brought back by Ctrl+Z", async () => {
    const before = (await agentNamed("agents/anna")).team;
    assert.equal(before, (await agentNamed("agents/bruno")).team);
    await choose("Anna Declercq");
    await choose("Bruno Lambert");
    await manager.picture("act-people-chosen");
    assert.deepEqual(await manager.violations(), []);
    await openPeople("act.toTeam");
    const other = before === "teams/eupen" ? "Brussels" : "Eupen";
    await dialog().getByRole("radio", { name: other }).check();
    await manager.picture("act-team");
    assert.deepEqual(await manager.violations(), []);
    await dialog().getByRole("button", { name: manager.t("act.apply") }).click();
    await done(`Moved Anna Declercq and Bruno Lambert to ${other}`);
    assert.notEqual((await agentNamed("agents/anna")).team, before);
    await manager.picture("act-undo");
    assert.deepEqual(await manager.violations(), []);
    await manager.page.keyboard.press("Control+z");
    await until(async () => (await agentNamed("agents/bruno")).team === before);
    assert.equal((await agentNamed("agents/anna")).team, before);
    await bar().waitFor({ state: "detached" });
  });

  test("several deeds are taken back one after the other, the latest first", async () => {
    const level = async (name) =>
      (await agentNamed(name)).skills.find(({ skill }) => skill === "skills/file-review")?.level;
    for (const [person, wanted] of [["Anna Declercq", "2"], ["Anna Declercq", "4"]]) {
      await choose(person);
      await openPeople("act.toSkills");
      await dialog().getByRole("combobox", { name: "Review of files" }).selectOption(wanted);
      await dialog().getByRole("button", { name: manager.t("act.apply") }).click();
      await done(`Review of files ${wanted}`);
    }
    assert.equal(await level("agents/anna"), 4);
    // The second while the first is being carried out.
    await manager.page.keyboard.press("Control+z");
    await manager.page.keyboard.press("Control+z");
    await until(async () => (await level("agents/anna")) === undefined);
    await bar().waitFor({ state: "detached" });
  });

  test("skills are changed for one, and what somebody else changed since is not undone", async () => {
    await choose("Anna Declercq");
    await openPeople("act.toSkills");
    await dialog().getByRole("combobox", { name: "Family allowances" }).selectOption("3");
    await manager.picture("act-skills");
    assert.deepEqual(await manager.violations(), []);
    await dialog().getByRole("button", { name: manager.t("act.apply") }).click();
    await done("Family allowances 3");
    const changed = await agentNamed("agents/anna");
    assert.equal(changed.skills.find(({ skill }) => skill === "skills/family").level, 3);
    await server.ask(
      "ConfigService/UpdateAgent",
      { agent: { name: "agents/anna", order: 7 }, updateMask: "order" },
      admin,
    );
    await bar().getByRole("button", { name: manager.t("act.undo") }).click();
    await manager.page
      .getByText(manager.t("act.notUndoneChanged", { name: "Anna Declercq" }))
      .first()
      .waitFor();
    assert.equal((await agentNamed("agents/anna")).order, 7);
  });

  test("a presence is set, and taken back", async () => {
    await desk.ask("SetPresence", { presence: "AVAILABLE" });
    await choose("Bruno Lambert");
    await openPeople("act.toPresence");
    await dialog().getByRole("radio", { name: /^Meeting/ }).check();
    await manager.picture("act-presence");
    await dialog().getByRole("button", { name: manager.t("act.apply") }).click();
    await done("Bruno Lambert: Meeting");
    assert.equal((await desk.ask("GetAgentState", {})).awayReason, "meeting");
    await bar().getByRole("button", { name: manager.t("act.undo") }).click();
    await until(async () => (await desk.ask("GetAgentState", {})).presence === "AVAILABLE");
    await desk.ask("SetPresence", { presence: "AWAY", awayReason: "break" });
  });

  test("an item's priority is changed and undone", async () => {
    await server.ask("WorkService/CreateWorkItem", { workItem: { queue: "queues/mail-general" } }, admin);
    await server.ask("WorkService/CreateWorkItem", { workItem: { queue: "queues/mail-general" } }, admin);
    await manager.page.getByTestId("queue-row").filter({ hasText: kQueue }).getByRole("button").click();
    await manager.page.getByRole("button", { name: manager.t("act.onItem", { number: "2" }) }).click();
    await dialog().getByRole("combobox", { name: manager.t("live.band") }).selectOption("1");
    await dialog().getByLabel(manager.t("act.headStart")).fill("10");
    await manager.picture("act-priority");
    assert.deepEqual(await manager.violations(), []);
    await dialog().getByRole("button", { name: manager.t("act.apply") }).click();
    await done(manager.t("act.priorityChanged", { item: "2", band: "1" }));
    const changed = await itemNamed("workItems/2");
    assert.equal(changed.band, 1);
    assert.equal(changed.headStart, "600s");
    await bar().getByRole("button", { name: manager.t("act.undo") }).click();
    const back = await until(async () => {
      const item = await itemNamed("workItems/2");
      return item.band === 5 && item;
    });
    assert.equal(back.headStart, undefined);
  });

  test("an item is assigned by force to somebody who is away, who has it at once", async () => {
    await manager.page.getByRole("button", { name: manager.t("act.onItem", { number: "1" }) }).click();
    await dialog().getByRole("button", { name: manager.t("act.assign") }).click();
    await dialog().getByRole("radio", { name: /Bruno Lambert/ }).check();
    await manager.picture("act-assign");
    assert.deepEqual(await manager.violations(), []);
    await dialog().getByRole("button", { name: manager.t("act.assignDo") }).click();
    await done(manager.t("act.assigned", { agent: "Bruno Lambert", item: "1" }));
    const [assignment] = (await desk.ask("GetAgentState", {})).assignments;
    assert.equal(assignment.workItem, "workItems/1");
    assert.equal(assignment.forced, true);
    await row("Bruno Lambert").getByRole("button", { name: manager.t("act.pullBackItem", { number: "1", name: "Bruno Lambert" }) }).waitFor();
    await manager.picture("act-assigned");
    await bar().getByRole("button", { name: manager.t("act.undo") }).click();
    await until(async () => (await itemNamed("workItems/1")).state === "WAITING");
  });

  test("an item is moved to another queue and back, and another is ended", async () => {
    await manager.page.getByRole("button", { name: manager.t("act.onItem", { number: "2" }) }).click();
    await dialog().getByRole("button", { name: manager.t("act.transfer"), exact: true }).click();
    await dialog().getByRole("radio").first().check();
    await dialog().getByRole("button", { name: manager.t("act.transferDo"), exact: true }).click();
    await bar().waitFor();
    assert.notEqual((await itemNamed("workItems/2")).queue, "queues/mail-general");
    await manager.page.keyboard.press("Control+z");
    await until(async () => (await itemNamed("workItems/2")).queue === "queues/mail-general");
    await manager.page.getByRole("button", { name: manager.t("act.onItem", { number: "2" }) }).click();
    await dialog().getByRole("group", { name: manager.t("act.what") }).getByRole("button", { name: manager.t("act.cancel") }).click();
    await dialog().getByRole("radio", { name: manager.t("act.withdrawn") }).check();
    await manager.picture("act-cancel");
    await dialog().getByRole("contentinfo").or(dialog().locator("footer")).getByRole("button", { name: manager.t("act.cancelDo") }).click();
    await done(manager.t("act.cancelled", { item: "2" }));
    assert.equal((await itemNamed("workItems/2")).state, "CANCELLED");
    assert.equal(await bar().getByRole("button", { name: manager.t("act.undo") }).count(), 0);
  });

  test("the record says who did what, and goes on while it is read", async () => {
    await manager.button("audit.title").click();
    const entries = manager.page.getByTestId("audit-entry");
    await entries.first().filter({ hasText: "2: withdrawn" }).waitFor();
    await entries.filter({ hasText: "Team: Brussels → Eupen" }).or(entries.filter({ hasText: "Team: Eupen → Brussels" })).first().waitFor();
    await entries.filter({ hasText: "assigned by force" }).first().waitFor();
    await manager.picture("audit");
    assert.deepEqual(await manager.violations(), []);
    await server.ask("AgentService/ForcePresence", { agent: "agents/bruno", presence: "AVAILABLE" }, admin);
    await entries.first().filter({ hasText: "Bruno Lambert: presence set" }).waitFor();
    await manager.page.keyboard.press("Escape");
    const listed = await server.ask("AuditService/ListAuditEntries", { subject: "workItems/1" }, admin);
    assert.deepEqual(
      listed.auditEntries.map(({ kind }) => kind),
      ["ITEM_PULLED_BACK", "ITEM_ASSIGNED"],
    );
    assert.ok(listed.auditEntries.every(({ user }) => user.startsWith("users/")));
  });

  test("why an agent has what they have is answered on their row", async () => {
    await row("Anna Declercq").getByRole("button", { name: manager.t("live.whyAgent", { name: "Anna Declercq" }) }).click();
    await manager.page.getByTestId("why-agent").waitFor();
    await manager.picture("why-agent");
    assert.deepEqual(await manager.violations(), []);
    await manager.page.keyboard.press("Escape");
  });

  test("the page had no error of its own", () => {
    assert.deepEqual(manager.troubles, []);
  });
});

test("whoever only plans cannot act", async () => {
  const planner = await server.token("planner");
  const { status } = await server.call("AuditService/ListAuditEntries", {}, planner);
  assert.equal(status, 403);
});

for (const [language, dark] of [["de", false], ["de", true], ["fr", false], ["nl", true]]) {
  test(`axe finds nothing wrong while people are chosen in ${language}, ${dark ? "dark" : "light"}`, async () => {
    const person = await Person.enter(browser, server, { language, dark });
    await person.signIn("Mieke Aerts");
    await person.page.getByTestId("agent-row").first().getByRole("checkbox").check();
    await person.page.getByTestId("people-tools").waitFor();
    assert.deepEqual(await person.violations(), []);
    const name = `${language}-${dark ? "dark" : "light"}`;
    await person.picture(`act-chosen-${name}`);
    await person.page.getByTestId("people-tools").getByRole("button", { name: person.t("act.toSkills") }).click();
    await person.page.getByRole("dialog").getByRole("combobox").first().waitFor();
    assert.deepEqual(await person.violations(), []);
    await person.picture(`act-skills-${name}`);
    await person.page.keyboard.press("Escape");
    await person.button("audit.title").click();
    await person.page.getByTestId("audit-entry").first().waitFor();
    assert.deepEqual(await person.violations(), []);
    await person.picture(`audit-${name}`);
    await person.leave();
    assert.deepEqual(person.troubles, []);
  });
}
