// An agent has a call, two chats and a mail at once: SIPp is the caller and the agent's phone, a mail server
// brings the mail, two customers chat on their phones. The call interrupts the mail, which goes on by itself
// afterwards. Meanwhile each customer's page says how it stands.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch, Person } from "./lib/browser.mjs";
import { Exim, missing as missingExim } from "./lib/exim.mjs";
import { sampleCenter, Server } from "./lib/server.mjs";
import { freeUdpPort, missing as missingSipp, Sipp } from "./lib/sipp.mjs";
import { until } from "./lib/until.mjs";

const kTopic = "Family allowances";

// The sample, where a call leaves room for two chats, but not for a mail beside them.
const configuration = ({ phone, smtp }) =>
  `${readFileSync(sampleCenter, "utf8")
    .replace("- name: agents/anna\n", `$&      phone: "sip:anna@127.0.0.1:${phone}"\n`)
    .replace("{channel: voice, limit: 1, cost: 100, offer_timeout: 20s}", "{channel: voice, limit: 1, cost: 40, offer_timeout: 20s}")
    .replaceAll("../../web/", join(sampleCenter, "../../../web/"))}
mail:
  addresses: [{address: tax@center.test, queue: queues/mail-general, display_name: Tax office}]
  smtp: {address: "127.0.0.1:${smtp}", tls: plain}
  public_url: https://wissel.center.test
`;

