// Mails of a hosted mailbox, fetched from a real IMAP server over TLS: each is an entry once and moved away, whatever
// breaks in between; what is no mail is moved elsewhere.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Dovecot, missing } from "./lib/dovecot.mjs";
import { Server } from "./lib/server.mjs";
import { until } from "./lib/until.mjs";

const kLong = 60_000;
const configuration = ({ port, certificate }) => `
center:
  display_name: Tax office
  queues:
    - {name: queues/mail, channel: email, answer_within: 4h}
mail:
  addresses:
    - {address: tax@center.test, queue: queues/mail}
  imap:
    - server: {address: "127.0.0.1:${port}", tls: IMPLICIT, user: mia, password_file: password, ca_file: "${certificate}"}
      address: tax@center.test
      every: 1s
`;

const mail = (id) => `Return-Path: <mia@home.test>\r
From: Mia Peeters <mia@home.test>\r
To: tax@center.test\r
Subject: Question ${id}\r
Message-ID: <${id}@home.test>\r
Date: Thu, 26 Nov 2026 09:00:00 +0100\r
\r
A question about my file, number ${id}.\r
`;
const bomb = `From: mia@home.test\r\nSubject: bomb\r\nMIME-Version: 1.0\r\n${Array.from({ length: 60 }, (_, n) => `Content-Type: multipart/mixed; boundary="b${n}"\r\n\r\n--b${n}\r\n`).join("")}\r\nx\r\n`;

let folder, dovecot, server, admin;
const start = () => Server.start({ config: join(folder, "center.yaml"), data: join(folder, "data"), demo: false });
const items = async () => (await server.ask("WorkService/ListWorkItems", { queue: "queues/mail" }, admin)).workItems ?? [];
const subjects = async () => {
  const contacts = await Promise.all(
    (await items()).map(({ name }) => server.ask("ContactService/GetContact", { workItem: name }, admin)),
  );
  return contacts.map(({ subject, entries }) => `${subject} (${entries.length})`).sort();
};
const numbers = (box) => box.map((bytes) => Number(/Subject: Question (\d+)/.exec(bytes)?.[1] ?? 0)).sort((a, b) => a - b);
const all = (count) => Array.from({ length: count }, (_, n) => n + 1);
const kept = (count) => until(() => numbers(dovecot.box("Wissel")), (box) => box.length === count, kLong);

before(async () => {
  assert.equal(missing, undefined, "the IMAP server is missing: ./dev setup --tests");
  folder = mkdtempSync(join(tmpdir(), "wissel-imap-"));
  dovecot = await Dovecot.start();
  writeFileSync(join(folder, "password"), `${dovecot.password}\n`);
  writeFileSync(join(folder, "center.yaml"), configuration(dovecot));
  for (const id of all(4)) dovecot.put(`${id}.one.host`, mail(id));
  dovecot.put("5.one.host", bomb);
  server = await start();
  admin = await server.token("admin");
});
after(async () => {
  await server?.stop();
  await dovecot?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe("a mailbox", () => {
  test("of five mails: four are items and moved, the one that is none is moved elsewhere", async () => {
    assert.deepEqual(await kept(4), all(4));
    await until(() => dovecot.box("Wissel refused"), (box) => box.length === 1, kLong);
    assert.deepEqual(dovecot.box(), []);
    assert.deepEqual(await subjects(), all(4).map((id) => `Question ${id} (1)`));
  });

  test("whose connection breaks before a move, and after one, loses nothing and has nothing twice", async () => {
    dovecot.cut(/UID MOVE/);
    dovecot.put("6.one.host", mail(5));
    dovecot.put("7.one.host", mail(6));
    await until(() => dovecot.cuts, (cuts) => cuts === 1, kLong);
    dovecot.cut(/UID MOVE/, { afterwards: true });
    assert.deepEqual(await kept(6), all(6));
    assert.equal(dovecot.cuts, 2);
    assert.deepEqual(dovecot.box(), []);
    assert.deepEqual(await subjects(), all(6).map((id) => `Question ${id} (1)`));
  });

  test("goes on where a process was killed between keeping and moving", async () => {
    dovecot.cut(/UID MOVE/);
    dovecot.put("8.one.host", mail(7));
    await until(() => dovecot.cuts, (cuts) => cuts === 3, kLong);
    await server.killHard();
    server = await start();
    assert.deepEqual(await kept(7), all(7));
    assert.deepEqual(await subjects(), all(7).map((id) => `Question ${id} (1)`));
  });

  test("is read when its server was away for a while", async () => {
    await dovecot.down();
    dovecot.put("9.one.host", mail(8));
    await until(() => server.log, (log) => /could not be looked through/.test(log.split("ready").pop()), kLong);
    await dovecot.up();
    assert.deepEqual(await kept(8), all(8));
  });

  test("is not opened where the certificate is of another authority", async () => {
    await server.stop();
    writeFileSync(join(folder, "center.yaml"), configuration(dovecot).replace(/, ca_file: "[^"]*"/, ""));
    dovecot.put("10.one.host", mail(9));
    server = await start();
    await until(() => server.log, (log) => /could not be looked through/.test(log), kLong);
    assert.deepEqual(numbers(dovecot.box()), [9]);
    assert.equal((await items()).length, 8);
  });
});
