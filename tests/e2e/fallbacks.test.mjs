// What the rules of entry and of preferred agents say at the doors: an item stays for its own adviser, and
// the live view says so; who is refused is told what may be done instead, in every form that doors have.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, Person } from "./lib/browser.mjs";
import { Desk, Server } from "./lib/server.mjs";

const kQueue = "queues/chat-benefits";
const kTopic = "Benefits and replacement income";

let server, browser, admin, integration, manager, anna;
before(async () => {
  server = await Server.start();
  browser = await launch();
  admin = await server.token("admin");
  integration = await server.token("integration");
  anna = await Desk.open(server, "agents/anna");
  manager = await Person.enter(browser, server, { language: "en", width: 1440, height: 960 });
  await manager.signIn("Mieke Aerts");
});
after(async () => {
  await manager?.leave();
  await browser?.close();
  await server?.stop();
});

const create = (fields) =>
  server.call("WorkService/CreateWorkItem", { workItem: { queue: kQueue, ...fields } }, integration);
const update = (fields, updateMask) =>
  server.ask("ConfigService/UpdateQueue", { queue: { name: kQueue, ...fields }, updateMask }, admin);

describe("an item that stays for its own adviser", () => {
  test("is seen by nobody else, and the live view says so", async () => {
    await server.ask("AgentService/SetPresence", { agent: "agents/anna", presence: "AWAY", awayReason: "break" }, anna.token);
    await Desk.open(server, "agents/bruno");
    const item = (await create({ contact: "c-1", preferredAgents: [{ agent: "agents/anna" }], fallback: { kind: "STAY", stayFor: "3600s" } })).body;
    assert.equal(item.state, "WAITING");
    assert.ok(item.staying.until > item.enterTime);
    await manager.page.getByTestId("queue-row").filter({ hasText: kTopic }).getByRole("button").first().click();
    await manager.page.getByRole("button", { name: manager.t("live.whyItem", { number: item.name.split("/")[1] }) }).click();
    const why = manager.page.getByTestId("why");
    await why.filter({ hasText: "for its preferred agents alone" }).waitFor();
    await manager.page.getByRole("dialog").getByText(manager.t("change.stayEnds")).waitFor();
    await manager.picture("why-stays");
    assert.deepEqual(await manager.violations(), []);
    await manager.page.keyboard.press("Escape");
    await server.ask("AgentService/SetPresence", { agent: "agents/anna", presence: "AVAILABLE" }, anna.token);
    const offered = await server.ask("WorkService/GetWorkItem", { name: item.name }, integration);
    assert.equal(offered.agent, "agents/anna");
  });
});

describe("a refusal at the door", () => {
  test("says what may be done instead", async () => {
    await update(
      { entryGates: [{ when: "WAITING", waiting: 1, action: "REFUSE", message: "Too many ask at once." }], retry: { perSlot: 1 } },
      "entryGates,retry",
    );
    // The item that stays for Anna waits once more.
    await server.ask("AgentService/SetPresence", { agent: "agents/anna", presence: "AWAY", awayReason: "break" }, anna.token);
    const refused = await create({ contact: "c-3" });
    assert.equal(refused.body.code, "failed_precondition");
    assert.equal(refused.body.message, "Too many ask at once.");
    const [callback] = refused.body.details[0].debug.alternatives;
    assert.deepEqual([callback.kind, callback.queue], ["CALLBACK_LATER", kQueue]);
    // It is true: a callback from then on is taken.
    const promised = await create({ contact: "c-3", channel: "CALLBACK", notBeforeTime: callback.time });
    assert.equal(promised.body.state, "SCHEDULED");
    // And it counts: that quarter of an hour is full.
    const next = (await create({ contact: "c-4" })).body.details[0].debug.alternatives[0];
    assert.equal(Date.parse(next.time) - Date.parse(callback.time), 15 * 60_000);
  });
});