const folder = mkdtempSync(join(tmpdir(), "wissel-many-"));
let server, exim, browser, admin, anna, els, luc, phone, caller;
before(async () => {
  assert.equal(missingExim ?? missingSipp, undefined, "not all is there: ./dev setup --tests");
  exim = await Exim.start(1);
  const port = await freeUdpPort();
  const config = join(folder, "center.yaml");
  writeFileSync(config, configuration({ phone: port, smtp: exim.port }));
  server = await Server.start({ config, data: join(folder, "data"), args: ["--lmtp", "127.0.0.1:0", "--sip", "127.0.0.1:0"] });
  exim.configure(Number(server.lmtp.split(":")[1]));
  phone = await new Sipp("phone_talks.xml", { port, args: ["-m", "1"] }).listening();
  browser = await launch();
  admin = await server.token("admin");
  anna = await Person.enter(browser, server, { language: "en", width: 1440, height: 900 });
  els = await Person.enter(browser, server, { language: "nl", width: 390, height: 844 });
  luc = await Person.enter(browser, server, { language: "fr", dark: true, width: 390, height: 844 });
});
after(async () => {
  await Promise.all([anna, els, luc].map((person) => person?.leave()));
  await browser?.close();
  await Promise.all([phone, caller].map((sipp) => sipp?.stop()));
  await server?.stop();
  await exim?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const panel = () => anna.page.getByTestId("contact-panel");
const contacts = () => anna.page.getByTestId("contact");
const hasContacts = (count) => until(async () => (await contacts().count()) === count);
async function accept(count) {
  await anna.page.getByTestId("offer").waitFor();
  await anna.page.keyboard.press("Alt+a");
  await hasContacts(count);
}
async function beginChat(customer, name, question) {
  await customer.open("/chat");
  await customer.page.getByRole("radio", { name: kTopic }).check();
  await customer.page.getByLabel(customer.t("chat.name")).fill(name);
  await customer.page.getByLabel(customer.t("chat.question")).fill(question);
  await customer.button("chat.start").click();
}
const assignments = async () => {
  const { assignments = [] } = await server.ask("AgentService/GetAgentState", { agent: "agents/anna" }, admin);
  return new Map(assignments.map((each) => [each.channel, each]));
};
// What a customer reads on their page, in a language, on a phone.
async function track(path, language, name) {
  const person = await Person.enter(browser, server, { language, dark: language === "fr", width: 390, height: 844 });
  await person.open(path);
  const text = await person.page.locator("main").innerText();
  assert.deepEqual(await person.violations(), []);
  await person.picture(name);
  await person.leave();
  return text;
}
const trackOf = async (workItem) => (await server.ask("ContactService/GetContact", { workItem }, admin)).trackingPath;

test("a mail comes first", async () => {
  await exim.submit("mia@home.test", "tax@center.test", "From: Mia Peeters <mia@home.test>\nTo: tax@center.test\nSubject: Mijn belasting\nMessage-ID: <one@home.test>\n\nDag, ik heb nog een vraag over mijn belasting.\n");
  await anna.signIn("Anna Declercq");
  await anna.button("desk.startDay").click();
  await anna.page.getByTestId("presence").waitFor();
  await anna.page.keyboard.press("Alt+p");
  await accept(1);
  await panel().getByText("Dag, ik heb nog een vraag over mijn belasting.").waitFor();
});

test("two chats beside it", async () => {
  await beginChat(els, "Els", "Wanneer krijg ik mijn kindergeld?");
  await accept(2);
  await beginChat(luc, "Luc", "Bonjour, et mes allocations ?");
  await accept(3);
});

test("a call interrupts the mail, and leaves the chats", async () => {
  caller = new Sipp("caller_hung_up.xml", { args: ["-m", "1", "-s", "+3225550100", server.sip] });
  await accept(4);
  const call = anna.page.getByTestId("call");
  await contacts().filter({ has: anna.page.getByText(/Telefoon/) }).first().click();
  await call.filter({ hasText: anna.t("call.talking") }).waitFor();
  const all = await assignments();
  assert.deepEqual([all.get("VOICE").state, all.get("EMAIL").state, all.get("CHAT").state], ["ACTIVE", "PARKED", "ACTIVE"]);
  await anna.picture("many-call");
  assert.deepEqual(await anna.violations(), []);
});

test("each customer's page says how it stands", async () => {
  const all = await assignments();
  const [mail] = exim.box("mia");
  const path = /https:\/\/wissel\.center\.test(\/track\/[\w-]{22})/.exec(mail)[1];
  assert.match(await track(path, "nl", "many-track-mail-nl"), /werkt/);
  assert.match(await track(await trackOf(all.get("CHAT").workItem), "fr", "many-track-chat-fr"), /occupe|cours/);
  assert.match(await track(await trackOf(all.get("VOICE").workItem), "en", "many-track-call-en"), /Somebody is working on it/);
});

test("both chats are answered by keyboard while the call goes on", async () => {
  for (const [customer, name, text] of [[els, "Els", "Dat kijk ik na."], [luc, "Luc", "Je regarde."]]) {
    await contacts().filter({ hasText: name }).first().click();
    const field = panel().getByLabel(anna.t("chat.writeTo", { name }));
    await field.fill(text);
    await field.press("Enter");
    await customer.page.getByText(text).waitFor();
  }
  await anna.picture("many-chat");
  await els.picture("many-customer-nl");
  await luc.picture("many-customer-fr");
});

test("the agent hangs up, and the mail goes on by itself", { timeout: 60_000 }, async () => {
  await contacts().filter({ has: anna.page.getByText(/Telefoon/) }).first().click();
  await anna.page.getByTestId("call").waitFor();
  await anna.page.keyboard.press("Alt+u");
  assert.equal((await caller.result()).good, 1);
  assert.equal((await phone.result()).good, 1);
  await until(async () => (await assignments()).get("VOICE")?.state === "WRAPPING");
  const { name } = (await assignments()).get("VOICE");
  await server.ask("AgentService/CompleteAssignment", { name, reasonCodes: ["answered"] }, await server.token("agent", "agents/anna"));
  await until(async () => (await assignments()).get("EMAIL").state === "ACTIVE");
  await anna.picture("many-after");
});

test("the mail is answered, and its customer says how satisfied they are", async () => {
  const { workItem, name } = (await assignments()).get("EMAIL");
  const path = await trackOf(workItem);
  const token = await server.token("agent", "agents/anna");
  await server.ask("MailService/SendMailReply", { workItem, text: "Dat is in orde." }, token);
  await server.ask("AgentService/CompleteAssignment", { name, reasonCodes: ["answered"] }, token);
  const mia = await Person.enter(browser, server, { language: "nl", width: 390, height: 844 });
  await mia.open(path);
  await mia.page.getByText("Hoe tevreden bent u met ons antwoord?").waitFor();
  await mia.picture("track-rate-nl");
  assert.deepEqual(await mia.violations(), []);
  await mia.page.getByLabel("Zeer").check();
  await mia.page.getByRole("group").locator("xpath=..").getByRole("button", { name: "Versturen" }).click();
  await mia.page.getByText("U gaf 5 op 5").waitFor();
  await mia.leave();
  assert.deepEqual([...anna.troubles, ...els.troubles, ...luc.troubles, ...mia.troubles], []);
});
