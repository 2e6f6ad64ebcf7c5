// The wallboard shows the center from across the room, dark whatever the device prefers, and says at
// once when what it shows is old. The desk says why there is no work.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, Person } from "./lib/browser.mjs";
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

describe("the wallboard", () => {
  const tile = (person, name) => person.page.getByTestId("wall-queue").filter({ hasText: name });

  for (const language of ["en", "de"]) {
    test(`shows what waits, in ${language}`, async () => {
      const admin = await server.token("admin");
      const { name } = await server.ask(
        "WorkService/CreateWorkItem",
        { workItem: { queue: "queues/mail-general" } },
        admin,
      );
      const person = await Person.enter(browser, server, { language, width: 1920, height: 1080 });
      await person.signIn("Mieke Aerts");
      await person.page.getByRole("link", { name: person.t("wall.title") }).click();
      await tile(person, "General mail").filter({ hasText: /\b1\b/ }).waitFor();
      assert.deepEqual(await person.violations(), []);
      await person.picture(`wallboard-${language}`);
      assert.equal(await person.page.evaluate(() => document.documentElement.dataset.theme), "dark");
      await person.page.getByRole("link", { name: person.t("wall.back") }).click();
      await person.page.getByTestId("queue-row").first().waitFor();
      assert.equal(await person.page.evaluate(() => document.documentElement.dataset.theme), undefined);
      await server.ask("WorkService/CancelWorkItem", { name, cause: "WITHDRAWN" }, admin);
      await person.leave();
      assert.deepEqual(person.troubles, []);
    });
  }

  test("says that its figures are old when the server is gone", async () => {
    const other = await Server.start();
    const person = await Person.enter(browser, other, { language: "en" });
    await person.signIn("Mieke Aerts");
    await person.page.getByRole("link", { name: person.t("wall.title") }).click();
    await tile(person, "General mail").waitFor();
    await other.killHard();
    await person.page.getByTestId("stale").waitFor();
    assert.deepEqual(await person.violations(), []);
    await person.picture("wallboard-stale");
    await person.leave();
    await other.stop();
  });
});

test("the desk says why there is no work", async () => {
  const agent = await Person.enter(browser, server, { language: "fr" });
  await agent.signIn("Anna Declercq");
  await agent.button("desk.startDay").click();
  const admin = await server.token("admin");
  await server.ask("WorkService/CreateWorkItem", { workItem: { queue: "queues/mail-general" } }, admin);
  await agent.button("desk.whyIdle").click();
  await agent.page.getByTestId("why-agent").waitFor();
  await agent.page.getByRole("dialog").getByText(agent.t("check.away"), { exact: true }).waitFor();
  assert.deepEqual(await agent.violations(), []);
  await agent.picture("desk-why");
  await agent.page.keyboard.press("Escape");
  // What a manager gives comes without an offer, and is told.
  const [item] = (await server.ask("WorkService/ListWorkItems", {}, admin)).workItems;
  await server.ask("WorkService/ForceAssignWorkItem", { name: item.name, agent: "agents/anna" }, admin);
  await agent.page.getByText(agent.t("desk.given", { queue: "General mail" })).first().waitFor();
  await agent.page.getByTestId("contact").first().waitFor();
  await agent.leave();
  assert.deepEqual(agent.troubles, []);
});
