// Mails through a real mail server: it delivers by LMTP, and takes our replies by SMTP.
import assert from "node:assert/strict";
import { connect } from "node:net";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Exim, header, missing } from "./lib/exim.mjs";
import { Desk, Server } from "./lib/server.mjs";
import { until } from "./lib/until.mjs";

const configuration = (smtpPort) => `
center:
  display_name: Tax office
  routing_profiles:
    - name: routingProfiles/mail
      units: 100
      channels: [{channel: email, limit: 3, cost: 30}]
  queues:
    - {name: queues/mail, channel: email, answer_within: 4h}
  agents:
    - {name: agents/anna, display_name: Anna, routing_profile: routingProfiles/mail}
mail:
  addresses:
    - {address: tax@center.test, queue: queues/mail, display_name: Tax office}
  smtp: {address: "127.0.0.1:${smtpPort}", tls: plain}
  public_url: https://wissel.center.test
  acknowledgements_per_address: 3
`;

let folder, server, exim, admin, anna;
const startServer = (data) =>
  Server.start({ config: join(folder, "center.yaml"), data, demo: false, args: ["--lmtp", "127.0.0.1:0"] });
const portOf = (address) => Number(address.split(":")[1]);
const living = async () =>
  (await server.ask("WorkService/ListWorkItems", { queue: "queues/mail" }, admin)).workItems ?? [];
const thread = (workItem) => server.ask("MailService/GetMailThread", { workItem }, anna.token);
const settled = (mails) => until(() => exim.box("mia"), (box) => box.length >= mails);

async function accept() {
  const { offers } = await until(() => anna.ask("GetAgentState", {}), (state) => state.offers?.length > 0);
  await anna.ask("AcceptOffer", { name: offers[0].name });
  return offers[0].workItem;
}
const act = (method, item) => anna.ask(method, { name: `agents/anna/assignments/${item.split("/")[1]}` });

before(async () => {
  assert.equal(missing, undefined, "the mail server is missing: ./dev setup --tests");
  folder = mkdtempSync(join(tmpdir(), "wissel-mail-"));
  exim = await Exim.start(1);
  writeFileSync(join(folder, "center.yaml"), configuration(exim.port));
  server = await startServer();
  exim.configure(portOf(server.lmtp));
  admin = await server.token("admin");
  anna = await Desk.open(server, "agents/anna");
});
after(async () => {
  await server?.stop();
  await exim?.stop();
  rmSync(folder, { recursive: true, force: true });
});

// With the Date that every mail has: one that lacks it is given another at each submission, and is another mail then.
const mail = (id, text, more = "") =>
  `From: Mia Peeters <mia@home.test>\nTo: tax@center.test\nSubject: Mijn belasting\nMessage-ID: <${id}@home.test>\nDate: Thu, 26 Nov 2026 09:00:00 +0100\n${more}\n${text}\n`;

describe("a thread of five mails", () => {
  let item, ack, reply;

  test("the first is acknowledged within the minute, in its language", async () => {
    await exim.submit("mia@home.test", "tax@center.test", mail("one", "Dag, ik heb nog een vraag over mijn belasting van dit jaar."));
    [ack] = await settled(1);
    assert.match(header(ack, "Subject"), /ontvangen: Mijn belasting$/);
    assert.equal(header(ack, "Auto-Submitted"), "auto-replied");
    assert.equal(header(ack, "In-Reply-To"), "<one@home.test>");
    assert.match(ack, /https:\/\/wissel\.center\.test\/track\/[\w-]{22}/);
    assert.match(ack, /4 uur/);
    assert.equal((await living()).length, 1);
  });

  test("the agent answers, and the answer arrives with the thread's headers", async () => {
    item = await accept();
    const { reference, language, answerTo } = await thread(item);
    assert.equal(language, "nl");
    assert.equal(answerTo[0].address, "mia@home.test");
    assert.ok(ack.includes(reference));
    await server.ask("MailService/SendMailReply", { workItem: item, text: "Dag Mia,\n\nWat is uw nummer? é€\n.\n" }, anna.token);
    await act("SetAsideAssignment", item);
    reply = (await settled(2))[1];
    assert.equal(header(reply, "From"), "Tax office <tax@center.test>");
    assert.equal(header(reply, "In-Reply-To"), "<one@home.test>");
    assert.equal(header(reply, "Auto-Submitted"), undefined);
    assert.match(header(reply, "Reply-To"), /^tax\+[a-z2-7]{42}@center\.test$/);
  });

  test("the customer's answers join it, and wake what was set aside", async () => {
    await exim.submit("mia@home.test", header(reply, "Reply-To"), mail("two", "4711.", `In-Reply-To: ${header(reply, "Message-ID")}\n`));
    await until(living, ([only]) => only?.state === "ACTIVE");
    await server.ask("MailService/SendMailReply", { workItem: item, text: "Dank u.", quote: true }, anna.token);
    const second = (await settled(3))[2];
    assert.match(second, /> 4711\./);
    await exim.submit("mia@home.test", "tax@center.test", mail("three", "Nog iets.", `References: <one@home.test> ${header(second, "Message-ID")}\n`));
    await until(() => thread(item), ({ entries }) => entries.length === 6);
    assert.equal((await living()).length, 1);
    assert.deepEqual((await thread(item)).entries.map(({ author }) => author),
      ["CUSTOMER", "SYSTEM", "AGENT", "CUSTOMER", "AGENT", "CUSTOMER"]);
  });

  test("delivered twice it is there once", async () => {
    const log = () => exim.log().match(/=> tax@center\.test/g).length;
    const before = log();
    await exim.submit("mia@home.test", "tax@center.test", mail("three", "Nog iets.", "References: <one@home.test>\n"));
    assert.equal(log(), before + 1, "the mail server was told 250");
    assert.equal((await thread(item)).entries.length, 6);
    await act("CompleteAssignment", item);
    assert.deepEqual(await living(), []);
  });

  test("an unknown address is refused to who writes there", async () => {
    await exim.submit("mia@home.test", "nobody@center.test", mail("x", "?"));
    const bounce = (await settled(4))[3];
    assert.match(bounce, /550 5\.1\.1 there is no such address here/);
  });
});

