// Several servers over one PostgreSQL: they share its centers, each answers for all of them, and what one acknowledged
// the others have.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";

import { deliver } from "./lib/lmtp.mjs";
import { Postgres, noPostgres } from "./lib/postgres.mjs";
import { Desk, Server, sampleCenter, wissel } from "./lib/server.mjs";
import { until } from "./lib/until.mjs";

let postgres;
let all = [];
const tenants = ["acme", "beta", "gamma"];

before(async () => {
  if (!noPostgres) postgres = await Postgres.start();
});
afterEach(async () => {
  if (process.env.WISSEL_LOGS) for (const server of all) console.log(server.log);
  for (const server of all) server.process.kill("SIGKILL");
  await Promise.all(all.map((server) => server.exited));
  all = [];
  await until(async () => (await shards()).every((shard) => shard.node === ""));
});
after(() => postgres?.stop());

// A server called `name`, once its doors answer.
function start(name, ...more) {
  return Server.start({
    config: sampleCenter,
    demo: false,
    args: ["--journal", postgres.url, "--node", name, ...more],
    onStart: (started) => {
      started.stores = `${postgres.url}#main`;
      all.push(started);
    },
  });
}

async function lines(...command) {
  const { code, stdout, stderr } = await wissel(...command, "--journal", postgres.url, "--json");
  assert.equal(code, 0, stderr);
  return stdout.split("\n").filter(Boolean).map((line) => JSON.parse(line));
}
const shards = () => lines("shards", "list");
const nodeOf = async (tenant) => (await shards()).find((shard) => shard.tenant === tenant)?.node;
const servedBy = (tenant, node) => until(() => nodeOf(tenant), (is) => is === node, 30_000);

async function setTenant(...args) {
  const { code, stderr } = await wissel("tenants", "set", ...args, "--journal", postgres.url);
  assert.equal(code, 0, stderr);
}

async function token(tenant, role, agent) {
  const { code, stdout, stderr } = await wissel(
    "token", "--data", `${postgres.url}#${tenant}`, "--role", role, ...(agent ? ["--agent", agent] : []),
  );
  assert.equal(code, 0, stderr);
  return stdout.trim();
}

// Keeps asking servers in turn for items to be made, each until it is granted; the names of those that were, and how
// often a server said no or nothing.
function customer(servers, bearer, label) {
  const made = [];
  const refusals = [];
  let going = true;
  const done = (async () => {
    for (let i = 0; going; ++i) {
      const request = { workItem: { queue: "queues/phone-nl" }, requestId: `${label}-${i}` };
      for (let granted = false; !granted && going; ) {
        const server = servers[(i + refusals.length) % servers.length];
        try {
          made.push((await server.ask("WorkService/CreateWorkItem", request, bearer)).name);
          granted = true;
        } catch (error) {
          refusals.push(error.message);
          await new Promise((later) => setTimeout(later, 50));
        }
      }
    }
  })();
  return { made, refusals, stop: () => ((going = false), done) };
}

async function items(server, bearer) {
  const names = [];
  let pageToken;
  do {
    const page = await server.ask("WorkService/ListWorkItems", { queue: "queues/phone-nl", pageSize: 500, pageToken }, bearer);
    names.push(...(page.workItems ?? []).map((item) => item.name));
    pageToken = page.nextPageToken;
  } while (pageToken);
  return names;
}

function assertAllThere(acknowledged, there) {
  assert.equal(new Set(there).size, there.length, "no item twice");
  assert.equal(new Set(acknowledged).size, acknowledged.length, "no item acknowledged twice");
  const missing = acknowledged.filter((name) => !there.includes(name));
  assert.deepEqual(missing, [], "an acknowledged item is lost");
}

