// How long it will be, from the agents' pace to the customer's page and the live view.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, Person } from "./lib/browser.mjs";
import { Desk, Server } from "./lib/server.mjs";

const kQueue = "queues/chat-benefits";
const kTopic = "Benefits and replacement income";
const kChatsAtOnce = 3;

let server, browser, desk, customer, manager;
before(async () => {
  server = await Server.start();
  browser = await launch();
  desk = await Desk.open(server, "agents/anna");
  customer = await Person.enter(browser, server, { width: 420, height: 760 });
  manager = await Person.enter(browser, server, { width: 1440, height: 900 });
});
after(async () => {
  await Promise.all([customer, manager].map((person) => person?.leave()));
  await browser?.close();
  await server?.stop();
});

async function acceptOne(integration) {
  const item = await server.ask("WorkService/CreateWorkItem", { workItem: { queue: kQueue } }, integration);
  await desk.ask("AcceptOffer", { name: item.offer });
  return `agents/anna/assignments/${item.name.slice("workItems/".length)}`;
}

test("a customer is told nothing before anything is known of the pace, and then how long it will be", async () => {
  const integration = await server.token("integration");
  const assignments = [];
  for (let i = 0; i < kChatsAtOnce; ++i) assignments.push(await acceptOne(integration));

  await customer.open("/chat");
  await customer.page.getByRole("radio", { name: kTopic }).check();
  await customer.page.getByLabel(customer.t("chat.question")).fill("Wanneer krijg ik mijn uitkering?");
  await customer.button("chat.start").click();
  await customer.page.getByTestId("chat-status").filter({ hasText: customer.t("chat.next") }).waitFor();
  assert.equal(await customer.page.getByTestId("chat-wait").count(), 0);

  // Anna completes work that goes before the customer's.
  for (let i = 0; i < 6; ++i) {
    const urgent = { workItem: { queue: kQueue, band: 0 } };
    const item = await server.ask("WorkService/CreateWorkItem", urgent, integration);
    await desk.ask("CompleteAssignment", { name: assignments.shift(), reasonCodes: ["answered"] });
    const { offers } = await desk.ask("GetAgentState", {});
    await desk.ask("AcceptOffer", { name: offers[0].name });
    assignments.push(`agents/anna/assignments/${item.name.slice("workItems/".length)}`);
  }
  await customer.page.getByTestId("chat-wait").filter({ hasText: customer.t("chat.waitSoon") }).waitFor();
  await customer.picture("chat-wait");
  assert.deepEqual(await customer.violations(), []);

  const { workItems } = await server.ask("WorkService/ListWorkItems", { queue: kQueue, state: "WAITING" }, integration);
  assert.equal(workItems.length, 1);
  const told = workItems[0].promisedWait;
  const seconds = (duration) => Number(duration.slice(0, -1));
  assert.ok(seconds(told.wait.p50) <= seconds(told.wait.p80), JSON.stringify(told));
});

test("the live view says how long somebody would wait, and how many promises were kept", async () => {
  await manager.signIn("Mieke Aerts");
  const row = manager.page.getByTestId("queue-row").filter({ hasText: kTopic });
  // Handled within moments, it may be so short that it is said to be at once.
  const figure = new RegExp(`\\d:\\d\\d|${manager.t("live.atOnce")}`);
  await row.getByTestId("expected-wait").filter({ hasText: figure }).waitFor();
  await manager.page.getByTestId("promises-kept").filter({ hasText: "–" }).waitFor();

  const { assignments } = await desk.ask("GetAgentState", {});
  await desk.ask("CompleteAssignment", { name: assignments[0].name, reasonCodes: ["answered"] });
  const { offers } = await desk.ask("GetAgentState", {});
  await desk.ask("AcceptOffer", { name: offers[0].name });
  await manager.page.getByTestId("promises-kept").filter({ hasText: "%" }).waitFor();
  await manager.picture("live-waits");
  assert.deepEqual(await manager.violations(), []);
});
