// The sample center through a day of every channel, by the protocols that customers use: calls by SIP (SIPp
// on both sides), mails through a mail server, chats, forms as a browser posts them, and calls to customers
// through the trunk. 85 of 100 come in, 15 go out. In the evening the books close: what the customers saw,
// what the live view counts, what the contact store keeps and what the journal replays are the same.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Exim, missing as missingExim } from "./lib/exim.mjs";
import { Desk, sampleCenter, Server, wissel } from "./lib/server.mjs";
import { freeUdpPort, missing as missingSipp, Sipp } from "./lib/sipp.mjs";
import { until } from "./lib/until.mjs";

const kCalls = 70;
const kGivenUp = 10;
const kMails = 30;
const kChats = 30;
const kForms = 30;
const kOutbound = 30;
const kInbound = kCalls + kGivenUp + kMails + kChats + kForms;

const kLongEnough = 120_000;
const kPhoneQueue = "queues/phone-nl";
const kOutQueue = "queues/phone-fr";
const kMailQueue = "queues/mail-general";
const kChatQueue = "queues/chat-family";

// The sample's people at phones of this test, its trunk, and mail beside it.
function configuration({ phones, trunk, smtp }) {
  const sample = readFileSync(sampleCenter, "utf8")
    .replace(/- name: agents\/(\w+)\n/g, `$&      phone: "sip:$1@127.0.0.1:${phones}"\n`)
    .replace("sip:127.0.0.1:5070", `sip:127.0.0.1:${trunk}`)
    .replace("customer_pages: ../../web/customer", `customer_pages: ${join(sampleCenter, "../../../web/customer")}`)
    .replaceAll(/(\{channel: voice, limit: 1, cost: 100, offer_timeout: 20s\})/g, "$1\n        - {channel: callback, limit: 1, cost: 100, offer_timeout: 20s}")
    .replace(/- name: queues\/phone-fr\n/, "$&      retry: {attempts: 3, gap: 1s}\n");
  return `${sample}
mail:
  addresses:
    - {address: tax@center.test, queue: ${kMailQueue}, acknowledge: false}
  smtp: {address: "127.0.0.1:${smtp}", tls: plain}
  public_url: https://wissel.center.test
`;
}

const folder = mkdtempSync(join(tmpdir(), "wissel-day-"));
let server, exim, admin, integration, phones, trunk, config;
const stages = [];
before(async () => {
  assert.equal(missingExim ?? missingSipp, undefined, "not all is there: ./dev setup --tests");
  exim = await Exim.start(1);
  const ports = { phones: await freeUdpPort(), trunk: await freeUdpPort(), smtp: exim.port };
  config = join(folder, "center.yaml");
  writeFileSync(config, configuration(ports));
  server = await Server.start({ config, data: join(folder, "data"), args: ["--lmtp", "127.0.0.1:0", "--sip", "127.0.0.1:0"] });
  exim.configure(Number(server.lmtp.split(":")[1]));
  admin = await server.token("admin");
  integration = await server.token("integration");
  phones = await new Sipp("phone_talks.xml", { port: ports.phones }).listening();
  trunk = await new Sipp("phone_talks.xml", { port: ports.trunk }).listening();
});
after(async () => {
  await Promise.all([...stages, phones, trunk].map((sipp) => sipp?.stop()));
  await server?.stop();
  await exim?.stop();
  rmSync(folder, { recursive: true, force: true });
});

// --- Agents, who do what comes

const kNames = "anna bruno carla dirk elise farid greet hugo ines jonas karim lies marc nadia olivier petra rosa".split(" ");

class Agent {
  static async begin(name) {
    const agent = new Agent();
    agent.desk = await Desk.open(server, `agents/${name}`);
    agent.begun = new Set();
    agent.working = agent.work();
    return agent;
  }

  // Goes by what the server tells of this agent, until they sign out.
  async work() {
    for await (const state of server.stream("AgentService/WatchAgent", { agent: this.desk.agent }, this.desk.token)) {
      if (state.presence === "OFFLINE") return;
      await this.desk.ask("Heartbeat", { agent: this.desk.agent });
      if (state.notResponding) await this.desk.ask("SetPresence", { presence: "AVAILABLE" });
      for (const offer of state.offers ?? []) await this.desk.call("AcceptOffer", { name: offer.name });
      for (const each of state.assignments ?? []) await this.serve(each);
    }
  }
  leave() {
    return this.desk.ask("SignOut", {});
  }

  async serve(assignment) {
    if (assignment.state === "WRAPPING") return this.complete(assignment);
    if (assignment.channel === "VOICE") return undefined; // the caller hangs up
    // A mail that a call has interrupted is parked.
    if (assignment.state !== "ACTIVE") return undefined;
    const first = !this.begun.has(assignment.workItem);
    this.begun.add(assignment.workItem);
    if (assignment.channel === "CALLBACK") return this.callOut(assignment, first);
    if (first && assignment.channel === "CHAT") await this.say("ChatService/SendMessage", assignment, "Good day, that has been done.");
    if (first && assignment.channel === "EMAIL") await this.say("MailService/SendMailReply", assignment, "That has been done.");
    return this.complete(assignment);
  }

  say(method, { workItem }, text) {
    return server.ask(method, { workItem, text, requestId: `say-${workItem}` }, this.desk.token);
  }

  async callOut(assignment, first) {
    const number = numbers.get(assignment.contact);
    if (first) return server.ask("VoiceService/Dial", { workItem: assignment.workItem, number }, this.desk.token);
    for await (const call of server.stream("VoiceService/WatchCall", { workItem: assignment.workItem }, this.desk.token)) {
      if (call.state !== "TALKING") continue;
      return server.ask("VoiceService/HangUp", { workItem: assignment.workItem }, this.desk.token);
    }
  }