test("what one acknowledged the others have, whichever way it goes", { skip: noPostgres, timeout: 180_000 }, async (t) => {
  const a = await start("a");
  await servedBy("main", "a");
  const b = await start("b");
  await until(async () => (await shards())[0].standbys.includes("b"));
  const integration = await token("main", "integration");
  const acknowledged = [];
  const anna = await Desk.open(a, "agents/anna", { available: false });

  // Killed in the middle of its work; the customers ask the other one.
  const through = customer([b], integration, "killed");
  await until(() => through.made.length >= 50);
  const killed = Date.now();
  await a.killHard();
  const before = through.made.length;
  await until(() => through.made.length > before + 5, Boolean, 30_000);
  t.diagnostic(`${Date.now() - killed} ms from the kill to six items more`);
  await through.stop();
  acknowledged.push(...through.made);
  assertAllThere(acknowledged, await items(b, integration));
  anna.server = b; // a token counts at both, and presence is in the journal
  assert.equal((await anna.until((each) => each.name === "agents/anna")).name, "agents/anna");

  // Asked to end: it gives the center away, and nobody is refused.
  const c = await start("a");
  await until(async () => (await shards())[0].standbys.includes("a"));
  const again = customer([c], integration, "asked");
  await until(() => again.made.length >= 20);
  assert.equal(await b.stop(), 0);
  const then = again.made.length;
  await until(() => again.made.length >= then + 20);
  await again.stop();
  acknowledged.push(...again.made);
  assert.deepEqual(again.refusals, []);
  assertAllThere(acknowledged, await items(c, integration));

  // Standing still for longer than its lease: the other takes over, and what the first is asked then is not granted.
  const d = await start("b");
  await until(async () => (await shards())[0].standbys.includes("b"));
  c.process.kill("SIGSTOP");
  const late = c
    .call("WorkService/CreateWorkItem", { workItem: { queue: "queues/phone-nl" }, requestId: "late" }, integration)
    .catch(() => ({ status: 0 }));
  await servedBy("main", "b");
  const beside = await d.ask("WorkService/CreateWorkItem", { workItem: { queue: "queues/phone-nl" } }, integration);
  acknowledged.push(beside.name);
  c.process.kill("SIGCONT");
  assert.notEqual((await late).status, 200, "a server whose lease was over granted something");
  const { code, signal } = await c.exited;
  assert.ok(code === 75 || signal === "SIGABRT", `it ended with ${code ?? signal}`);
  assertAllThere(acknowledged, await items(d, integration));

  // The record is one chain, whoever wrote it.
  const verified = await wissel("journal", "verify", "--data", `${postgres.url}#main`);
  assert.equal(verified.code, 0, verified.stderr);
  assert.equal(await d.stop(), 0);
});

test("a database that stands still for a moment loses nothing", { skip: noPostgres }, async () => {
  const server = await start("a");
  const integration = await token("main", "integration");
  const caller = customer([server], integration, "still");
  await until(() => caller.made.length >= 20);
  postgres.signal("SIGSTOP");
  await until(async () => (await fetch(`${server.http}/readyz`)).status === 503);
  postgres.signal("SIGCONT");
  await until(async () => (await fetch(`${server.http}/readyz`)).status === 200);
  const before = caller.made.length;
  await until(() => caller.made.length >= before + 5);
  await caller.stop();
  assertAllThere(caller.made, await items(server, integration));
  assert.equal(await server.stop(), 0);
});