test("two answering machines do not loop", async () => {
  const from = (name) => `From: ${name}@home.test\nTo: tax@center.test\nSubject: Hello\nMessage-ID: <first-${name}@home.test>\n\nA question about my file.\n`;
  await exim.submit("robot@home.test", "tax@center.test", from("robot"));
  await exim.submit("parrot@home.test", "tax@center.test", from("parrot"));
  await until(() => exim.timesParrotAnswered(), (times) => times >= 1);
  await until(living, (items) => items.length === 2);
  // What the parrot has answered has come back, and led to nothing.
  await until(() => exim.log(), (log) => /=> tax\+\S+@center\.test/.test(log.split("first-parrot").pop()));
  const before = exim.timesParrotAnswered();
  assert.equal(before, 1);
  for (let round = 0; round < 3; round += 1) {
    await exim.submit("parrot@home.test", "tax@center.test", from("parrot").replace("first-", `again-${round}-`));
  }
  await until(() => exim.timesParrotAnswered(), (times) => times === 3);
  const items = await living();
  assert.equal(items.length, 5, "each new question is an item");
});

// As a mail server says it; what it was told after the mail.
function deliver(port, text, whenSent = () => {}) {
  return new Promise((done, fail) => {
    const socket = connect(port, "127.0.0.1");
    const steps = ["LHLO mx.test", "MAIL FROM:<mia@home.test>", "RCPT TO:<tax@center.test>", "DATA", `${text.replaceAll("\n", "\r\n")}\r\n.`];
    let heard = "";
    socket.on("data", (data) => {
      heard += data;
      if (!/^\d{3} .*\r\n$/m.test(heard)) return;
      const reply = heard.trimEnd().split("\r\n").at(-1);
      heard = "";
      if (steps.length === 0) {
        socket.destroy();
        return done(reply);
      }
      socket.write(`${steps.shift()}\r\n`, () => steps.length === 0 && whenSent());
    });
    socket.on("error", () => done(undefined));
    socket.on("close", () => done(undefined));
    socket.setTimeout(20_000, () => fail(new Error("silence")));
  });
}

test("killed between the mail and its 250, then delivered again: one item", async () => {
  let expected = (await living()).length;
  for (let round = 0; round < 6; round += 1) {
    const text = mail(`kill-${round}`, "Question.");
    let killed;
    const told = await deliver(portOf(server.lmtp), text, () => {
      killed = new Promise((done) => setTimeout(done, round * 2)).then(() => server.killHard());
    });
    await killed;
    const { data, ownsData } = server;
    server = await startServer(data);
    server.ownsData = ownsData;
    admin = await server.token("admin");
    expected += 1;
    if (told?.startsWith("250")) assert.equal((await living()).length, expected, "what was promised is there");
    assert.match(await deliver(portOf(server.lmtp), text), /^250 /);
    assert.match(await deliver(portOf(server.lmtp), text), /^250 /);
    assert.equal((await living()).length, expected, `round ${round}`);
  }
  exim.configure(portOf(server.lmtp));
});

test("a peer that is silent or floods harms nobody", async () => {
  const socket = connect(portOf(server.lmtp), "127.0.0.1"); // and says nothing
  socket.on("error", () => {});
  const noise = connect(portOf(server.lmtp), "127.0.0.1");
  noise.on("error", () => {});
  noise.on("data", () => {});
  const gone = new Promise((done) => noise.on("close", done));
  noise.write("GET / HTTP/1.1\r\n".repeat(100));
  await gone;
  const before = (await living()).length;
  assert.match(await deliver(portOf(server.lmtp), mail("after-noise", "Still here?")), /^250 /);
  assert.equal((await living()).length, before + 1);
  socket.destroy();
});
