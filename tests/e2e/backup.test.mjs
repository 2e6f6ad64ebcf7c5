// Backup, destroy, restore, replay, with the real binary: under load, and with people erased before and after.
import assert from "node:assert/strict";
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Server, wissel } from "./lib/server.mjs";

const json = (result) => (assert.equal(result.code, 0, result.stderr), JSON.parse(result.stdout));

describe("a backup", () => {
  let place, data, file, server, admin, manager, taken;
  const chats = {};

  async function talk(who) {
    const chat = await server.ask("CustomerChatService/StartChat", {
      topic: "queues/chat-benefits", displayName: `kanarie ${who}`, language: "nl", firstMessage: `kanarie of ${who}`,
      requestId: `start-${who}`,
    });
    chats[who] = { ...chat, ...(await server.ask("ContactService/GetContact", { name: chat.chat }, manager)) };
  }
  const erase = (who) =>
    wissel("erase", "--customer", chats[who].customer, "--server", server.grpc, "--token", admin).then(({ code, stderr }) =>
      assert.equal(code, 0, stderr));
  const restore = (to, ...more) => wissel("restore", "--from", file, "--data", join(place, to), "--json", ...more);
  const replay = async (folder) => json(await wissel("replay", "--data", folder, "--json"));

  before(async () => {
    place = mkdtempSync(join(tmpdir(), "wissel-backup-"));
    data = join(place, "data");
    file = join(place, "backup.tar.zst");
    server = await Server.start({ data });
    admin = await server.token("admin");
    manager = await server.token("manager");
    await talk("kept");
    await talk("early");
    await talk("late");
    await erase("early");
  });
  after(async () => {
    await server.stop();
    rmSync(place, { recursive: true, force: true });
  });

  test("is made while the server takes work", async () => {
    // As many writers as threads, until the backup is made: no write fails, and each is told.
    let going = true, accepted = 0;
    const writers = [0, 1, 2, 3].map(async (writer) => {
      for (let n = 0; going; n++) {
        await server.ask("WorkService/CreateWorkItem",
          { workItem: { queue: "queues/phone-nl" }, requestId: `item-${writer}-${n}` }, admin);
        accepted++;
      }
    });
    taken = json(await wissel("backup", "--data", data, "--to", file, "--json"));
    const during = accepted;
    going = false;
    await Promise.all(writers);
    assert.ok(during > 0, "work was taken during the backup");
    assert.ok(taken.sequence > 0);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(place).filter((name) => name.startsWith(".")), [], "nothing is left beside it");
  });

  test("is not written over another", async () => {
    const { code, stderr } = await wissel("backup", "--data", data, "--to", file);
    assert.equal(code, 1);
    assert.match(stderr, /there already/);
  });

  test("comes back to the same digest, with who was erased since erased", async () => {
    await erase("late");
    await server.stop();
    const ledger = join(place, "erasures.txt");
    copyFileSync(join(data, "erasures.txt"), ledger);
    rmSync(data, { recursive: true });

    const restored = json(await restore("data", "--erasures", ledger));
    assert.deepEqual(restored, { sequence: taken.sequence, digest: taken.digest });
    const { sequence, digest } = await replay(data);
    assert.deepEqual({ sequence, digest }, { sequence: taken.sequence, digest: taken.digest });
    assert.equal((await wissel("journal", "verify", "--data", data)).code, 0);

    server = await Server.start({ data });
    const ask = (who) => server.call("ContactService/GetContact", { name: chats[who].chat }, manager);
    const kept = await ask("kept");
    assert.equal(kept.status, 200, "tokens of before hold, for its key is restored");
    assert.equal(kept.body.entries[0].text, "kanarie of kept");
    assert.equal((await ask("early")).status, 404);
    assert.equal((await ask("late")).status, 404);
    // It goes on: the same request is known, a new one is taken.
    const again = { workItem: { queue: "queues/phone-nl" }, requestId: "item-0-0" };
    assert.equal((await server.ask("WorkService/CreateWorkItem", again, admin)).queue, "queues/phone-nl");
    await server.ask("WorkService/CreateWorkItem", { ...again, requestId: "after" }, admin);
  });

  test("holds whoever was not erased when it was made: without a newer ledger they are back", async () => {
    json(await restore("without"));
    const lines = (folder) => readFileSync(join(place, folder, "erasures.txt"), "utf8").split("\n").filter(Boolean).length;
    assert.deepEqual([lines("without"), lines("data")], [1, 2]);
  });

  test("is not put into a folder that holds something", async () => {
    const { code, stderr } = await restore("without");
    assert.equal(code, 1);
    assert.match(stderr, /not empty/);
  });

  test("that is damaged is refused whole", async () => {
    const bytes = readFileSync(file);
    for (const [name, broken] of [
      ["cut", bytes.subarray(0, bytes.length >> 1)],
      ["changed", Buffer.concat([bytes.subarray(0, bytes.length >> 1), Buffer.from([bytes[bytes.length >> 1] ^ 1]), bytes.subarray((bytes.length >> 1) + 1)])],
      ["other", Buffer.from("no backup at all")],
    ]) {
      const path = join(place, name);
      writeFileSync(path, broken);
      const { code, stderr } = await wissel("restore", "--from", path, "--data", join(place, `of-${name}`));
      assert.equal(code, 1, name);
      assert.notEqual(stderr, "");
      assert.deepEqual(readdirSync(join(place, `of-${name}`)), [], "nothing is left of it");
    }
  });

  test("with a ledger that is none is refused", async () => {
    writeFileSync(join(place, "no-ledger"), "nobody\n");
    const { code, stderr } = await restore("of-no-ledger", "--erasures", join(place, "no-ledger"));
    assert.equal(code, 1);
    assert.match(stderr, /is no erasure/);
    assert.equal(existsSync(join(place, "of-no-ledger", "journal.sqlite")), false);
  });

  test("needs a server's folder", async () => {
    const { code, stderr } = await wissel("backup", "--data", place, "--to", join(place, "none"));
    assert.equal(code, 1);
    assert.match(stderr, /no journal\.sqlite/);
  });
});
