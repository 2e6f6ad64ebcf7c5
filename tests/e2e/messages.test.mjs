// A conversation that the customer may leave: they close the page, the agent answers and sets it aside, they come
// back by their link on a page without script, and the same agent goes on.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { languages, launch, Person } from "./lib/browser.mjs";
import { Desk, Server } from "./lib/server.mjs";

const kTopic = "Messages";

let server, browser, admin, anna, mia;
before(async () => {
  server = await Server.start();
  browser = await launch();
  admin = await server.token("admin");
  const routingProfile = {
    name: "routingProfiles/universal",
    channels: [
      { channel: "CHAT", limit: 3, cost: 30 },
      { channel: "MESSAGE", limit: 1, cost: 30 },
    ],
  };
  await server.ask("ConfigService/UpdateRoutingProfile", { routingProfile, updateMask: "channels" }, admin);
  const queue = {
    displayName: kTopic, channel: "MESSAGE", answerWithin: "3600s", wakeHold: "600s", conversationExpires: "86400s",
    requirement: { steps: [{}] },
  };
  await server.ask("ConfigService/CreateQueue", { queueId: "app", queue }, admin);
  mia = await Person.enter(browser, server, { language: "nl", width: 375, height: 667 });
});
after(async () => {
  await mia?.leave();
  await browser?.close();
  await server?.stop();
});

const status = (person) => person.page.getByTestId("chat-status");
const says = (locator, text) => locator.filter({ hasText: text }).first().waitFor();
async function start(person, question) {
  await person.open("/chat?topic=queues/app");
  await person.page.getByLabel(person.t("chat.question")).fill(question);
  await person.button("chat.start").click();
  await says(status(person), person.t("chat.next"));
}

let link, workItem;
const item = () => server.ask("WorkService/GetWorkItem", { name: workItem }, admin);
const reply = (text) => server.ask("ChatService/SendMessage", { workItem, text }, anna.token);

test("the page says that it may be closed, and where to come back", async () => {
  await start(mia, "Mag ik later komen?");
  await says(mia.page.getByTestId("chat-link"), mia.t("chat.mayLeaveText"));
  link = await mia.page.getByTestId("chat-link").getByRole("link").getAttribute("href");
  assert.match(link, new RegExp(`^${server.http}/track/[\\w-]{22}$`));
  assert.deepEqual(await mia.violations(), []);
  await mia.picture("messages-waiting");
});

test("an agent answers and sets it aside: the page says who waits for whom", async () => {
  anna = await Desk.open(server, "agents/anna");
  const { offers } = await anna.until((state) => state.offers?.length > 0);
  ({ workItem } = offers[0]);
  const { assignments } = await anna.ask("AcceptOffer", { name: offers[0].name });
  await says(status(mia), mia.t("chat.withAgent", { name: "Anna Declercq" }));
  await reply("Welk dossier?");
  await anna.ask("SetAsideAssignment", { name: assignments[0].name });
  await says(status(mia), mia.t("chat.awaitsYou", { name: "Anna Declercq" }));
  await says(mia.page.getByTestId("chat-link"), mia.t("chat.awaitsYouText"));
  assert.deepEqual(await mia.violations(), []);
  await mia.picture("messages-awaits-you");
});

test("who comes back by the link, on another device, goes on with the same agent", async () => {
  await mia.page.close();
  const later = await browser.newContext({ locale: "nl-BE", javaScriptEnabled: false });
  const page = await later.newPage();
  await page.goto(link);
  await page.getByText("Welk dossier?").waitFor();
  await page.locator("textarea[name=text]").fill("Dossier 12");
  await page.locator("form:has(textarea[name=text]) button").click();
  await page.getByText("Dossier 12").waitFor();
  const woken = await item();
  assert.deepEqual([woken.state, woken.agent], ["ACTIVE", "agents/anna"]);
  await reply("In orde");
  await page.goto(link);
  await page.getByText("In orde").waitFor();
  await later.close();
  const said = await server.ask("ChatService/GetTranscript", { workItem }, anna.token);
  assert.deepEqual(said.messages.map(({ text }) => text), ["Mag ik later komen?", "Welk dossier?", "Dossier 12", "In orde"]);
});

for (const language of languages) {
  for (const dark of [false, true]) {
    test(`axe finds nothing in ${language}, ${dark ? "dark" : "light"}`, async () => {
      const person = await Person.enter(browser, server, { language, dark, width: 375, height: 667 });
      await person.open("/chat?topic=queues/app");
      await person.page.getByLabel(person.t("chat.question")).fill("?");
      await person.button("chat.start").click();
      await says(person.page.getByTestId("chat-link"), person.t("chat.mayLeaveText"));
      assert.deepEqual(await person.violations(), []);
      assert.deepEqual(person.troubles, []);
      await person.leave();
    });
  }
}
