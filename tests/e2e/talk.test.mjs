// Beside answering: an agent asks a colleague and hands the contact over, all by keyboard; both talk
// with the customer; a mail is set aside until the customer writes.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, Person } from "./lib/browser.mjs";
import { Server } from "./lib/server.mjs";

let server, browser, integration, anna, bruno;
before(async () => {
  server = await Server.start();
  browser = await launch();
  integration = await server.token("integration");
  anna = await Person.enter(browser, server, { language: "en", width: 1440, height: 900 });
  bruno = await Person.enter(browser, server, { language: "fr", dark: true, width: 1280, height: 800 });
  await begin(anna, "Anna Declercq");
});
after(async () => {
  await Promise.all([anna, bruno].map((person) => person?.leave()));
  await browser?.close();
  await server?.stop();
});

async function begin(person, name) {
  await person.signIn(name);
  await person.page.getByRole("button", { name: person.t("desk.startDay"), exact: true }).click();
  await person.page.getByTestId("presence").waitFor();
  await person.page.keyboard.press("Alt+p");
}
async function accept(person) {
  await person.page.getByTestId("offer").waitFor();
  await person.page.keyboard.press("Alt+a");
  await panel(person).waitFor();
}
const panel = (person) => person.page.getByTestId("contact-panel");
const consult = (person) => person.page.getByTestId("consult");
const enter = (queue, contact) =>
  server.ask("WorkService/CreateWorkItem", { workItem: { queue, contact } }, integration);
const item = (name) => server.ask("WorkService/GetWorkItem", { name }, integration);

describe("a consult", () => {
  let call;
  test("a colleague is asked by name, and the call is kept", async () => {
    call = await enter("queues/phone-nl", "customer-1");
    await accept(anna);
    await begin(bruno, "Bruno Lambert");
    await anna.page.keyboard.press("Alt+q");
    const dialog = anna.page.getByRole("dialog");
    await dialog.getByRole("button", { name: anna.t("desk.toAgent"), exact: true }).click();
    await dialog.getByRole("searchbox").fill("Bruno");
    await dialog.getByRole("radio").first().check();
    await anna.picture("consult-ask");
    assert.deepEqual(await anna.violations(), []);
    await anna.page.keyboard.press("Enter");
    await consult(anna).filter({ hasText: "Bruno Lambert" }).waitFor();
    assert.equal((await item(call.name)).state, "ACTIVE");
  });

  test("he answers, both talk with the customer, and he gets the call without another offer", async () => {
    await accept(bruno);
    await bruno.page.getByTestId("asked").filter({ hasText: "Anna Declercq" }).waitFor();
    await consult(anna).filter({ hasText: anna.t("desk.consultTalks", { agent: "Bruno Lambert" }) }).waitFor();
    await anna.page.keyboard.press("Alt+k");
    await anna.page.getByTestId("conference").waitFor();
    await bruno.page.getByTestId("conference").waitFor();
    await anna.picture("consult-conference");
    await bruno.picture("consult-asked");
    assert.deepEqual(await anna.violations(), []);
    assert.deepEqual(await bruno.violations(), []);
    await anna.page.keyboard.press("Alt+o");
    await panel(anna).waitFor({ state: "detached" });
    await bruno.page.getByTestId("asked").waitFor({ state: "detached" });
    assert.equal((await item(call.name)).agent, "agents/bruno");
  });
});

describe("a mail", () => {
  test("is set aside until the customer writes, and comes back by itself", async () => {
    const mail = await enter("queues/mail-general", "customer-2");
    await accept(anna);
    await anna.page.keyboard.press("Alt+s");
    await anna.page.getByTestId("set-aside").getByTestId("contact").waitFor();
    await anna.picture("set-aside");
    assert.deepEqual(await anna.violations(), []);
    assert.equal((await item(mail.name)).state, "AWAITING_CUSTOMER");
    await server.ask("WorkService/WakeWorkItem", { name: mail.name }, integration);
    await anna.page.getByTestId("set-aside").waitFor({ state: "detached" });
    assert.equal((await item(mail.name)).state, "ACTIVE");
  });

  test("no page had an error of its own", () => {
    assert.deepEqual([...anna.troubles, ...bruno.troubles], []);
  });
});
