// The working day in a real browser: a customer chats, an agent answers at the desk, the team manager
// sees it live; and every page in every language has nothing that axe finds wrong.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { languages, launch, Person } from "./lib/browser.mjs";
import { Server } from "./lib/server.mjs";

let server, browser;
before(async () => {
  server = await Server.start();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const kTopic = "Benefits and replacement income";

async function startChat(customer, question) {
  await customer.open("/chat");
  await customer.page.getByRole("radio", { name: kTopic }).check();
  await customer.page.getByLabel(customer.t("chat.name")).fill("Els");
  await customer.page.getByLabel(customer.t("chat.question")).fill(question);
  await customer.button("chat.start").click();
}

const status = (customer) => customer.page.getByTestId("chat-status");
const says = (locator, text) => locator.filter({ hasText: text }).first().waitFor();

// What the page's text field of a conversation sends.
async function write(person, label, text) {
  const field = person.page.getByLabel(label);
  await field.fill(text);
  await field.press("Enter");
}

describe("a chat, in Dutch", () => {
  let customer, agent, manager;
  before(async () => {
    customer = await Person.enter(browser, server, { width: 420, height: 760 });
    agent = await Person.enter(browser, server);
    manager = await Person.enter(browser, server, { width: 1440, height: 900 });
  });
  after(() => Promise.all([customer, agent, manager].map((person) => person?.leave())));

  const queueRow = () => manager.page.getByTestId("queue-row").filter({ hasText: kTopic });
  const waiting = (text) => queueRow().getByTestId("waiting").filter({ hasText: text }).waitFor();

  test("the agent begins the day and the manager looks at the live view", async () => {
    await agent.signIn("Anna Declercq");
    await agent.button("desk.startDay").click();
    await agent.page.getByTestId("presence").waitFor();
    await manager.signIn("Mieke Aerts");
    await waiting(/^0$/);
  });

  test("the customer opens a chat and sees their place in line, also after a reload", async () => {
    await startChat(customer, "Wanneer krijg ik mijn uitkering?");
    await says(status(customer), customer.t("chat.next"));
    await customer.page.reload();
    await says(status(customer), customer.t("chat.next"));
    await customer.picture("chat-waiting");
  });

  test("the live view shows that it waits, and why", async () => {
    await waiting(/^1$/);
    await queueRow().click();
    await manager.page.getByTestId("waiting-row").first().waitFor();
    await manager.page.getByRole("button", { name: manager.t("live.whyItem").split("{")[0] }).first().click();
    await manager.page.getByTestId("why").waitFor();
    await manager.picture("live-why");
    assert.deepEqual(await manager.violations(), []);
    await manager.page.keyboard.press("Escape");
  });

  test("it is offered to the agent, who accepts within the page", async () => {
    await agent.page.getByTestId("presence").getByRole("button", { name: agent.t("presence.available") }).click();
    const offer = agent.page.getByTestId("offer");
    await offer.waitFor();
    await agent.picture("desk-offer");
    assert.deepEqual(await agent.violations(), []);
    await offer.getByRole("button", { name: agent.t("desk.accept") }).click();
    await agent.page.getByTestId("contact-panel").getByText("Wanneer krijg ik mijn uitkering?").waitFor();
    await says(status(customer), customer.t("chat.withAgent", { name: "Anna Declercq" }));
    await waiting(/^0$/);
  });

  test("they exchange messages, and each sees the other type", async () => {
    await write(agent, agent.t("chat.writeTo", { name: "Els" }), "Dag Els, ik kijk het even na.");
    await customer.page.getByText("Dag Els, ik kijk het even na.").waitFor();
    await customer.page.getByLabel(customer.t("chat.write")).pressSequentially("<b>Dank");
    await agent.page.getByTestId("typing").filter({ hasText: agent.t("chat.isTyping", { name: "Els" }) }).waitFor();
    await write(customer, customer.t("chat.write"), "<b>Dank u</b>");
    // Text, never markup.
    await agent.page.getByText("<b>Dank u</b>").waitFor();
    await agent.picture("desk-chat");
    await customer.picture("chat-with-agent");
    assert.deepEqual(await agent.violations(), []);
    assert.deepEqual(await customer.violations(), []);
  });

  test("the conversation survives a reload on both sides", async () => {
    await customer.page.reload();
    await customer.page.getByText("Dag Els, ik kijk het even na.").waitFor();
    await agent.page.reload();
    await agent.page.getByTestId("contact").first().click();
    await agent.page.getByTestId("contact-panel").getByText("<b>Dank u</b>").waitFor();
  });

  test("the contact is wrapped up and completed with a reason, and the live view counts it", async () => {
    const panel = agent.page.getByTestId("contact-panel");
    await panel.getByRole("button", { name: agent.t("desk.wrapUp") }).click();
    await panel.getByText(agent.t("state.wrapping")).waitFor();
    await panel.getByRole("button", { name: agent.t("desk.complete") }).click();
    const dialog = agent.page.getByRole("dialog");
    await dialog.getByRole("checkbox").first().check();
    await agent.picture("desk-complete");
    assert.deepEqual(await agent.violations(), []);
    await dialog.getByRole("button", { name: agent.t("desk.complete") }).click();
    await panel.waitFor({ state: "detached" });
    await says(status(customer), customer.t("chat.ended"));

    const admin = await server.token("admin");
    const live = await server.ask("LiveService/GetLive", {}, admin);
    const queue = live.queues.find(({ name }) => name === "queues/chat-benefits");
    assert.equal(queue.answered, "1");
    assert.equal(queue.completed, "1");
    await manager.picture("live");
    await agent.page.getByRole("button", { name: agent.t("app.account").split("{")[0] }).click();
    await agent.page.getByRole("menuitem", { name: agent.t("app.signOut") }).click();
  });

  test("no page had an error of its own", () => {
    assert.deepEqual([...customer.troubles, ...agent.troubles, ...manager.troubles], []);
  });
});

describe("a customer who leaves", () => {
  test("gives up the place in line, and is counted as abandoned", async () => {
    const customer = await Person.enter(browser, server, { language: "fr" });
    await startChat(customer, "Bonjour");
    await says(status(customer), customer.t("chat.next"));
    await customer.button("chat.leave").click();
    await customer.page.getByRole("dialog").getByRole("button", { name: customer.t("chat.leaveConfirm") }).click();
    await says(status(customer), customer.t("chat.ended"));
    const live = await server.ask("LiveService/GetLive", {}, await server.token("admin"));
    assert.equal(live.queues.find(({ name }) => name === "queues/chat-benefits").abandoned, "1");
    await customer.leave();
  });
});

for (const language of languages) {
  for (const dark of [false, true]) {
    test(`axe finds nothing wrong with any page in ${language}, ${dark ? "dark" : "light"}`, async () => {
      const person = await Person.enter(browser, server, { language, dark });
      await person.open("/");
      await person.page.getByRole("button", { name: "Bruno Lambert" }).waitFor();
      assert.deepEqual(await person.violations(), []);
      await person.open("/chat");
      await person.page.getByRole("radio", { name: kTopic }).waitFor();
      assert.deepEqual(await person.violations(), []);
      await person.signIn("Bruno Lambert");
      await person.button("desk.startDay").or(person.page.getByTestId("presence")).first().waitFor();
      assert.deepEqual(await person.violations(), []);
      await person.leave();

      const manager = await Person.enter(browser, server, { language, dark });
      await manager.signIn("Mieke Aerts");
      await manager.page.getByTestId("queue-row").first().waitFor();
      assert.deepEqual(await manager.violations(), []);
      await manager.picture(`live-${language}-${dark ? "dark" : "light"}`);
      await manager.leave();
      assert.deepEqual([...person.troubles, ...manager.troubles], []);
    });
  }
}