test("a second server takes half the centers, and no call is refused and no offer lost", { skip: noPostgres, timeout: 180_000 }, async (t) => {
  for (const tenant of tenants) await setTenant(tenant, "--config", sampleCenter, "--host", `${tenant}.example`);
  const a = await start("a");
  for (const tenant of ["main", ...tenants]) await servedBy(tenant, "a");

  // In each center an agent with one item accepted and another held out, and a customer who goes on and on.
  const desks = {};
  const customers = {};
  for (const tenant of tenants) {
    const integration = await token(tenant, "integration");
    const desk = new Desk();
    Object.assign(desk, { server: a, agent: "agents/anna", token: await token(tenant, "agent", "agents/anna") });
    await desk.ask("SignIn", { agent: desk.agent });
    await desk.ask("SetPresence", { agent: desk.agent, presence: "AVAILABLE" });
    await a.ask("WorkService/CreateWorkItem", { workItem: { queue: "queues/mail-general" }, requestId: "mail" }, integration);
    const offered = await desk.until((state) => state.offers?.length > 0);
    await desk.ask("AcceptOffer", { name: offered.offers[0].name });
    desks[tenant] = desk;
    customers[tenant] = { integration, ...customer([a], integration, tenant) };
  }
  const holds = async (tenant, server) => {
    const desk = desks[tenant];
    desk.server = server;
    const state = await desk.until(() => true);
    return state.assignments?.length ?? 0;
  };
  for (const tenant of tenants) await until(() => customers[tenant].made.length >= 10);

  const b = await start("b");
  const began = Date.now();
  await until(async () => (await shards()).filter((shard) => shard.node === "b").length === 2, Boolean, 60_000);
  t.diagnostic(`${Date.now() - began} ms until the second server had half of the centers`);
  for (const tenant of tenants) {
    const before = customers[tenant].made.length;
    await until(() => customers[tenant].made.length >= before + 10);
    await customers[tenant].stop();
    assert.deepEqual(customers[tenant].refusals, [], `calls of ${tenant} were refused`);
    // Through whichever server one asks.
    for (const server of [a, b]) {
      assertAllThere(customers[tenant].made, await items(server, customers[tenant].integration));
      assert.equal(await holds(tenant, server), 1, `what is held in ${tenant}`);
    }
  }

  // Moved by hand, and kept there.
  const first = await nodeOf("acme");
  const other = first === "a" ? "b" : "a";
  const moved = await wissel("shards", "move", "acme", "--to", other, "--journal", postgres.url);
  assert.equal(moved.code, 0, moved.stderr);
  assert.equal(await nodeOf("acme"), other);
  assert.equal(await holds("acme", a), 1);
  const nowhere = await wissel("shards", "move", "acme", "--to", "z", "--journal", postgres.url);
  assert.equal(nowhere.code, 1);
  assert.match(nowhere.stderr, /no server z takes part/);
  assert.equal(await b.stop(), 0);
  assert.equal(await a.stop(), 0);
});

