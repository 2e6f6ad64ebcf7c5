// Notices in bulk with the real binary, a real mail server (Exim) and a real browser: a planner makes a mailing,
// chooses a file, looks at a finished mail, starts it, sees how it goes, and stops it; the server is killed in the
// middle; who unsubscribes gets no more; an answer is a work item of the address's queue.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { launch, languages, Person } from "./lib/browser.mjs";
import { Exim, header, missing } from "./lib/exim.mjs";
import { Server, root, sampleCenter, wissel } from "./lib/server.mjs";
import { until } from "./lib/until.mjs";

const kMails = 40;

let folder, server, exim, browser, planner, manager, config;
const startServer = () => Server.start({ config, data: join(folder, "data"), args: ["--lmtp", "127.0.0.1:0"] });
const portOf = (address) => Number(address.split(":")[1]);

before(async () => {
  assert.equal(missing, undefined, "the mail server is missing: ./dev setup --tests");
  folder = mkdtempSync(join(tmpdir(), "wissel-mailings-"));
  exim = await Exim.start(1);
  config = join(folder, "center.yaml");
  const sample = readFileSync(sampleCenter, "utf8")
    .replace("web: ../../web/dist", `web: ${join(root, "web/dist")}`)
    .replace("customer_pages: ../../web/customer", `customer_pages: ${join(root, "web/customer")}`);
  const withoutMail = sample.replace(/^mail:\n(?:[ #].*\n|\n)*/m, "");
  writeFileSync(config, `${withoutMail}
mail:
  addresses:
    - {address: tax@center.test, queue: queues/mail-general, display_name: Tax office}
  smtp: {address: "127.0.0.1:${exim.port}", tls: plain}
  public_url: https://wissel.center.test
`);
  server = await startServer();
  exim.configure(portOf(server.lmtp));
  manager = await server.token("manager");
  browser = await launch();
  planner = await Person.enter(browser, server, { language: "en", width: 1280, height: 900 });
  await planner.signIn("Pieter De Smet");
});
after(async () => {
  await planner?.leave();
  await browser?.close();
  await server?.stop();
  await exim?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const page = () => planner.page;
const t = (key, values) => planner.t(key, values);
const button = (key, values) => page().getByRole("button", { name: t(key, values), exact: true });
const dialog = () => page().getByRole("dialog");
const panel = (name) => page().getByTestId("mailing").filter({ hasText: name });
const state = (name, key) => panel(name).getByTestId("mailing-state").filter({ hasText: new RegExp(`^${t(key)}$`) });
const get = async (name) => server.ask("MailingService/GetMailing", { name: `mailings/${name}` }, manager);
const countIn = (mailing, state) => Number(mailing.counts?.find((each) => each.state === state)?.recipients ?? 0);
const people = (count) =>
  ["address,language,name,reference", ...Array.from({ length: count }, (_, i) => `mia@home.test,nl,Person ${i},R${i}`)];

describe("a mailing", () => {
  test("is made on the page; a field that there is not is refused by name", async () => {
    await page().goto(`${server.http}/outbound`);
    await page().getByTestId("no-mailings").waitFor();
    assert.deepEqual(await planner.violations(), []);
    await button("outbound.add").click();
    await dialog().getByLabel(t("outbound.name"), { exact: true }).fill("Forms that are due");
    await dialog().getByLabel(t("outbound.fields")).fill("name, reference");
    await dialog().getByLabel(t("outbound.rateField")).fill("600");
    await dialog().getByLabel(t("outbound.subject")).fill("Uw dossier {reference}");
    await dialog().getByLabel(t("outbound.body"), { exact: true }).fill("Dag {nmae},\n\nuw formulier moet binnen.\n\nGeen berichten meer: {unsubscribe}");
    await dialog().getByRole("button", { name: t("outbound.add"), exact: true }).click();
    await dialog().getByRole("alert").filter({ hasText: "{nmae}" }).waitFor();
    await planner.picture("mailing-refused");
    await dialog().getByLabel(t("outbound.body"), { exact: true }).fill("Dag {name},\n\nuw formulier moet binnen.\n\nGeen berichten meer: {unsubscribe}");
    await button("outbound.addText").click();
    await dialog().getByLabel(t("outbound.subject")).nth(1).fill("Votre dossier {reference}");
    await dialog().getByLabel(t("outbound.body"), { exact: true }).nth(1).fill("Bonjour {name}, votre formulaire est attendu.");
    await planner.picture("mailing-form");
    assert.deepEqual(await planner.violations("dialog[open]"), []);
    await dialog().getByRole("button", { name: t("outbound.add"), exact: true }).click();
    await state("Forms that are due", "outbound.draft").waitFor();
  });

  test("gets its recipients from a file, whose faults are shown with their lines", async () => {
    await panel("Forms").getByRole("button", { name: t("outbound.import") }).click();
    const file = join(folder, "due.csv");
    writeFileSync(file, "address;language;name;reference\r\nmia@home.test;nl;Mia;R1\r\nnobody;fr;Bo;R2\r\nzoe@home.test;fr;Zoë;\r\nzoe@home.test;fr;Zoë;R4\r\n");
    await page().locator('input[type="file"]').setInputFiles(file);
    const faults = page().getByTestId("fault");
    await faults.nth(1).waitFor();
    assert.match(await faults.nth(0).innerText(), /^3\s+address/);
    assert.match(await faults.nth(1).innerText(), /^4\s+reference/);
    await planner.picture("mailing-import");
    assert.deepEqual(await planner.violations("dialog[open]"), []);
    await dialog().getByRole("button", { name: /Add 2 recipients/ }).click();
    await page().getByTestId("imported").waitFor();
    await dialog().getByRole("button", { name: t("action.close") }).last().click();
    await panel("Forms").getByTestId("mailing-total").filter({ hasText: /^2$/ }).waitFor();
  });

  test("shows any recipient's finished mail before the start", async () => {
    await panel("Forms").getByRole("button", { name: t("outbound.preview") }).click();
    await page().getByTestId("preview-subject").filter({ hasText: /^Uw dossier R1$/ }).waitFor();
    await page().getByTestId("preview-text").filter({ hasText: "Dag Mia," }).waitFor();
    await planner.picture("mailing-preview");
    assert.deepEqual(await planner.violations("dialog[open]"), []);
    await dialog().getByRole("button", { name: t("outbound.next") }).click();
    await page().getByTestId("preview-subject").filter({ hasText: /^Votre dossier R4$/ }).waitFor();
    await page().keyboard.press("Escape");
    await dialog().waitFor({ state: "detached" });
  });

  test("is started after a question, and its mails arrive and say what they are", async () => {
    await panel("Forms").getByRole("button", { name: t("outbound.start") }).click();
    await planner.picture("mailing-start");
    await dialog().getByRole("button", { name: t("outbound.startNow"), exact: true }).click();
    await state("Forms", "outbound.finished").waitFor();
    await panel("Forms").getByTestId("count-outbound.sent").filter({ hasText: /2$/ }).waitFor();
    const [mail] = await until(() => exim.box("mia"), (box) => box.length >= 1);
    assert.equal(header(mail, "Subject"), "Uw dossier R1");
    assert.equal(header(mail, "Auto-Submitted"), "auto-generated");
    assert.equal(header(mail, "Precedence"), "bulk");
    assert.equal(header(mail, "List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
    assert.match(header(mail, "List-Unsubscribe"), /^<https:\/\/wissel\.center\.test\/unsubscribe\/[\w-]{22}>$/);
    await panel("Forms").getByRole("button", { name: t("outbound.outcomes") }).click();
    await page().getByTestId("outcome").nth(1).waitFor();
    await planner.picture("mailings");
    assert.deepEqual(await planner.violations(), []);
  });

  test("an answer is a work item of the address's queue, and names the mailing", async () => {
    const [notice] = exim.box("mia");
    const before = (await server.ask("WorkService/ListWorkItems", { queue: "queues/mail-general" }, manager)).workItems?.length ?? 0;
    await exim.submit("mia@home.test", header(notice, "Reply-To"),
      `From: mia@home.test\nTo: tax@center.test\nSubject: Re: Uw dossier R1\nMessage-ID: <answer@home.test>\nIn-Reply-To: ${header(notice, "Message-ID")}\n\nTot wanneer heb ik de tijd?\n`);
    const { workItems } = await until(
      () => server.ask("WorkService/ListWorkItems", { queue: "queues/mail-general" }, manager),
      (list) => (list.workItems?.length ?? 0) > before,
    );
    const thread = await server.ask("MailService/GetMailThread", { workItem: workItems.at(-1).name }, manager);
    assert.equal(thread.mailing, "mailings/forms-that-are-due");
    assert.equal(thread.mailingDisplayName, "Forms that are due");
    assert.equal(thread.subject, "Uw dossier R1");
  });

  test("who sends the form of the page, as mail programs do, gets no more; a look changes nothing", async () => {
    const zoe = (await until(() => exim.box("zoe"), (box) => box.length >= 1))[0];
    const token = /\/unsubscribe\/([\w-]{22})/.exec(header(zoe, "List-Unsubscribe"))[1];
    const marked = async () =>
      (await server.ask("DoNotContactService/CheckDoNotContact", { address: { kind: "EMAIL", text: "zoe@home.test" } }, manager)).forbidden;
    const customer = await Person.enter(browser, server, { language: "fr", width: 390, height: 800 });
    await customer.open(`/unsubscribe/${token}`);
    await customer.page.getByText("zoe@home.test").waitFor();
    await customer.picture("unsubscribe");
    assert.deepEqual(await customer.violations(), []);
    await customer.leave();
    assert.notEqual(await marked(), true);
    // RFC 8058, section 3.1.
    const body = new FormData();
    body.set("List-Unsubscribe", "One-Click");
    const posted = await fetch(`${server.http}/unsubscribe/${token}`, { method: "POST", body });
    assert.equal(posted.status, 200);
    assert.equal(await marked(), true);
    const elsewhere = await fetch(`${server.http}/track/${token}`, { method: "POST", body });
    assert.equal(elsewhere.status, 415, "forms that are read are of the one type that is read");
    await server.ask("MailingService/CreateMailing", { mailingId: "two", mailing: { displayName: "Two", sender: "tax@center.test", texts: [{ language: "nl", subject: "S", text: "T" }] } }, manager);
    const recipients = join(folder, "two.csv");
    writeFileSync(recipients, "address\nzoe@home.test\n");
    const imported = await wissel("import", "mailing", recipients, "--mailing", "two", "--server", server.grpc, "--token", manager, "--json");
    assert.equal(imported.code, 0, imported.stderr);
    await server.ask("MailingService/StartMailing", { name: "mailings/two" }, manager);
    const two = await until(() => get("two"), (mailing) => mailing.state === "FINISHED");
    assert.equal(countIn(two, "DO_NOT_CONTACT"), 1);
    assert.equal(exim.box("zoe").length, 1);
  });
});

describe("a long mailing", () => {
  const before = () => exim.box("mia").filter((mail) => header(mail, "Subject")?.startsWith("Lang"));

  test("an import by command is checked with its lines, and repeated it changes nothing", async () => {
    await server.ask("MailingService/CreateMailing", {
      mailingId: "long",
      mailing: { displayName: "Long", sender: "tax@center.test", fields: ["name", "reference"], rate: 1200, texts: [{ language: "nl", subject: "Lang {reference}", text: "Dag {name}" }] },
    }, manager);
    const file = join(folder, "long.csv");
    const run = () => wissel("import", "mailing", file, "--mailing", "long", "--server", server.grpc, "--token", manager, "--json");
    writeFileSync(file, people(3).join("\n"));
    const twins = await run();
    assert.equal(twins.code, 1);
    assert.match(twins.stdout, /"line":3,"column":"address"/);
    const [head, ...lines] = people(kMails);
    writeFileSync(file, [`key,${head}`, ...lines.map((line, i) => `k${i},${line}`)].join("\n"));
    const first = await run();
    assert.equal(first.code, 0, first.stderr);
    assert.equal(JSON.parse(first.stdout.trim().split("\n").at(-1)).added, kMails);
    assert.equal(JSON.parse((await run()).stdout.trim().split("\n").at(-1)).unchanged, kMails);
  });

  test("killed in the middle it goes on, and each recipient gets one mail", async () => {
    await server.ask("MailingService/StartMailing", { name: "mailings/long" }, manager);
    await until(() => before(), (mails) => mails.length >= 5);
    server.process.kill("SIGKILL");
    await server.exited;
    server.ownsData = false;
    server = await startServer();
    exim.configure(portOf(server.lmtp));
    const done = await until(() => get("long"), (mailing) => mailing.state === "FINISHED");
    assert.equal(countIn(done, "SENT"), kMails);
    const mails = await until(() => before(), (all) => new Set(all.map((mail) => header(mail, "Subject"))).size === kMails);
    // What the mail server had taken when the process died comes again under the same id alone.
    const ids = new Set(mails.map((mail) => header(mail, "Message-ID")));
    assert.equal(ids.size, kMails);
  });

  test("stopped on the page nothing more goes out, and the counts say so", async () => {
    await server.ask("MailingService/CreateMailing", {
      mailingId: "slow", mailing: { displayName: "Slow one", sender: "tax@center.test", rate: 1, texts: [{ language: "nl", subject: "Traag", text: "T" }] },
    }, manager);
    const recipients = ["mia@home.test", "zoe@home.test", "robot@home.test"].map((address) => ({ address }));
    await server.ask("MailingService/AddMailingRecipients", { mailing: "mailings/slow", recipients }, manager);
    await server.ask("MailingService/StartMailing", { name: "mailings/slow" }, manager);
    planner.server = server;
    await planner.signIn("Pieter De Smet");
    await page().goto(`${server.http}/outbound`);
    await panel("Slow").getByTestId("count-outbound.sent").waitFor();
    await panel("Slow").getByRole("button", { name: t("outbound.pause") }).click();
    await state("Slow", "outbound.paused").waitFor();
    await panel("Slow").getByRole("button", { name: t("outbound.stop") }).click();
    await planner.picture("mailing-stop");
    assert.deepEqual(await planner.violations("dialog[open]"), []);
    await dialog().getByRole("button", { name: t("outbound.stopForGood"), exact: true }).click();
    await state("Slow", "outbound.stopped").waitFor();
    await panel("Slow").getByTestId("count-outbound.withdrawn").filter({ hasText: /2$/ }).waitFor();
    const slow = await get("slow");
    assert.equal(countIn(slow, "SENT"), 1);
    assert.equal(countIn(slow, "WITHDRAWN"), 2);
  });
});

describe("the page of outbound work", () => {
  test("shows lists of people to be called, and starts and pauses them", async () => {
    await server.ask("OutboundService/CreateOutboundList", { listId: "spring", list: { displayName: "Renewals, spring", queue: "queues/mail-general", channel: "OUTBOUND" } }, manager);
    await server.ask("OutboundService/AddOutboundEntries", {
      list: "outboundLists/spring",
      entries: [{ key: "a", number: "+3225550123", notBeforeTime: "2099-01-01T00:00:00Z" }],
    }, manager);
    const list = page().getByTestId("list");
    await list.getByRole("button", { name: t("outbound.startNow"), exact: true }).click();
    await list.getByTestId("list-state").filter({ hasText: t("outbound.running") }).waitFor();
    await list.getByRole("button", { name: t("outbound.outcomes") }).click();
    await page().getByTestId("outcome").first().waitFor();
    await list.getByRole("button", { name: t("outbound.pause") }).click();
    await list.getByTestId("list-state").filter({ hasText: t("outbound.paused") }).waitFor();
  });

  for (const language of languages) {
    test(`reads well in ${language}, light and dark, on a phone`, async () => {
      const person = await Person.enter(browser, server, { language, width: 390, height: 844 });
      await person.signIn("Pieter De Smet");
      await person.page.goto(`${server.http}/outbound`);
      await person.page.getByTestId("mailing").first().waitFor();
      for (const colorScheme of ["light", "dark"]) {
        await person.appear(colorScheme);
        await person.picture(`outbound-${language}-${colorScheme}`);
        assert.deepEqual(await person.violations(), [], colorScheme);
      }
      const width = await person.page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(width <= 390, `${width} px wide`);
      assert.deepEqual(person.troubles, []);
      await person.leave();
    });
  }
});
