// Nothing of a person in the log or in /metrics: contacts with names, addresses, numbers and words that occur nowhere
// else pass through every channel, rightly and wrongly; then the log and the metrics are searched for them. That
// they did arrive is seen in the contact store.
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Desk, sampleCenter, Server } from "./lib/server.mjs";
import { freeUdpPort } from "./lib/sipp.mjs";
import { until } from "./lib/until.mjs";

// Each a word of its own, so that what leaks says where from.
const kCanaries = {
  chatName: "Quirijn Zwaluwstaart",
  chatText: "zonnebloempit-eenentachtig",
  chatAddress: "quirijn@zwaluw.test",
  reply: "kruisbessenjam-tweeennegentig",
  fileName: "rijksregister-quirijn.txt",
  fileText: "dossierinhoud-vierenzestig",
  mailName: "Walburga Oeverzegge",
  mailAddress: "walburga@oeverzegge.test",
  mailSubject: "waterlelie-zevenendertig",
  mailText: "blauwalg-achtenvijftig",
  formText: "pimpelmees-negentien",
  number: "32470918273",
  callerName: "Tjalling Roerdomp",
  sip: "roerdomp-belt",
  customerName: "Hadewych Vlinderstruik",
  customerNumber: "32471827364",
  note: "boterbloem-vierenveertig",
  noUser: "niemand-ooievaarsbek",
  password: "geheim-duizendblad",
  unknownField: "veldnaam-klaproos",
  path: "pad-kievitsbloem",
  token: "token-teunisbloem",
};

const folder = mkdtempSync(join(tmpdir(), "wissel-privacy-"));
let server, admin, integration;
before(async () => {
  const config = join(folder, "center.yaml");
  const sample = readFileSync(sampleCenter, "utf8")
    .replace("customer_pages: ../../web/customer", `customer_pages: ${join(sampleCenter, "../../../web/customer")}`);
  writeFileSync(config, `${sample}
mail:
  addresses:
    - {address: tax@center.test, queue: queues/mail-general, acknowledge: false}
  smtp: {address: "127.0.0.1:9", tls: plain}
  public_url: https://wissel.center.test
`);
  server = await Server.start({ config, data: join(folder, "data"), args: ["--lmtp", "127.0.0.1:0", "--sip", `127.0.0.1:${await freeUdpPort()}`] });
  admin = await server.token("admin");
  integration = await server.token("integration");
});
after(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function chat() {
  const c = kCanaries;
  const begun = await server.ask("CustomerChatService/StartChat", { topic: "queues/chat-family", displayName: c.chatName, firstMessage: c.chatText, requestId: "chat-1" });
  const { chat, secret } = begun;
  const content = Buffer.from(c.fileText);
  const piece = { upload: "file-1", fileName: c.fileName, sizeBytes: content.length, content: content.toString("base64") };
  await server.ask("CustomerChatService/UploadCustomerFile", { chat, secret, piece });
  await server.call("CustomerChatService/LeaveMailAddress", { chat, secret, address: c.chatAddress, requestId: "leave-1" });
  await server.call("CustomerChatService/SendCustomerMessage", { chat, secret, text: c.chatText, [c.unknownField]: c.chatName });
}

// A dialogue of LMTP (RFC 2033), line by line; the answers.
async function lmtp(...lines) {
  const [host, port] = server.lmtp.split(":");
  const socket = connect(Number(port), host);
  const answers = [];
  let text = "";
  socket.on("data", (chunk) => (text += chunk));
  const answered = async () => {
    await until(() => /^\d{3} .*\r\n$/m.test(text) && text.endsWith("\r\n"));
    answers.push(text);
    text = "";
  };
  await answered();
  for (const line of lines) {
    socket.write(`${line}\r\n`);
    await answered();
  }
  socket.end();
  return answers;
}

async function mail() {
  const c = kCanaries;
  const message = `From: ${c.mailName} <${c.mailAddress}>\r\nTo: tax@center.test\r\nSubject: ${c.mailSubject}\r\nMessage-ID: <${c.mailSubject}@oeverzegge.test>\r\n\r\n${c.mailText}\r\n.`;
  const good = await lmtp("LHLO home.test", `MAIL FROM:<${c.mailAddress}>`, "RCPT TO:<tax@center.test>", "DATA", message, "QUIT");
  assert.match(good[5], /^250/, good.join(""));
  await lmtp("LHLO home.test", `MAIL FROM:<${c.mailAddress}>`, `RCPT TO:<${c.mailAddress}>`, `VRFY ${c.mailName}`, `${c.mailText}`, "QUIT");
}

async function form() {
  const page = await (await fetch(`${server.http}/form/complaint`)).text();
  const requestId = /name="requestId" value="([^"]+)"/.exec(page)[1];
  const send = (fields) => fetch(`${server.http}/form/complaint`, { method: "POST", redirect: "manual", headers: { origin: server.http }, body: new URLSearchParams(fields) });
  assert.equal((await send({ requestId, topic: "waiting", what: kCanaries.formText })).status, 303);
  await send({ requestId: "other", topic: kCanaries.formText, what: kCanaries.formText });
}

