// Texts that were written to become something else (attacks/corpus.mjs), sent in by every way that strangers and users
// have, and looked at on every page that shows them, in a real browser: nothing runs, nothing is asked of another host,
// no policy of a page has anything to stop, and what was taken is shown as it was written.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { configuration } from "./attacks/center.mjs";
import { vectors } from "./attacks/corpus.mjs";
import { AttackWatch, plain, scrolled, shown } from "./attacks/watch.mjs";
import { launch, Person } from "./lib/browser.mjs";
import { deliver, parameter, word } from "./lib/lmtp.mjs";
import { Server } from "./lib/server.mjs";
import { until } from "./lib/until.mjs";

const kFields = Array.from({ length: 40 }, (_, i) => (i % 2 ? "multiline" : "text"));

let folder, server, browser, anna, mia, watch, miasWatch, agent, admin;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "wissel-attacks-"));
  writeFileSync(join(folder, "center.yaml"), configuration(kFields));
  server = await Server.start({ config: join(folder, "center.yaml"), data: join(folder, "data"), args: ["--lmtp", "127.0.0.1:0"] });
  agent = await server.token("agent", "agents/anna");
  admin = await server.token("admin");
  browser = await launch();
  anna = await Person.enter(browser, server, { language: "en", width: 1440, height: 900 });
  mia = await Person.enter(browser, server, { language: "en", width: 1000, height: 800 });
  watch = await AttackWatch.over(anna);
  miasWatch = await AttackWatch.over(mia);
  await anna.signIn("Anna");
  await anna.open("/desk");
  await anna.button("desk.startDay").click();
  await anna.page.getByTestId("presence").waitFor();
  await anna.page.keyboard.press("Alt+p");
});
after(async () => {
  await Promise.all([anna, mia].map((person) => person?.leave()));
  await browser?.close();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const state = () => server.ask("AgentService/GetAgentState", { agent: "agents/anna" }, admin);
const about = ({ kind, number, text }) => `${number} (${kind}) ${JSON.stringify(text)}`;
const base64 = (text) => Buffer.from(text).toString("base64");

// Taken, or refused as what it is: a request at fault.
async function sent(method, body, token) {
  // On a busy machine admission may ask to come again in a second; whoever comes sooner is refused for longer.
  const busy = ({ status, body: said }) => status === 429 && /more is asked/.test(said.message);
  let answer = await server.call(method, body, token);
  for (; busy(answer); answer = await server.call(method, body, token)) await new Promise((later) => setTimeout(later, 1_500));
  assert.ok([200, 400].includes(answer.status), `${method}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.status === 200 ? answer.body : undefined;
}

async function showsAll(page, texts, within) {
  const missing = (all) => texts.filter((text) => !all.includes(plain(text)));
  await until(async () => missing(plain(await shown(page, within))), (left) => left.length === 0).catch(async () => {
    assert.deepEqual(missing(plain(await shown(page, within))).slice(0, 3), [], "is not shown as it was written");
  });
}

async function nothingHappened(of = watch) {
  assert.deepEqual(await of.everything(), []);
}

// The offer that comes next is accepted at the desk, and looked at.
async function takeUp(contacts) {
  for (let taken = 0; taken < contacts; ) {
    const { offers, assignments } = await until(state, ({ offers, assignments }) => offers?.length > 0 || assignments?.length === contacts);
    taken = assignments?.length ?? 0;
    for (const { name } of offers ?? []) await server.call("AgentService/AcceptOffer", { name }, agent);
  }
  await anna.page.getByTestId("contact").nth(contacts - 1).waitFor();
}
async function complete() {
  for (const { name } of (await state()).assignments ?? []) await server.ask("AgentService/CompleteAssignment", { name }, agent);
  if (!anna.page.url().endsWith("/desk")) return;
  await anna.page.getByTestId("contact").first().waitFor({ state: "detached" });
}
const channel = (name) => anna.page.getByTestId("contact").filter({ hasText: anna.t(`channel.${name}`) });

async function chat(text) {
  const ask = (displayName, firstMessage) =>
    sent("CustomerChatService/StartChat", { topic: "queues/chat", displayName, firstMessage, language: "en" });
  const named = await ask(text, text);
  const begun = named ?? (await ask("Mia", text)) ?? (await ask("Mia", "?"));
  const file = { fileName: `${text}.txt`, sizeBytes: "1", content: base64("x") };
  const uploaded = await sent("CustomerChatService/UploadCustomerFile", { ...begun, piece: file });
  return { named: named !== undefined, uploaded: uploaded !== undefined, said: !text.includes("\0") };
}

const mail = ({ number, text }) => `From: ${word(text)} <mia@home.test>
To: tax@center.test
Subject: ${word(text)}
Message-ID: <attack-${number}@home.test>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=m

--m
Content-Type: multipart/alternative; boundary=a

--a
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: base64

${base64(text)}
--a
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: base64

${base64(`<p><b>formatted ${number}</b></p>${text}`)}
--a--
--m
Content-Type: text/html
Content-Disposition: attachment; ${parameter("filename", `${text}.html`)}

${text.replaceAll("\0", "")}
--m--
`;

describe(`${vectors.length} texts`, () => {
  beforeEach(complete);

  test("in a chat and in a mail: at the desk", { timeout: 600_000 }, async () => {
    for (const vector of vectors) {
      const { text } = vector;
      const { named, uploaded, said } = await chat(text);
      assert.match(await deliver(server.lmtp, "mia@home.test", "tax@center.test", mail(vector)), /^250/, about(vector));
      await takeUp(2);
      await channel("chat").click();
      const panel = anna.page.getByTestId("contact-panel");
      await panel.getByTestId("attach").waitFor();
      if (said) await showsAll(anna.page, [text], '[role="log"]');
      if (named) await showsAll(anna.page, [text], '[data-testid="contact"]');
      if (uploaded) await panel.getByTestId("attachment").filter({ hasText: ".txt" }).waitFor();
      await channel("email").click();
      await panel.getByTestId("mail").waitFor();
      await panel.getByTestId("attachment").first().waitFor();
      // What means the same in plain text is not drawn a second time.
      const formatted = panel.getByRole("button", { name: anna.t("mail.formatted") });
      if (!text.includes("\0")) await showsAll(anna.page, [text.replace(/[\u202a-\u202e\u2066-\u2069]/g, "")], '[data-testid="mail"]');
      await formatted.click();
      const frame = anna.page.frameLocator("[data-testid=formatted]");
      await frame.getByText(`formatted ${vector.number}`).waitFor();
      assert.equal(await frame.locator("script, style, img, svg, math, iframe, object, embed, form, input, link, base, a, [style], [id]").count(), 0, about(vector));
      const note = { contact: (await server.ask("ContactService/GetContact", { workItem: (await state()).assignments[0].workItem }, agent)).name, text };
      if (await sent("ContactService/AddNote", note, agent)) await showsAll(anna.page, [text]);
      assert.deepEqual(await watch.everything(), [], about(vector));
      await complete();
    }
  });

  test("in the customer's history: each earlier contact is opened", async () => {
    assert.match(await deliver(server.lmtp, "mia@home.test", "tax@center.test", mail({ number: "last", text: "again" })), /^250/);
    await takeUp(1);
    await channel("email").click();
    const earlier = anna.page.getByTestId("earlier").getByRole("button");
    // On a busy machine the view may have been refused; a desk that is opened anew asks again.
    const again = () => anna.page.reload().then(() => channel("email").click());
    await until(() => earlier.first().waitFor({ timeout: 5_000 }).then(() => true, again), Boolean, 60_000);
    const more = anna.page.getByRole("button", { name: anna.t("person.more"), exact: true });
    for (let known = 0; known < 30; known = await earlier.count()) {
      if (known > 0) await more.click();
      await earlier.nth(known).waitFor();
    }
    for (let i = 0; i < 30; ++i) {
      await earlier.nth(i).click();
      await anna.page.getByRole("dialog").getByTestId("contact-record").waitFor();
      await anna.page.keyboard.press("Escape");
    }
    await nothingHappened();
    await complete();
  });

  test("in forms, on the customer's page and at the desk", async () => {
    for (let from = 0; from < vectors.length; from += kFields.length) {
      const texts = vectors.slice(from, from + kFields.length).map(({ text }) => text);
      // A field of one line takes no second one; what is refused is left out.
      const refused = (value, i) => value.includes("\0") || (i % 2 === 0 && /[\0-\x1f]/.test(value.trim()));
      const fields = texts.map((value, i) => ({ name: `f${i}`, value })).filter(({ value }, i) => !refused(value, i));
      const { trackingToken: token } = await server.ask("FormService/SubmitForm", { form: "forms/any", fields, language: "en" });
      await takeUp(1);
      await showsAll(anna.page, fields.map(({ value }) => value), '[data-testid="contact-record"]');
      const added = fields.slice(0, 12).map(({ value }) => value);
      for (const text of added) await sent("TrackingService/AddTrackingMessage", { token, text });
      await showsAll(anna.page, added, '[data-testid="contact-record"]');
      await server.ask("FormService/AnswerForm", { workItem: (await state()).assignments[0].workItem, text: added.join("\n") }, agent);
      await mia.open(`/track/${token}`);
      await showsAll(mia.page, added, "main");
      await complete();
      await mia.open(`/track/${token}`);
      await mia.page.locator("input[name=score]").first().check();
      await mia.page.locator("#why").fill(texts[0]);
      await mia.page.getByRole("button", { name: "Send" }).first().click();
      await mia.page.waitForLoadState();
      await nothingHappened(miasWatch);
      // What was filled in wrongly comes back into the form.
      await mia.open("/form/any");
      for (const [i, text] of texts.entries()) if (i % 2) await mia.page.locator(`#field-f${i}`).fill(text);
      await mia.page.locator("#field-f0").evaluate((field, long) => ((field.maxLength = 100_000), (field.value = long)), texts[0].padEnd(5_000, "x"));
      await mia.page.locator("button[type=submit]").click();
      await mia.page.locator(".problems").waitFor();
      await nothingHappened(miasWatch);
      // The callback that a low rating brings.
      for (const item of (await server.ask("WorkService/ListWorkItems", { queue: "queues/back" }, admin)).workItems ?? []) {
        await server.call("WorkService/CancelWorkItem", { name: item.name, cause: "WITHDRAWN" }, admin);
      }
    }
    await nothingHappened();
  });

  test("from an agent, in the customer's chat", async () => {
    await mia.open("/chat?topic=queues/chat");
    await mia.page.getByLabel(mia.t("chat.question")).fill(vectors[0].text);
    await mia.button("chat.start").click();
    await mia.page.getByTestId("chat-status").waitFor();
    await takeUp(1);
    const { workItem } = (await state()).assignments[0];
    const said = [];
    for (const { text } of vectors) {
      if (await sent("ChatService/SendMessage", { workItem, text }, agent)) said.push(text);
    }
    assert.ok(said.length > vectors.length * 0.9);
    await showsAll(mia.page, said, '[role="log"]');
    await nothingHappened(miasWatch);
    await complete();
    await mia.page.reload();
    await nothingHappened(miasWatch);
  });
});

