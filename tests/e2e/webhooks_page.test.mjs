// Webhooks in the browser: an administrator adds one, keeps its secret, sends a test event, sees what fails and sends
// it again; by keyboard, in four languages, light and dark, on a phone's width.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { launch, languages, Person } from "./lib/browser.mjs";
import { Receiver } from "./lib/receiver.mjs";
import { Server, root, sampleCenter } from "./lib/server.mjs";

const kPoison = "calls/poison";

let folder, server, browser, admin, receiver, integration;
let broken = true;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "wissel-webhooks-"));
  const config = join(folder, "center.yaml");
  const text = readFileSync(sampleCenter, "utf8").replace("web: ../../web/dist", `web: ${join(root, "web/dist")}`);
  writeFileSync(config, `${text}\nwebhooks:\n  allow_private_addresses: true\n  retry_delays: [1s]\n`);
  server = await Server.start({ config, data: join(folder, "data") });
  integration = await server.token("integration");
  receiver = await Receiver.start((event) => (broken && event.data.contact === kPoison ? { status: 500 } : undefined));
  browser = await launch();
  admin = await Person.enter(browser, server, { language: "en", width: 1280, height: 900 });
  await admin.signIn("Administrator");
});
after(async () => {
  await admin?.leave();
  await browser?.close();
  await receiver?.stop();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const ring = (contact) =>
  server.ask("WorkService/CreateWorkItem", { workItem: { queue: "queues/phone-nl", contact } }, integration);
const button = (key, values) => admin.page.getByRole("button", { name: admin.t(key, values), exact: true });
const dialog = () => admin.page.getByRole("dialog");
const panel = () => admin.page.getByTestId("webhook");

describe("the page of webhooks", () => {
  test("is found from the live view, empty at first", async () => {
    await admin.page.getByRole("link", { name: admin.t("webhooks.title") }).click();
    await admin.page.waitForURL(/\/webhooks$/);
    await admin.page.getByTestId("no-webhooks").waitFor();
    assert.deepEqual(await admin.violations(), []);
  });

  test("a wrong address is refused in the dialog, a right one shows the secret once", async () => {
    await button("webhooks.add").first().focus();
    await admin.page.keyboard.press("Enter");
    await dialog().getByLabel(admin.t("webhooks.url")).fill("ftp://127.0.0.1/hook");
    await admin.page.keyboard.press("Enter");
    await dialog().getByRole("alert").filter({ hasText: "neither http nor https" }).waitFor();
    await dialog().getByLabel(admin.t("webhooks.url")).fill(receiver.url);
    await dialog().getByLabel(admin.t("webhooks.description")).fill("Accounts");
    await dialog().getByLabel("wissel.work_item.*").check();
    await admin.picture("webhooks-form");
    assert.deepEqual(await admin.violations("dialog[open]"), []);
    await dialog().getByRole("button", { name: admin.t("webhooks.add"), exact: true }).click();
    const secret = await dialog().getByTestId("webhook-secret").inputValue();
    assert.match(secret, /^whsec_[A-Za-z0-9+/]{32}$/);
    receiver.secrets.push(secret);
    await admin.picture("webhooks-secret");
    assert.deepEqual(await admin.violations("dialog[open]"), []);
    await button("webhooks.kept").click();
    await dialog().waitFor({ state: "detached" });
    await panel().filter({ hasText: "Accounts" }).waitFor();
    assert.ok(!(await admin.page.content()).includes(secret), "nowhere on the page any more");
  });

  test("a test event arrives, signed", async () => {
    await button("webhooks.test").click();
    await admin.page.getByText(admin.t("webhooks.testGood")).waitFor();
    assert.equal(receiver.requests[0].signedBy.length, 1);
    await admin.page.getByTestId("delivery").filter({ hasText: "wissel.webhook.test.v1" }).waitFor();
  });

  test("what fails to the end is a dead letter, and is sent again", async () => {
    await ring(kPoison);
    await ring("calls/fine");
    await admin.page.getByTestId("dead-letter").filter({ hasText: "wissel.work_item.entered.v1" }).waitFor({ timeout: 30_000 });
    await admin.picture("webhooks-dead-letter");
    assert.deepEqual(await admin.violations(), []);
    broken = false;
    await admin.page.getByTestId("replay-all").click();
    await admin.page.getByTestId("dead-letter").waitFor({ state: "detached" });
    assert.ok(receiver.taken.some(({ data }) => data.contact === kPoison));
  });

  test("it is paused, resumed, given a new secret and deleted", async () => {
    const state = () => admin.page.getByTestId("webhook-state");
    await button("webhooks.pause").click();
    await state().filter({ hasText: admin.t("webhooks.paused") }).waitFor();
    await ring("calls/later");
    await button("webhooks.resume").click();
    await state().filter({ hasText: admin.t("webhooks.active") }).waitFor();
    await receiver.until(({ taken }) => taken.some(({ data }) => data.contact === "calls/later"));
    await button("webhooks.rotate").click();
    await dialog().getByRole("button", { name: admin.t("webhooks.rotate"), exact: true }).click();
    const secret = await dialog().getByTestId("webhook-secret").inputValue();
    assert.notEqual(secret, receiver.secrets[0]);
    await admin.page.keyboard.press("Escape");
    await dialog().waitFor({ state: "detached" });
    receiver.secrets.push(secret);
    await button("webhooks.test").click();
    await receiver.until(({ requests }) => requests.at(-1).signedBy.length === 2);
  });

  test("it reads well in four languages, in the dark and on a phone", async () => {
    for (const language of languages) {
      await admin.open(`/webhooks?lang=${language}`);
      admin.language = language;
      await button("webhooks.show").click();
      await admin.page.getByTestId("delivery").first().waitFor();
      await admin.picture(`webhooks-${language}`);
    }
    await admin.page.emulateMedia({ colorScheme: "dark" });
    await admin.picture("webhooks-dark");
    assert.deepEqual(await admin.violations(), []);
    await admin.page.setViewportSize({ width: 390, height: 844 });
    await admin.picture("webhooks-phone");
    assert.deepEqual(await admin.violations(), []);
    const wider = await admin.page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    assert.equal(wider, false, "nothing stands out at the side");
  });

  test("it is deleted after a question", async () => {
    await button("webhooks.delete").click();
    await dialog().getByRole("button", { name: admin.t("webhooks.delete"), exact: true }).click();
    await admin.page.getByTestId("no-webhooks").waitFor();
    assert.deepEqual(admin.troubles, []);
  });

  test("others do not see it", async () => {
    const manager = await Person.enter(browser, server, { language: "en" });
    await manager.signIn("Mieke Aerts");
    assert.equal(await manager.page.getByRole("link", { name: manager.t("webhooks.title") }).count(), 0);
    await manager.open("/webhooks");
    await manager.page.getByText(manager.t("app.notYours")).waitFor();
    await manager.leave();
  });
});