  async complete({ name, reasonCodes = [] }) {
    // Refused when a call has interrupted it meanwhile: then in a later round.
    await this.desk.call("CompleteAssignment", { name, reasonCodes: reasonCodes.slice(0, 1) });
  }
}

// --- Customers

async function calls() {
  const args = ["-m", String(kCalls), "-r", "10", "-l", "100", "-d", "300", "-s", "+3225550100", server.sip];
  const callers = new Sipp("caller.xml", { args });
  stages.push(callers);
  const { code, good, bad, errors } = await callers.result();
  assert.deepEqual([code, good, bad], [0, kCalls, 0], errors);
}

async function givenUp() {
  const args = ["-m", String(kGivenUp), "-r", "20", "-d", "100", "-s", "+3225550100", server.sip];
  const callers = new Sipp("caller_abandons.xml", { args });
  stages.push(callers);
  const { code, good, bad, errors } = await callers.result();
  assert.deepEqual([code, good, bad], [0, kGivenUp, 0], errors);
}

async function mails() {
  for (let i = 0; i < kMails; ++i) {
    await exim.submit("mia@home.test", "tax@center.test", `From: mia@home.test\nTo: tax@center.test\nSubject: Question ${i}\nMessage-ID: <${i}@home.test>\n\nA question, number ${i}.\n`);
  }
}

// Leaves once it has been answered, as the page does at the end.
async function chat(number) {
  const begun = await server.ask("CustomerChatService/StartChat", { topic: kChatQueue, firstMessage: `Question ${number}`, requestId: `chat-${number}` });
  let answered = false;
  for await (const update of server.stream("CustomerChatService/WatchCustomerChat", begun, "")) {
    answered ||= JSON.stringify(update).includes("that has been done");
    if (answered) return;
  }
  throw new Error(`chat ${number} ended without an answer`);
}

// One of the addresses of this machine each: so many forms of one address would be a flood.
function browse(number, path, form) {
  return new Promise((done, fail) => {
    const headers = form ? { "content-type": "application/x-www-form-urlencoded", origin: server.http } : {};
    const options = { method: form ? "POST" : "GET", localAddress: `127.0.1.${number + 1}`, headers };
    const sent = request(`${server.http}${path}`, options, async (response) => {
      let text = "";
      for await (const chunk of response) text += chunk;
      done({ status: response.statusCode, text });
    });
    sent.on("error", fail);
    sent.end(form?.toString());
  });
}

async function form(number) {
  const page = await browse(number, "/form/complaint");
  const requestId = /name="requestId" value="([^"]+)"/.exec(page.text)[1];
  const sent = await browse(number, "/form/complaint", new URLSearchParams({ requestId, topic: "waiting", what: `Complaint ${number}` }));
  assert.equal(sent.status, 303, sent.text);
}

const numbers = new Map();
async function outbound() {
  for (let i = 0; i < kOutbound; ++i) {
    const contact = `list-${i}`;
    numbers.set(contact, `+32470${String(100_000 + i)}`);
    await server.ask("WorkService/CreateWorkItem", { workItem: { queue: kOutQueue, channel: "CALLBACK", contact }, requestId: contact }, integration);
  }
}

// --- The day

const board = async () =>
  new Map((await server.ask("LiveService/GetLive", {}, admin)).queues.map((queue) => [queue.name, queue]));
const count = (queue, figure) => Number(queue?.[figure] ?? 0);

test("85 of 100 come in, 15 go out, over every channel, and the books close", async (t) => {
  // Who gives up does so before anybody is there.
  await givenUp();
  await until(async () => count((await board()).get(kPhoneQueue), "abandoned") === kGivenUp);
  const agents = await Promise.all(kNames.map((name) => Agent.begin(name)));
  const all = Array.from({ length: kChats }, (_, i) => chat(i));
  const customers = Promise.all([calls(), mails(), ...all, ...Array.from({ length: kForms }, (_, i) => form(i)), outbound()]);
  const work = Promise.all(agents.map((agent) => agent.working));
  await Promise.race([customers, work]);

  const figures = await until(
    board,
    (seen) => [...seen.values()].every((queue) => count(queue, "offered") === count(queue, "completed") + count(queue, "abandoned")),
    kLongEnough,
  );
  await Promise.all(agents.map((agent) => agent.leave()));
  await work;

  const total = (figure) => [...figures.values()].reduce((sum, queue) => sum + count(queue, figure), 0);
  assert.equal(kOutbound / (kInbound + kOutbound), 0.15);
  assert.equal(total("offered"), kInbound + kOutbound);
  assert.equal(total("abandoned"), kGivenUp);
  assert.equal(total("completed"), kInbound + kOutbound - kGivenUp);
  assert.equal(total("endedOtherwise"), 0);
  const of = (name) => ["offered", "completed", "abandoned"].map((figure) => count(figures.get(name), figure));
  assert.deepEqual(of(kPhoneQueue), [kCalls + kGivenUp, kCalls, kGivenUp]);
  assert.deepEqual(of(kOutQueue), [kOutbound, kOutbound, 0]);
  assert.deepEqual(of(kMailQueue), [kMails + kForms, kMails + kForms, 0]);
  assert.deepEqual(of(kChatQueue), [kChats, kChats, 0]);
  // Every mail has been answered at home.
  await until(() => exim.box("mia").length === kMails);

  // The journal says the same, in another process.
  assert.equal(await server.stop(), 0);
  const replayed = await wissel("replay", "--data", join(folder, "data"));
  assert.equal(replayed.code, 0, replayed.stderr);
  t.diagnostic(replayed.stdout.trim().split("\n").at(-1));
});
