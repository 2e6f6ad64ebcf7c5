// Erased is erased, with the real binary: canary strings in every field of a chat are in no file of the
// data folder afterwards, and the journal replays to the same state.
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Server, wissel } from "./lib/server.mjs";
import { until } from "./lib/until.mjs";

const canary = "kanarie";

function* filesIn(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* filesIn(path);
    else yield path;
  }
}
const filesWith = (folder, text) =>
  [...filesIn(folder)].filter((path) => readFileSync(path).toString("latin1").toLowerCase().includes(text.toLowerCase()));

describe("a person", () => {
  let data, server, admin, manager, chats;
  const digest = async () => JSON.parse((await wissel("replay", "--data", data, "--json")).stdout).digest;

  // A chat with a canary in every field that a customer and an agent write.
  async function talk(n) {
    const chat = await server.ask("CustomerChatService/StartChat", {
      topic: "queues/chat-benefits", displayName: `${canary} ${n}`, language: "nl", firstMessage: `${canary} first ${n}`,
      requestId: `${canary}-start-${n}`,
    });
    await server.ask("CustomerChatService/SendCustomerMessage", {
      ...chat, text: `${canary} second ${n}`, requestId: `${canary}-message-${n}`,
    });
    const { customer } = await server.ask("ContactService/GetContact", { name: chat.chat }, manager);
    await server.ask("ContactService/AddNote", { contact: chat.chat, text: `${canary} note`, requestId: canary }, manager);
    await server.ask("ContactService/UpdateCustomer", {
      customer: {
        name: customer, note: `${canary} of the person`,
        addresses: [{ kind: "EMAIL", text: `${canary}${n}@example.org` }, { kind: "PHONE", text: `+32 2 555 01 2${n}` }],
      },
      fields: ["note", "addresses"],
    }, manager);
    return { ...chat, customer };
  }

  before(async () => {
    data = mkdtempSync(join(tmpdir(), "wissel-erase-"));
    server = await Server.start({ data });
    admin = await server.token("admin");
    manager = await server.token("manager");
    chats = [await talk(1), await talk(2), await talk(3)];
  });
  after(async () => {
    await server.stop();
    rmSync(data, { recursive: true, force: true });
  });

  test("is in no file in the open", () => {
    assert.deepEqual(filesWith(data, canary), []);
  });

  test("is found by every address", async () => {
    const search = (body) => server.ask("ContactService/SearchCustomers", body, manager);
    const byPhone = await search({ address: { kind: "PHONE", text: "+3225550121" } });
    assert.deepEqual(byPhone.customers.map((each) => each.name), [chats[0].customer]);
    assert.equal((await search({ words: canary })).customers.length, 3);
  });

  test("is not erased behind the back of the server that runs", async () => {
    const { code, stderr } = await wissel("erase", "--customer", chats[0].customer, "--data", data);
    assert.equal(code, 1);
    assert.match(stderr, /another process has the contact store.*--server/);
  });

  test("is erased through the server that runs", async () => {
    const { code, stdout, stderr } = await wissel(
      "erase", "--phone", "+32 2 555 01 22", "--server", server.grpc, "--token", admin, "--json");
    assert.equal(code, 0, stderr);
    assert.deepEqual(JSON.parse(stdout), { customer: chats[1].customer, contacts: 1 });
    const { status } = await server.call("CustomerChatService/LeaveChat", { chat: chats[1].chat, secret: chats[1].secret });
    assert.equal(status, 403);
    const found = await server.ask("ContactService/SearchCustomers", { words: canary }, manager);
    assert.equal(found.customers?.length, 2);
    // The item that waited for nobody is abandoned.
    await until(async () => {
      const { workItems } = await server.ask("WorkService/ListWorkItems", { queue: "queues/chat-benefits" }, manager);
      return !workItems.some((item) => item.contact === chats[1].chat && item.state === "WAITING");
    });
  });

  test("is erased in the folder of a server that is down, and stays so over a backup", async () => {
    await server.stop();
    const before = await digest();
    const backup = mkdtempSync(join(tmpdir(), "wissel-backup-"));
    cpSync(data, backup, { recursive: true });

    const id = chats[0].customer.split("/")[1];
    const { code, stdout, stderr } = await wissel("erase", "--customer", id, "--data", data);
    assert.equal(code, 0, stderr);
    assert.equal(stdout, `${chats[0].customer} is erased, with 1 contacts\n`);
    const again = await wissel("erase", "--customer", chats[0].customer, "--data", data);
    assert.equal(again.code, 0, "a repetition erases nothing more");
    assert.match(again.stdout, /with 0 contacts/);
    assert.deepEqual(filesWith(data, canary), []);
    assert.equal(await digest(), before);

    for (const file of ["contacts.sqlite", "contact_keys.sqlite"]) cpSync(join(backup, file), join(data, file));
    rmSync(backup, { recursive: true, force: true });
    server = await Server.start({ data });
    const gone = await server.call("ContactService/GetContact", { name: chats[0].chat }, manager);
    assert.equal(gone.status, 404);
    const left = await server.ask("ContactService/GetContact", { name: chats[2].chat }, manager);
    assert.equal(left.entries[0].text, `${canary} first 3`);
    const { actions } = await server.ask("ContactService/ListContactActions", {}, manager);
    assert.ok(actions.some((action) => action.kind === "READ" && action.user === "users/local-manager"));
  });

  test("must be named", async () => {
    for (const args of [
      ["--data", data], ["--customer", "x"], ["--customer", "nobody", "--data", data],
      ["--mail", "nobody", "--data", data], ["--phone", "02 555", "--data", data],
      ["--customer", "x", "--mail", "y", "--data", data], ["--customer", "x", "--server", "127.0.0.1:1"],
    ]) {
      const { code, stderr } = await wissel("erase", ...args);
      assert.equal(code, 2, args.join(" "));
      assert.notEqual(stderr, "");
    }
    const nowhere = await wissel("erase", "--customer", chats[0].customer, "--data", join(data, "nowhere"));
    assert.equal(nowhere.code, 1);
    assert.match(nowhere.stderr, /holds no contact store/);
  });
});
