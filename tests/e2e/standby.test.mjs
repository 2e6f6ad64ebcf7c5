// Two servers over one PostgreSQL: one serves, the other stands by and takes over.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import { Postgres, noPostgres } from "./lib/postgres.mjs";
import { Desk, Server, sampleCenter, wissel } from "./lib/server.mjs";
import { until } from "./lib/until.mjs";

let postgres;
const all = [];

// Starts a server called `name`; `serving` is the server once it serves, `standby` who serves when it does not.
function launch(name) {
  const server = {};
  server.standby = new Promise((said) => {
    server.serving = Server.start({
      config: sampleCenter,
      demo: false,
      args: ["--journal", postgres.url, "--node", name],
      onStandby: said,
      onStart: (started) => {
        started.stores = `${postgres.url}#main`;
        server.process = started.process;
        all.push(started);
      },
    });
  });
  server.serving.catch(() => {});
  return server;
}

// Keeps asking for items to be made; the names of those that were granted.
function customer(server, token) {
  const made = [];
  let going = true;
  const done = (async () => {
    for (let i = 0; going; ++i) {
      try {
        const item = await server.ask(
          "WorkService/CreateWorkItem",
          { workItem: { queue: "queues/phone-nl" }, requestId: `${server.process.pid}-${i}` },
          token,
        );
        made.push(item.name);
      } catch (error) {
        if (error.message.startsWith("WorkService/")) throw error; // refused; otherwise it is gone
        return;
      }
    }
  })();
  return { made, stop: () => ((going = false), done), done };
}

async function items(server, token) {
  const names = [];
  let pageToken;
  do {
    const page = await server.ask("WorkService/ListWorkItems", { queue: "queues/phone-nl", pageSize: 500, pageToken }, token);
    names.push(...(page.workItems ?? []).map((item) => item.name));
    pageToken = page.nextPageToken;
  } while (pageToken);
  return names;
}

function assertAllThere(acknowledged, there) {
  assert.equal(new Set(there).size, there.length, "no item twice");
  const missing = acknowledged.filter((name) => !there.includes(name));
  assert.deepEqual(missing, [], "an acknowledged item is lost");
}

before(async () => {
  if (!noPostgres) postgres = await Postgres.start();
});
afterEach(() => {
  for (const server of all) server.process.kill("SIGKILL");
});
after(() => postgres?.stop());

test("what one acknowledged the other has, whichever way the first goes", { skip: noPostgres }, async (t) => {
  const a = launch("a");
  const first = await a.serving;
  const b = launch("b");
  assert.equal(await b.standby, "a");

  const integration = await first.token("integration");
  const acknowledged = [];
  const anna = await Desk.open(first, "agents/anna", { available: false });

  // Killed in the middle of its work.
  const caller = customer(first, integration);
  await until(() => caller.made.length >= 50);
  const killed = Date.now();
  await first.killHard();
  await caller.done;
  acknowledged.push(...caller.made);
  const second = await b.serving;
  t.diagnostic(`${Date.now() - killed} ms from the kill to the next that serves`);
  assertAllThere(acknowledged, await items(second, integration));
  // A token counts at both, and presence is in the journal.
  anna.server = second;
  const state = await anna.until((each) => each.name === "agents/anna");
  assert.equal(state.name, "agents/anna");

  // Asked to end: it gives the center away.
  const c = launch("a");
  assert.equal(await c.standby, "b");
  const again = customer(second, integration);
  await until(() => again.made.length >= 20);
  await again.stop();
  acknowledged.push(...again.made);
  assert.equal(await second.stop(), 0);
  const third = await c.serving;
  assertAllThere(acknowledged, await items(third, integration));

  // Standing still for longer than its lease: the other takes over, and what the first is asked then is not granted.
  const d = launch("b");
  assert.equal(await d.standby, "a");
  third.process.kill("SIGSTOP");
  const late = third
    .call("WorkService/CreateWorkItem", { workItem: { queue: "queues/phone-nl" }, requestId: "late" }, integration)
    .catch(() => ({ status: 0 }));
  const fourth = await d.serving;
  const beside = await fourth.ask("WorkService/CreateWorkItem", { workItem: { queue: "queues/phone-nl" } }, integration);
  acknowledged.push(beside.name);
  third.process.kill("SIGCONT");
  assert.notEqual((await late).status, 200, "a server whose lease was over granted something");
  const { code, signal } = await third.exited;
  assert.ok(code === 75 || signal === "SIGABRT", `it ended with ${code ?? signal}`);
  assertAllThere(acknowledged, await items(fourth, integration));

  // The record is one chain, whoever wrote it.
  const verified = await wissel("journal", "verify", "--data", `${postgres.url}#main`);
  assert.equal(verified.code, 0, verified.stderr);
  assert.equal(await fourth.stop(), 0);
});

test("a database that stands still for a moment loses nothing", { skip: noPostgres }, async () => {
  const server = await launch("a").serving;
  const integration = await server.token("integration");
  const caller = customer(server, integration);
  await until(() => caller.made.length >= 20);
  postgres.signal("SIGSTOP");
  await until(async () => (await fetch(`${server.http}/readyz`)).status === 503);
  postgres.signal("SIGCONT");
  await until(async () => (await fetch(`${server.http}/readyz`)).status === 200);
  const before = caller.made.length;
  const goesOn = customer(server, integration);
  await until(() => goesOn.made.length >= 5);
  await goesOn.stop();
  await caller.stop();
  assertAllThere([...caller.made, ...goesOn.made], await items(server, integration));
  assert.ok(before >= 20);
  assert.equal(await server.stop(), 0);
});

test("what is no address of a database is refused", async () => {
  const wrong = await wissel("serve", "--config", sampleCenter, "--journal", "mysql://somewhere");
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /no address of a journal/);
});