// A call (RFC 3261, section 13) that its caller gives up (section 9), and bytes that are none.
async function call() {
  const c = kCanaries;
  const socket = createSocket("udp4");
  await new Promise((done) => socket.bind(0, "127.0.0.1", done));
  const us = `127.0.0.1:${socket.address().port}`;
  const [host, port] = server.sip.split(":");
  let heard = "";
  socket.on("message", (bytes) => (heard += bytes));
  const send = (method, more = "") => socket.send(
    `${method} sip:+3225550100@${server.sip} SIP/2.0\r\nVia: SIP/2.0/UDP ${us};branch=z9hG4bK-1\r\n` +
      `From: "${c.callerName}" <sip:+${c.number}@${us}>;tag=1\r\nTo: <sip:+3225550100@${server.sip}>\r\n` +
      `Call-ID: ${c.sip}@127.0.0.1\r\nCSeq: 1 ${method}\r\nContact: <sip:+${c.number}@${us}>\r\nMax-Forwards: 70\r\n${more}`, Number(port), host);
  const sdp = `v=0\r\no=${c.sip} 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\n`;
  send("INVITE", `Content-Type: application/sdp\r\nContent-Length: ${sdp.length}\r\n\r\n${sdp}`);
  await until(() => /^SIP\/2\.0 1(80|82|83)/m.test(heard));
  send("CANCEL", "Content-Length: 0\r\n\r\n");
  await until(() => /^SIP\/2\.0 487/m.test(heard));
  send("ACK", "Content-Length: 0\r\n\r\n");
  socket.send(`INVITE ${c.callerName} ${c.number} SIP/2.0\r\n${c.sip}`, Number(port), host);
  socket.close();
}

async function people() {
  const c = kCanaries;
  const row = { displayName: c.customerName, addresses: [{ kind: "PHONE", text: `+${c.customerNumber}` }] };
  await server.ask("ContactService/ImportCustomers", { customers: [row] }, integration);
  await server.call("ContactService/SearchCustomers", { words: c.customerName }, admin);
  await server.call("ContactService/SearchCustomers", { address: row.addresses[0] }, admin);
  await server.call("DoNotContactService/SetDoNotContact", { marks: [{ address: row.addresses[0], reason: "ASKED" }] }, admin);
}

async function wrongly() {
  const c = kCanaries;
  await server.call("AuthService/SignInUser", { user: c.noUser, password: c.password });
  await server.call(`WorkService/${c.path}`, { name: c.path }, admin);
  await fetch(`${server.http}/${c.path}?q=${c.path}`);
  await fetch(`${server.http}/track/${c.path}`);
  await server.call("WorkService/GetWorkItem", { name: c.path }, c.token);
  await server.call("WorkService/GetWorkItem", `{"name": "${c.path}`, admin);
}

test("neither the log nor the metrics have anything of a person", async () => {
  await chat();
  await mail();
  await form();
  await call();
  await people();
  await wrongly();
  // Somebody answers the chat, and notes something.
  const desk = await Desk.open(server, "agents/anna");
  const { workItems = [] } = await server.ask("WorkService/ListWorkItems", { pageSize: 100 }, admin);
  for (const { name, contact } of workItems) {
    await server.call("ContactService/AddNote", { contact, text: kCanaries.note, requestId: `note-${name}` }, admin);
    await server.call("ChatService/SendMessage", { workItem: name, text: kCanaries.reply, requestId: `reply-${name}` }, desk.token);
  }
  // They did arrive.
  const contacts = await Promise.all(workItems.map(({ contact }) => server.ask("ContactService/GetContact", { name: contact }, admin)));
  const kept = JSON.stringify(contacts);
  for (const what of ["chatName", "chatText", "mailName", "mailSubject", "mailText", "formText", "note"]) {
    assert.ok(kept.includes(kCanaries[what]), `${what} is not among ${kept}`);
  }
  const { customers = [] } = await server.ask("ContactService/SearchCustomers", { words: kCanaries.customerName }, admin);
  assert.equal(customers.length, 1);
  const metrics = await (await fetch(`${server.http}/metrics`)).text();
  assert.match(metrics, /wissel_admission_limit/);
  // What is written at the end counts as well.
  await server.stop();
  assert.match(server.log, /draining/);
  for (const [what, canary] of Object.entries(kCanaries)) {
    for (const form of [canary, encodeURIComponent(canary), Buffer.from(canary).toString("base64").slice(0, -4)]) {
      assert.ok(!server.log.includes(form), `the log has ${what}:\n${server.log}`);
      assert.ok(!metrics.includes(form), `the metrics have ${what}`);
    }
  }
});
