// The desk for all channels: a mail that a real mail server brought is answered beside two chats, one answer is
// taken back before it leaves, files and drafts are kept, and a mail's markup does nothing to the page.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { launch, Person } from "./lib/browser.mjs";
import { Exim, header, missing } from "./lib/exim.mjs";
import { root, Server } from "./lib/server.mjs";
import { until } from "./lib/until.mjs";

const configuration = (smtpPort) => `
server: {web: "${join(root, "web/dist")}", customer_pages: "${join(root, "web/customer")}"}
center:
  display_name: Tax office
  routing_profiles:
    - name: routingProfiles/all
      units: 100
      channels: [{channel: chat, limit: 2, cost: 20}, {channel: email, limit: 2, cost: 30}, {channel: callback, limit: 1, cost: 40}]
  queues:
    - {name: queues/mail, display_name: Mails, channel: email, answer_within: 4h}
    - {name: queues/chat, display_name: Taxes, channel: chat, answer_within: 1m}
    - {name: queues/back, display_name: Callbacks, channel: callback, answer_within: 1h}
  agents:
    - {name: agents/anna, display_name: Anna, routing_profile: routingProfiles/all}
    - {name: agents/bruno, display_name: Bruno, routing_profile: routingProfiles/all}
mail:
  addresses:
    - address: tax@center.test
      queue: queues/mail
      display_name: Tax office
      acknowledge: false
      quick_replies:
        - {display_name: Bedankt, language: nl, text: "Dag {name}, bedankt. {agent}, {reference}"}
        - {display_name: Formulier, language: nl, text: "Dag {name}, het formulier ontbreekt."}
        - {display_name: Thanks, language: en, text: "Dear {name}, thank you."}
  smtp: {address: "127.0.0.1:${smtpPort}", tls: plain}
demo:
  users:
    - {user: anna, password: demo, display_name: Anna, roles: [agent], agent: agents/anna}
    - {user: bruno, password: demo, display_name: Bruno, roles: [agent], agent: agents/bruno}
`;

const kBoundary = "=_part";
const mail = `From: Mia Peeters <mia@home.test>
To: tax@center.test
Subject: Mijn belasting
Message-ID: <one@home.test>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="${kBoundary}"

--${kBoundary}
Content-Type: multipart/alternative; boundary="${kBoundary}2"

--${kBoundary}2
Content-Type: text/plain; charset=utf-8

Dag, ik heb nog een vraag over mijn belasting van dit jaar. <b>Dringend</b>
--${kBoundary}2
Content-Type: text/html; charset=utf-8

<p>Dag, <b>dringend</b></p><script>parent.document.title = "taken"</script><table><tr><td onclick="x()">2025</td></tr></table>
<img src="https://elsewhere.test/pixel.png" onerror="parent.document.title='taken'"><a href="https://mia.test/">hier</a>
--${kBoundary}2--
--${kBoundary}
Content-Type: text/html; name="brief.html"
Content-Disposition: attachment; filename="brief.html"

<script>alert(1)</script>
--${kBoundary}--
`;

