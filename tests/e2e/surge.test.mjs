// A surge, in the browser: the manager puts the queue into surge mode, tells everyone who waits, moves
// two people and undoes one deed; a customer says that the notice was the answer; the books close.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, Person } from "./lib/browser.mjs";
import { Desk, Server } from "./lib/server.mjs";

const kQueue = "queues/chat-benefits";
const kTopic = "Benefits and replacement income";
const kText = "The letter of Monday was sent by mistake. You need not do anything.";

let server, browser, admin, integration, manager, customer;
before(async () => {
  server = await Server.start();
  browser = await launch();
  admin = await server.token("admin");
  integration = await server.token("integration");
  await Desk.open(server, "agents/anna", { available: false });
  await Desk.open(server, "agents/bruno", { available: false });
  manager = await Person.enter(browser, server, { language: "en", width: 1440, height: 960 });
  customer = await Person.enter(browser, server, { width: 420, height: 760 });
  await manager.signIn("Mieke Aerts");
});
after(async () => {
  await Promise.all([customer, manager].map((person) => person?.leave()));
  await browser?.close();
  await server?.stop();
});

const row = () => manager.page.getByTestId("queue-row").filter({ hasText: kTopic });
const bar = () => manager.page.getByTestId("undo-bar");
const button = (key) => manager.page.getByRole("button", { name: manager.t(key), exact: true });
const enter = (contact) =>
  server.ask("WorkService/CreateWorkItem", { workItem: { queue: kQueue, contact } }, integration);

describe("a surge", () => {
  test("the queue goes into surge mode, which can be undone", async () => {
    await server.ask(
      "ConfigService/UpdateQueue",
      {
        queue: {
          name: kQueue,
          surge: { gates: [{ when: "WAITING", waiting: 3, action: "REFUSE", message: "Too many ask at once." }], mergeDuplicates: true },
        },
        updateMask: "surge",
      },
      admin,
    );
    await row().getByRole("button").first().click();
    await button("act.surge").click();
    await row().getByTestId("surge").waitFor();
    await bar().filter({ hasText: "surge mode" }).waitFor();
    await manager.picture("surge-on");
    assert.deepEqual(await manager.violations(), []);
    await manager.page.keyboard.press("Control+z");
    await row().getByTestId("surge").waitFor({ state: "detached" });
    await button("act.surge").click();
    await row().getByTestId("surge").waitFor();
  });

  test("who comes again keeps one place, and who would be too many is told so", async () => {
    const first = await enter("customer-1");
    await enter("customer-2");
    const again = await enter("customer-1");
    const merged = await server.ask("WorkService/GetWorkItem", { name: first.name }, integration);
    assert.equal(merged.state, "MERGED");
    assert.equal(again.dueTime <= first.dueTime, true);
  });

  test("everyone who waits is told, and a customer says that it was the answer", async () => {
    await customer.open("/chat");
    await customer.page.getByRole("radio", { name: kTopic }).check();
    await customer.page.getByLabel(customer.t("chat.question")).fill("Ik kreeg een brief?");
    await customer.button("chat.start").click();
    await customer.page.getByTestId("chat-status").waitFor();

    await button("act.announce").click();
    const dialog = manager.page.getByRole("dialog");
    await dialog.getByLabel(manager.t("notice.text")).fill(kText);
    await manager.picture("surge-announce");
    assert.deepEqual(await manager.violations(), []);
    await dialog.getByRole("button", { name: manager.t("notice.announce") }).click();
    await bar().filter({ hasText: kText }).waitFor();

    const notice = customer.page.getByTestId("chat-notice");
    await notice.filter({ hasText: kText }).waitFor();
    await customer.picture("surge-notice");
    assert.deepEqual(await customer.violations(), []);
    await notice.getByRole("button").click();
    await customer.button("chat.answersMeConfirm").click();
    await customer.page.getByTestId("chat-status").filter({ hasText: customer.t("chat.ended") }).waitFor();

    // One too many for the gate now would be refused in so many words.
    await enter("customer-3");
    await assert.rejects(enter("customer-4"), /Too many ask at once\./);
  });

  test("two people come to help, and one deed is undone", async () => {
    for (const name of ["Anna Declercq", "Bruno Lambert"]) {
      await manager.page.getByTestId("agent-row").filter({ hasText: name }).getByRole("checkbox").press("Space");
    }
    await manager.page.getByTestId("people-tools").getByRole("button", { name: manager.t("act.toTeam") }).click();
    const dialog = manager.page.getByRole("dialog");
    await dialog.getByRole("radio", { name: "Eupen" }).check();
    await dialog.getByRole("button", { name: manager.t("act.apply") }).click();
    await bar().filter({ hasText: "Eupen" }).waitFor();
    await manager.page.keyboard.press("Control+z");
    await bar().filter({ hasText: kText }).waitFor();
  });

  test("the books close, and the record says who did it", async () => {
    await button("act.surgeEnd").click();
    await row().getByTestId("surge").waitFor({ state: "detached" });
    const live = await server.ask("LiveService/GetLive", {}, admin);
    const of = live.queues.find(({ name }) => name === kQueue);
    const number = (value) => Number(value ?? 0);
    assert.equal(
      number(of.offered),
      number(of.answered) + number(of.abandoned) + number(of.endedOtherwise) + number(of.waiting),
    );
    assert.equal(number(of.endedOtherwise), 2); // merged, and answered by the notice
    assert.equal(number(of.abandoned), 0);
    const { auditEntries: entries } = await server.ask("AuditService/ListAuditEntries", { subject: kQueue }, admin);
    assert.match(JSON.stringify(entries), /surge/);
    assert.match(JSON.stringify(entries), /sent by mistake/);
  });
});