test("centers never see each other", { skip: noPostgres, timeout: 120_000 }, async () => {
  for (const tenant of tenants) await setTenant(tenant, "--config", sampleCenter, "--host", `${tenant}.example`);
  const a = await start("a");
  const b = await start("b");
  await until(async () => (await shards()).filter((shard) => shard.node === "b").length === 2, Boolean, 60_000);
  const admin = await token("acme", "admin");
  const of = (server, method, body, headers) =>
    fetch(`${server.http}/wissel.v1.${method}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  for (const server of [a, b]) {
    // A token leads to its own center, and to no other.
    const bearer = { authorization: `Bearer ${admin}` };
    assert.equal((await of(server, "ConfigService/GetCenter", {}, bearer)).status, 200);
    const beside = await of(server, "ConfigService/GetCenter", {}, { ...bearer, "wissel-tenant": "beta" });
    assert.equal(beside.status, 403);
    assert.match((await beside.json()).message, /another center/);
    // Without one a call says whose center it means.
    const which = await of(server, "AuthService/GetSignInOptions", {});
    assert.equal(which.status, 400);
    assert.match(JSON.stringify(await which.json()), /wissel-tenant/);
    assert.equal((await of(server, "AuthService/GetSignInOptions", {}, { "wissel-tenant": "beta" })).status, 200);
    const none = await of(server, "AuthService/GetSignInOptions", {}, { "wissel-tenant": "omega" });
    assert.equal(none.status, 404);
    // A forged key makes no node.
    const forged = await of(server, "AuthService/GetSignInOptions", {}, { "wissel-peer-key": "x", "wissel-tenant": "beta" });
    assert.equal(forged.status, 200);
  }
  // Users of one are nobody in another.
  const added = await wissel("user", "list", "--data", `${postgres.url}#beta`);
  assert.equal(added.code, 0, added.stderr);
  // Figures by center, each told once.
  const figures = await (await fetch(`${a.http}/metrics`)).text();
  assert.equal(figures.match(/^# TYPE wissel_work_items_created_total/gm)?.length ?? 1, 1);
  assert.match(figures, /tenant="/);
  assert.match(figures, /^wissel_cell_centers_served 2$/m);
});

test("a configuration is changed once and holds everywhere", { skip: noPostgres, timeout: 120_000 }, async () => {
  await setTenant("acme", "--config", sampleCenter, "--host", "acme.example");
  const a = await start("a");
  const b = await start("b");
  const admin = await token("acme", "admin");
  const name = async (server, bearer = admin) => (await server.ask("ConfigService/GetCenter", {}, bearer)).displayName;
  const before = await name(a);
  const folder = mkdtempSync(join(tmpdir(), "wissel-e2e-config-"));
  const file = join(folder, "acme.yaml");
  const text = readFileSync(sampleCenter, "utf8");
  assert.ok(text.includes(before));
  writeFileSync(file, text.replaceAll(before, "Acme after the change"));
  await setTenant("acme", "--config", file);
  for (const server of [a, b]) await until(() => name(server), (is) => is === "Acme after the change");

  // The key of tokens, too.
  const key = (deed) => wissel("key", deed, "--data", postgres.url);
  assert.equal((await key("rotate")).code, 0);
  const newer = await token("acme", "admin");
  for (const server of [a, b]) {
    await until(async () => (await server.call("ConfigService/GetCenter", {}, newer)).status === 200);
    assert.equal((await server.call("ConfigService/GetCenter", {}, admin)).status, 200);
  }
  const retired = await key("retire");
  assert.equal(retired.code, 0, retired.stderr);
  for (const server of [a, b]) {
    await until(async () => (await server.call("ConfigService/GetCenter", {}, admin)).status === 401);
  }

  // One that is wrong changes nothing.
  writeFileSync(file, text.replace("queues:", "queuess:"));
  const wrong = await wissel("tenants", "set", "acme", "--config", file, "--journal", postgres.url);
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /queuess/);
  assert.equal(await name(a, newer), "Acme after the change");
  // The host names stayed as they were.
  const acme = (await lines("tenants", "list")).find((each) => each.tenant === "acme");
  assert.deepEqual(acme.hosts, ["acme.example"]);
  assert.equal(acme.problem, "");
});

test("mails come to any server, whichever has their center", { skip: noPostgres, timeout: 120_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "wissel-e2e-mails-"));
  const file = join(folder, "center.yaml");
  for (const tenant of tenants) {
    writeFileSync(file, `
center:
  display_name: ${tenant}
  queues:
    - {name: queues/mail, channel: email, answer_within: 4h}
mail:
  addresses:
    - {address: "tax@${tenant}.example", queue: queues/mail}
`);
    await setTenant(tenant, "--config", file);
  }
  const a = await start("a", "--lmtp", "127.0.0.1:0");
  const b = await start("b", "--lmtp", "127.0.0.1:0");
  await until(async () => (await shards()).filter((shard) => shard.node === "b").length === 2, Boolean, 60_000);
  // A mail that is larger than any other message (16 MB) is passed on, too.
  const large = "a line of a long mail\r\n".repeat(700_000);
  const mail = (id, text) =>
    `From: mia@home.test\r\nTo: tax@center.test\r\nSubject: ${id}\r\nMessage-ID: <${id}@home.test>\r\n\r\n${text}\r\n`;
  for (const tenant of tenants) {
    const admin = await token(tenant, "admin");
    const count = async () => (await a.ask("WorkService/ListWorkItems", { queue: "queues/mail" }, admin)).workItems?.length ?? 0;
    const before = await count();
    for (const [server, text] of [[a, "first"], [b, "second"], [a, large], [b, large]]) {
      const id = `${tenant}-${server.lmtp}-${text.length}`;
      const from = `mia${text.length}-${server.lmtp.split(":")[1]}@home.test`;
      assert.match(await deliver(server.lmtp, from, `tax@${tenant}.example`, mail(id, text).replace("mia@home.test", from)), /^250 /);
      assert.match(await deliver(server.lmtp, from, `tax@${tenant}.example`, mail(id, text).replace("mia@home.test", from)), /^250 /);
    }
    assert.equal((await count()) - before, 4, "each is an item, and once");
  }
  for (const server of [a, b]) {
    assert.match(await deliver(server.lmtp, "mia@home.test", "tax@omega.example", mail("none", "x")), /^550 /);
  }
  // Its server dies, and the mail waits a moment for the next one.
  const tenant = (await shards()).find((shard) => shard.node === "b" && shard.tenant !== "main").tenant;
  await b.killHard();
  const answer = await until(
    () => deliver(a.lmtp, "zoe@home.test", `tax@${tenant}.example`, mail("after", "x")),
    (reply) => /^250 /.test(reply),
    30_000,
  );
  assert.match(answer, /^250 /);
  assert.equal(await a.stop(), 0);
});

test("what is no address of a database is refused", async () => {
  const wrong = await wissel("serve", "--config", sampleCenter, "--journal", "mysql://somewhere");
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /no address of a journal/);
});