let folder, server, exim, browser, anna, bruno, admin, integration;
before(async () => {
  assert.equal(missing, undefined, "the mail server is missing: ./dev setup --tests");
  folder = mkdtempSync(join(tmpdir(), "wissel-desk-"));
  exim = await Exim.start(1);
  writeFileSync(join(folder, "center.yaml"), configuration(exim.port));
  server = await Server.start({ config: join(folder, "center.yaml"), data: join(folder, "data"), args: ["--lmtp", "127.0.0.1:0"] });
  exim.configure(Number(server.lmtp.split(":")[1]));
  admin = await server.token("admin");
  integration = await server.token("integration");
  browser = await launch();
  anna = await Person.enter(browser, server, { language: "en", width: 1440, height: 900 });
  bruno = await Person.enter(browser, server, { language: "nl", dark: true, width: 1280, height: 800 });
});
after(async () => {
  await Promise.all([anna, bruno].map((person) => person?.leave()));
  await browser?.close();
  await server?.stop();
  await exim?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const page = (person) => person.page;
const panel = (person) => page(person).getByTestId("contact-panel");
const composer = (person) => page(person).getByTestId("mail-composer");
const writing = (person) => composer(person).getByLabel(person.t("mail.answerTo", { name: "Mia Peeters" }));
const contact = (person, name) => page(person).getByTestId("contact").filter({ hasText: name });
const kept = (person) => page(person).getByTestId("draft-state").filter({ hasText: person.t("mail.draftKept") }).waitFor();
const box = (mails) => until(() => exim.box("mia"), (all) => all.length >= mails);
const assignment = async (channel, agent = "agents/anna") =>
  ((await server.ask("AgentService/GetAgentState", { agent }, admin)).assignments ?? []).find((each) => each.channel === channel);

async function begin(person, name) {
  await person.signIn(name);
  await page(person).getByRole("button", { name: person.t("desk.startDay"), exact: true }).click();
  await page(person).getByTestId("presence").waitFor();
  await page(person).keyboard.press("Alt+p");
}
async function accept(person, count) {
  await page(person).getByTestId("offer").waitFor();
  await page(person).keyboard.press("Alt+a");
  await until(async () => (await page(person).getByTestId("contact").count()) === count);
}
const chat = (displayName, firstMessage, requestId) =>
  server.ask("CustomerChatService/StartChat", { topic: "queues/chat", displayName, firstMessage, language: "nl", requestId });

describe("an agent with a mail and two chats", () => {
  test("reads the mail as text, its attachment is saved and not opened", async () => {
    await exim.submit("mia@home.test", "tax@center.test", mail);
    await begin(anna, "Anna");
    await accept(anna, 1);
    await panel(anna).getByText("Dag, ik heb nog een vraag over mijn belasting van dit jaar. <b>Dringend</b>").waitFor();
    const saving = page(anna).waitForEvent("download");
    await page(anna).getByTestId("attachment").click();
    const saved = await saving;
    assert.equal(saved.suggestedFilename(), "brief.html");
    assert.match(readFileSync(await saved.path(), "utf8"), /<script>alert\(1\)<\/script>/);
    assert.deepEqual(await anna.violations(), []);
    await anna.picture("desk-mail-en");
  });

  test("sees its formatting in a frame that runs and loads nothing", async () => {
    const asked = [];
    page(anna).on("request", (request) => asked.push(request.url()));
    await panel(anna).getByRole("button", { name: anna.t("mail.formatted") }).click();
    const frame = page(anna).frameLocator("[data-testid=formatted]");
    await frame.locator("td").filter({ hasText: "2025" }).waitFor();
    assert.equal(await frame.locator("script, img, a, [onclick]").count(), 0);
    assert.match(await frame.locator("body").innerText(), /hier <https:\/\/mia\.test\/>/);
    assert.notEqual(await page(anna).title(), "taken");
    assert.deepEqual(asked.filter((url) => !url.startsWith(server.http) && !url.startsWith("about:")), []);
    await anna.picture("desk-mail-formatted");
  });

  test("begins an answer, and goes on with it after a reload", async () => {
    await page(anna).keyboard.press("Alt+y");
    await page(anna).keyboard.type("Dag Mia,");
    await composer(anna).locator("input[type=file]").setInputFiles({ name: "folder 2025.txt", mimeType: "text/plain", buffer: Buffer.from("gids") });
    await composer(anna).getByText("folder 2025.txt").waitFor();
    await kept(anna);
    await page(anna).reload();
    await until(async () => (await writing(anna).inputValue()) === "Dag Mia,");
    await composer(anna).getByText("folder 2025.txt").waitFor();
  });

  test("has two chats beside it, and is told which of them has something new", async () => {
    await chat("Els", "Is er iemand?", "els");
    await accept(anna, 2);
    await chat("Luc", "Nog een vraag", "luc");
    await accept(anna, 3);
    await contact(anna, "Els").click();
    const field = panel(anna).getByLabel(anna.t("chat.writeTo", { name: "Els" }));
    await field.fill("Dag Els.");
    await field.press("Enter");
    await panel(anna).getByText("Dag Els.").first().waitFor();
    await exim.submit("mia@home.test", "tax@center.test", "From: mia@home.test\nTo: tax@center.test\nSubject: Re\nMessage-ID: <two@home.test>\nIn-Reply-To: <one@home.test>\n\nMijn nummer is 4711.\n");
    await contact(anna, "Mijn nummer is 4711.").waitFor();
    await page(anna).keyboard.press("Alt+1");
    assert.equal(await writing(anna).inputValue(), "Dag Mia,");
    await panel(anna).getByText("Mijn nummer is 4711.").waitFor();
    await anna.picture("desk-mail-and-chats-en");
    assert.deepEqual(await anna.violations(), []);
  });

  test("takes an answer back before it leaves", async () => {
    await writing(anna).fill("Te vroeg");
    await page(anna).keyboard.press("Control+Enter");
    await page(anna).getByTestId("sent-bar").waitFor();
    assert.equal(await writing(anna).inputValue(), "");
    assert.deepEqual(await anna.violations(), []);
    await anna.picture("desk-mail-sent");
    await page(anna).keyboard.press("Alt+z");
    await until(async () => (await writing(anna).inputValue()) === "Te vroeg");
    await page(anna).getByTestId("sent-bar").waitFor({ state: "detached" });
  });

  test("says what is wrong at the field, and sends nothing", async () => {
    const to = composer(anna).getByLabel(anna.t("mail.to"), { exact: true });
    const right = await to.inputValue();
    await to.fill("tax@center.test");
    await page(anna).keyboard.press("Control+Enter");
    await composer(anna).getByRole("alert").filter({ hasText: "is an address of the center" }).waitFor();
    assert.equal(await to.getAttribute("aria-invalid"), "true");
    assert.deepEqual(await anna.violations(), []);
    await to.fill(right);
  });

  test("answers with a quick reply in the mail's language, a file and the quotation", async () => {
    await writing(anna).fill("");
    await page(anna).keyboard.press("Alt+i");
    const dialog = page(anna).getByRole("dialog");
    await dialog.getByRole("radio").first().waitFor();
    assert.equal(await dialog.getByRole("radio").count(), 2, "those in Dutch");
    await anna.picture("desk-quick-replies");
    assert.deepEqual(await anna.violations(), []);
    await page(anna).keyboard.press("Enter");
    await until(async () => /^Dag Mia Peeters, bedankt\. Anna, \w{5}-\w{5}$/.test(await writing(anna).inputValue()));
    await composer(anna).locator("input[type=file]").setInputFiles({ name: "gids.txt", mimeType: "text/plain", buffer: Buffer.from("gids") });
    await composer(anna).getByText("gids.txt").waitFor();
    await composer(anna).getByLabel(anna.t("mail.quote")).check();
    await composer(anna).getByRole("button", { name: anna.t("mail.send") }).click();
    await page(anna).getByTestId("sent-bar").waitFor();
    const [reply] = await box(1);
    assert.equal(header(reply, "Subject"), "Re: Mijn belasting");
    assert.equal(header(reply, "In-Reply-To"), "<two@home.test>");
    assert.match(reply, /Dag Mia Peeters, bedankt\./);
    assert.match(reply, /> Mijn nummer is 4711\./);
    assert.match(reply, /gids\.txt/);
    assert.equal(exim.box("mia").length, 1, "what was taken back has not left");
    assert.doesNotMatch(reply, /Te vroeg/);
  });
});

describe("a colleague", () => {
  test("who is asked reads along, and cannot write", async () => {
    await begin(bruno, "Bruno");
    await page(anna).keyboard.press("Alt+q");
    const dialog = page(anna).getByRole("dialog");
    await dialog.getByRole("button", { name: anna.t("desk.toAgent"), exact: true }).click();
    await dialog.getByRole("radio").first().check();
    await page(anna).keyboard.press("Enter");
    await accept(bruno, 1);
    await page(bruno).getByTestId("mail-read-only").waitFor();
    await panel(bruno).getByText("Mijn nummer is 4711.").first().waitFor();
    assert.equal(await composer(bruno).count(), 0);
    assert.deepEqual(await bruno.violations(), []);
    await bruno.picture("desk-mail-asked-nl");
    await page(anna).keyboard.press("Alt+e");
    await page(bruno).getByTestId("mail-read-only").waitFor({ state: "detached" });
    await page(anna).getByTestId("consult").waitFor({ state: "detached" });
  });

  test("gets it with a note, and answers in his own language", async () => {
    await page(anna).keyboard.press("Alt+t");
    const dialog = page(anna).getByRole("dialog");
    await dialog.getByRole("button", { name: anna.t("desk.toAgent"), exact: true }).click();
    await dialog.getByRole("radio").first().check();
    await dialog.getByLabel(anna.t("desk.transferNote")).fill("Zij wacht op het formulier.");
    await anna.picture("desk-transfer-note");
    assert.deepEqual(await anna.violations(), []);
    await dialog.getByRole("button", { name: anna.t("desk.transfer"), exact: true }).click();
    await accept(bruno, 1);
    await page(bruno).getByTestId("latest-note").filter({ hasText: "Zij wacht op het formulier." }).waitFor();
    await page(bruno).getByTestId("customer").getByText("mia@home.test").waitFor();
    await writing(bruno).waitFor();
    await bruno.picture("desk-mail-nl");
    assert.deepEqual(await bruno.violations(), []);
    // It is another agent's draft: Anna's is hers.
    assert.equal(await writing(bruno).inputValue(), "");
  });

  test("is warned before he completes with an answer that is not sent", async () => {
    await writing(bruno).fill("Half af");
    await page(bruno).keyboard.press("Alt+c");
    await page(bruno).getByTestId("unsent").waitFor();
    assert.deepEqual(await bruno.violations(), []);
    await page(bruno).getByRole("dialog").getByRole("button", { name: bruno.t("desk.complete"), exact: true }).click();
    await until(async () => (await assignment("EMAIL", "agents/bruno")) === undefined);
  });

  test("writes a new mail, whose answer comes to him with the earlier contact beside it", async () => {
    await page(bruno).keyboard.press("Alt+j");
    const dialog = page(bruno).getByRole("dialog");
    await dialog.getByLabel(bruno.t("mail.to"), { exact: true }).fill("Mia Peeters <mia@home.test>");
    await dialog.getByLabel(bruno.t("mail.subject")).fill("Het formulier");
    await dialog.getByLabel(bruno.t("mail.text"), { exact: true }).fill("Hierbij het formulier.");
    await bruno.picture("desk-new-mail-nl");
    assert.deepEqual(await bruno.violations(), []);
    await dialog.getByRole("button", { name: bruno.t("mail.send") }).click();
    await dialog.waitFor({ state: "detached" });
    const reply = (await box(2))[1];
    assert.equal(header(reply, "Subject"), "Het formulier");
    await exim.submit("mia@home.test", header(reply, "Reply-To"), `From: mia@home.test\nSubject: Re\nMessage-ID: <three@home.test>\nIn-Reply-To: ${header(reply, "Message-ID")}\n\nGoed ontvangen.\n`);
    await accept(bruno, 1);
    await panel(bruno).getByText("Goed ontvangen.").waitFor();
    await page(bruno).getByTestId("earlier").getByRole("button", { name: "Mijn belasting" }).click();
    await page(bruno).getByRole("dialog").getByText("Mijn nummer is 4711.").first().waitFor();
    await bruno.picture("desk-earlier-nl");
    assert.deepEqual(await bruno.violations(), []);
    await page(bruno).keyboard.press("Escape");
  });

  test("has it all on a phone", async () => {
    await page(bruno).setViewportSize({ width: 390, height: 844 });
    await page(bruno).keyboard.press("Alt+1");
    await composer(bruno).scrollIntoViewIfNeeded();
    await bruno.picture("desk-mail-phone-nl");
    assert.deepEqual(await bruno.violations(), []);
    const wide = await page(bruno).evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.equal(wide, 0, "nothing is wider than the screen");
    await page(bruno).setViewportSize({ width: 1280, height: 800 });
  });
});

test("a callback on a server without telephony is handled as before, and the desk says so", async () => {
  await server.ask("WorkService/CreateWorkItem", { workItem: { queue: "queues/back", contact: "callbacks/four" } }, integration);
  const offered = async () => {
    for (const each of [anna, bruno]) if ((await page(each).getByTestId("offer").count()) > 0) return each;
    return undefined;
  };
  const who = await until(offered);
  await page(who).keyboard.press("Alt+a");
  await page(who).getByTestId("call").getByText(who.t("desk.handleOutside")).waitFor();
  await who.picture("desk-callback");
  assert.deepEqual(await who.violations(), []);
});

test("no page had an error of its own", () => {
  assert.deepEqual([...anna.troubles, ...bruno.troubles], []);
});
