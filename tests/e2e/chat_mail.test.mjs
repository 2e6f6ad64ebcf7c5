// Mails of a chat, in a real browser and through a real mail server: the transcript, and the chat that nobody could
// answer before closing time and that goes on as a mail.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { languages, launch, Person } from "./lib/browser.mjs";
import { Exim, header, missing } from "./lib/exim.mjs";
import { Desk, sampleCenter, Server } from "./lib/server.mjs";
import { until } from "./lib/until.mjs";

// A zone in which it is about noon, so that closing time is not past midnight; it closes in a few minutes: too soon for
// who waits where nobody is at work.
const east = 12 - new Date().getUTCHours();
const kZone = `Etc/GMT${east > 0 ? "-" : "+"}${Math.abs(east)}`;
const soon = new Date(Date.now() + 8 * 60_000).toLocaleTimeString("en-GB", { timeZone: kZone }).slice(0, 5);
const kDays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const configuration = (smtpPort) => `
server: {chat_grace: 1s, web: ${dirname(sampleCenter)}/../../web/dist, customer_pages: ${dirname(sampleCenter)}/../../web/customer}
center:
  display_name: Tax office
  time_zone: ${kZone}
  routing_profiles:
    - name: routingProfiles/all
      units: 100
      channels: [{channel: chat, limit: 3, cost: 30}, {channel: email, limit: 3, cost: 30}]
  queues:
    - {name: queues/day, display_name: By day, channel: chat, answer_within: 60s}
    - {name: queues/night, display_name: By night, channel: chat, answer_within: 60s, hours: {weekly: [{days: [${kDays}], ranges: [{from: "00:00", to: "${soon}"}]}]}}
    - {name: queues/mail, channel: email, answer_within: 4h}
  agents:
    - {name: agents/anna, display_name: Anna, routing_profile: routingProfiles/all}
mail:
  addresses:
    - {address: tax@center.test, queue: queues/mail, display_name: Tax office}
  smtp: {address: "127.0.0.1:${smtpPort}", tls: plain}
  public_url: https://wissel.center.test
`;