describe("what users have named", () => {
  const named = [];
  const queues = [];
  before(async () => {
    for (const { number, text } of vectors) {
      const agentFields = { displayName: text, routingProfile: "routingProfiles/all" };
      const made = await sent("ConfigService/CreateAgent", { agentId: `v${number}`, agent: agentFields }, admin);
      const queue = { displayName: text, channel: "VOICE", answerWithin: "60s" };
      if (await sent("ConfigService/CreateQueue", { queueId: `v${number}`, queue }, admin)) queues.push(text);
      if (!made) continue;
      named.push(text);
    }
    assert.ok(named.length > vectors.length * 0.7 && queues.length > vectors.length * 0.7, `${named.length}, ${queues.length}`);
    for (const { number, text } of vectors) {
      await sent("WorkService/CreateWorkItem", { workItem: { queue: "queues/idle", contact: text, topic: text } }, admin);
      await sent("WorkService/CreateWorkItem", { workItem: { queue: "queues/idle", contact: `calls/${number}` } }, admin);
      const factSheet = { texts: [{ language: "en", title: text.slice(0, 60), text: `# ${text}\n- ${text}\n\n${text}` }], reviewDate: "2030-01-01" };
      await sent("FactSheetService/CreateFactSheet", { parent: "queues/idle", factSheetId: `v${number}`, factSheet }, admin);
      await sent("OutboundService/CreateOutboundList", { listId: `v${number}`, list: { displayName: text, queue: "queues/out" } }, admin);
      const entry = { key: `k${number}`, number: "+3225550100", displayName: text, fields: [{ name: text, value: text }] };
      await sent("OutboundService/AddOutboundEntries", { list: "outboundLists/v1", entries: [entry] }, admin);
      if (number <= 50) await sent("WebhookService/CreateWebhook", { webhook: { url: "https://receiver.example.org/hook", description: text } }, admin);
      await sent("MailingService/CreateMailing", { mailingId: `v${number}`, mailing: { displayName: text, sender: "tax@center.test", texts: [{ language: "en", subject: text, text }] } }, admin);
    }
  });

  const open = async (path, ready) => {
    await anna.open(path);
    await ready(anna.page);
  };

  test("the live view, its drawers, the wallboard", async () => {
    await open("/live", (page) => page.getByRole("heading", { name: anna.t("live.agents") }).waitFor());
    await anna.page.getByRole("button", { name: anna.t("live.orderName") }).click();
    await anna.page.getByLabel(anna.t("live.withOffline")).check();
    await anna.page.getByText("__proto__", { exact: true }).first().waitFor();
    // Long tables draw what is in sight.
    const all = plain(await scrolled(anna.page));
    assert.deepEqual([...queues, ...named].filter((text) => !all.includes(plain(text))), []);
    await nothingHappened();
    await anna.page.getByRole("button", { name: anna.t("audit.title") }).click();
    await anna.page.getByRole("dialog").waitFor();
    await nothingHappened();
    // It has room for some of them.
    await open("/wallboard", (page) => page.locator("main").waitFor());
    await until(async () => {
      const wall = plain(await shown(anna.page));
      return [...queues, "Nobody"].some((text) => wall.includes(plain(text)));
    });
    await nothingHappened();
  });

  const pages = {
    "/facts": vectors[0].text,
    "/outbound": vectors[0].text,
    "/webhooks": vectors[0].text,
    "/partners": undefined,
    "/rules": undefined,
    "/planner": undefined,
    "/planner/people": undefined,
    "/planner/schedule": undefined,
    "/planner/history": undefined,
  };
  for (const [path, text] of Object.entries(pages)) {
    test(path, async () => {
      await open(path, (page) => page.locator("main").waitFor());
      if (text) await showsAll(anna.page, [text]);
      // Everything that can be unfolded is.
      await anna.page.evaluate(() => document.querySelectorAll("details").forEach((each) => (each.open = true)));
      await nothingHappened();
    });
  }

  test("the desk's transfer and its people", async () => {
    assert.match(await deliver(server.lmtp, "mia@home.test", "tax@center.test", mail({ number: "names", text: "names" })), /^250/);
    await open("/desk", (page) => page.getByTestId("presence").waitFor());
    await takeUp(1);
    await anna.page.keyboard.press("Alt+t");
    await anna.page.getByRole("dialog").waitFor();
    await nothingHappened();
  });

  test("no page had an error of its own", () => {
    assert.deepEqual([...anna.troubles, ...mia.troubles], []);
  });
});