let folder, server, exim, browser, mia;
before(async () => {
  assert.equal(missing, undefined, "the mail server is missing: ./dev setup --tests");
  folder = mkdtempSync(join(tmpdir(), "wissel-chat-mail-"));
  exim = await Exim.start(1);
  writeFileSync(join(folder, "center.yaml"), configuration(exim.port));
  server = await Server.start({ config: join(folder, "center.yaml"), demo: false, args: ["--lmtp", "127.0.0.1:0"] });
  exim.configure(Number(server.lmtp.split(":")[1]));
  browser = await launch();
  mia = await Person.enter(browser, server, { language: "nl", width: 390, height: 844 });
});
after(async () => {
  await mia?.leave();
  await browser?.close();
  await server?.stop();
  await exim?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function start(person, topic, question) {
  await person.open(`/chat?topic=${topic}`);
  await person.page.getByLabel(person.t("chat.question")).fill(question);
  await person.button("chat.start").click();
  await person.page.getByTestId("chat-status").waitFor();
}
const says = (locator, text) => locator.filter({ hasText: text }).first().waitFor();
const arrived = (mails) => until(() => exim.box("mia"), (box) => box.length >= mails);

describe("a chat that waits when closing time comes first", () => {
  for (const language of languages) {
    test(`${language}: is told so ahead`, async () => {
      const person = await Person.enter(browser, server, { language, width: 390, height: 844 });
      await start(person, "queues/night", "?");
      await says(person.page.getByTestId("chat-closing"), person.t("chat.byMailOffer"));
      assert.deepEqual(await person.violations(), []);
      await person.picture(`chat-closing-${language}`);
      await person.leave();
    });
  }

  test("an address may be left, by keyboard; what is none is refused", async () => {
    await start(mia, "queues/night", "Mag ik later betalen?");
    const closing = mia.page.getByTestId("chat-closing");
    await closing.getByLabel(mia.t("chat.address")).fill("mia.home.test");
    await mia.page.keyboard.press("Enter");
    await says(mia.page.getByTestId("address-problem"), mia.t("chat.addressWrong"));
    await mia.appear("dark");
    await mia.picture("chat-closing-refused-dark");
    assert.deepEqual(await mia.violations(), []);
    await mia.appear("light");
    await closing.getByLabel(mia.t("chat.address")).fill("mia@home.test");
    await mia.page.keyboard.press("Enter");
    await says(mia.page.getByTestId("chat-by-mail"), mia.t("chat.byMailLeft", { address: "mia@home.test" }));
    await mia.picture("chat-closing-left");
    assert.deepEqual(await mia.violations(), []);
  });

  test("at closing it goes on as a mail, is confirmed, and is one item", async () => {
    const admin = await server.token("admin");
    const queue = { name: "queues/night", hours: { weekly: [] } };
    await server.ask("ConfigService/UpdateQueue", { queue, updateMask: "hours" }, admin);
    await says(mia.page.getByTestId("chat-status"), mia.t("chat.goesOnByMail"));
    await says(mia.page.getByTestId("chat-goes-on"), "mia@home.test");
    await mia.picture("chat-goes-on");
    assert.deepEqual(await mia.violations(), []);
    const [confirmation] = await arrived(1);
    assert.match(header(confirmation, "Subject"), /Uw chat: By night$/);
    assert.match(confirmation, /https:\/\/wissel\.center\.test\/track\/[\w-]{22}/);
    await until(
      async () => (await server.ask("WorkService/ListWorkItems", {}, admin)).workItems ?? [],
      (items) => items.length === 1 && items[0].queue === "queues/mail",
    );
  });
});

describe("a transcript", () => {
  test("is asked for by keyboard, and arrives as it was said", async () => {
    const anna = await Desk.open(server, "agents/anna");
    const { offers: [mail] } = await anna.until((state) => state.offers?.length > 0);
    await anna.ask("AcceptOffer", { name: mail.name });
    await mia.button("chat.startNew").click();
    await start(mia, "queues/day", "Dag");
    const { offers } = await anna.until((state) => state.offers?.length > 0);
    await anna.ask("AcceptOffer", { name: offers[0].name });
    await server.ask("ChatService/SendMessage", { workItem: offers[0].workItem, text: "Dag Mia,\nhet is 4711." }, anna.token);
    const button = mia.page.getByTestId("mail-transcript");
    await button.focus();
    await mia.page.keyboard.press("Enter");
    const dialog = mia.page.getByRole("dialog");
    await dialog.getByLabel(mia.t("chat.address")).fill("mia@home.test");
    await mia.picture("chat-transcript-phone");
    assert.deepEqual(await mia.violations(), []);
    await mia.page.keyboard.press("Enter");
    await says(dialog.getByTestId("transcript-sent"), mia.t("chat.mailTranscriptSent", { address: "mia@home.test" }));
    const transcript = (await arrived(2))[1];
    assert.equal(header(transcript, "Auto-Submitted"), "auto-generated");
    assert.match(header(transcript, "Subject"), /^Uw chat van \d+ \S+ \d{4} met Tax office$/);
    assert.match(transcript, /Dag Mia,\s+het is 4711\./);
    assert.ok(transcript.includes(kZone));
  });

  test("is still offered after the end", async () => {
    await mia.page.keyboard.press("Escape");
    await mia.button("chat.leave").first().click();
    await mia.page.getByRole("dialog").getByRole("button", { name: mia.t("chat.leaveConfirm"), exact: true }).click();
    await says(mia.page.getByTestId("chat-status"), mia.t("chat.ended"));
    await mia.page.getByTestId("mail-transcript").waitFor();
    await mia.picture("chat-ended-phone");
    assert.deepEqual(await mia.violations(), []);
  });

  test("no page had an error of its own", () => assert.deepEqual(mia.troubles, []));
});
