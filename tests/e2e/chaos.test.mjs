// The faults of a cluster, a few of them, and the client that judges them (tests/chaos): it must find what is wrong.
import assert from "node:assert/strict";
import { test } from "node:test";

import { kinds } from "../chaos/faults.mjs";
import { Ledger } from "../chaos/ledger.mjs";
import { chaos, noChaos } from "../chaos/run.mjs";

const reason = noChaos();

test("whatever goes wrong, what was acknowledged is there, once", { skip: reason, timeout: 300_000 }, async (t) => {
  const fault = (kind, given) => ({ kind, alone: true, wait: 0, text: kinds[kind].tell(given), ...given });
  const plans = [
    [fault("kill", { who: "the serving" })],
    [fault("pause", { ms: 6_000 })],
    [
      fault("primary", { unplugged: false, rewinding: false, ms: 2_000 }),
      fault("lossy", { place: "the serving", percent: 10, ms: 2_000 }),
    ],
    [fault("cut", { who: "the serving", direction: "from", ms: 7_000 })],
  ];
  const said = [];
  const result = await chaos({ rounds: plans.length, seed: 1, plans, say: (text) => said.push(text) });
  t.diagnostic(said.join("\n"));
  assert.deepEqual(result.faults, [], `the logs are in ${result.logs}`);
  const { create, complete } = result.acknowledged;
  assert.ok(create >= 20 && complete >= 20, `${create} items made, ${complete} completed`);
  assert.equal(result.promotions, 1);
  // The one that was killed, the one that stood still and the one that was cut off; on a machine that is very busy a
  // fault may be over before anybody has taken the center.
  assert.equal(result.failOver.length + result.wentOn.length, 3);
  assert.ok(result.failOver.length >= 1 && result.epochs > result.failOver.length, `${result.epochs} epochs`);
});

// A journal of one item, by two epochs: made and accepted in the first, completed in the second.
const story = `1 2026-01-01T09:00:00Z workItems/1 enters queues/work by task, band 5, due 2026-01-01T09:01:00Z
2 2026-01-01T09:00:00Z workItems/1 is offered to agents/a0 until 2026-01-01T09:01:00Z (offers/1)
3 2026-01-01T09:00:01Z agents/a0 accepts workItems/1 (offers/1)
4 2026-01-01T09:00:02Z workItems/1 is completed by agents/a0
`;
const batches = [
  [1, 3, 1],
  [4, 4, 2],
];
const usual = { item: "workItems/1", agent: "agents/a0" };
const granted = (kind, life, more = {}) => ({ ...usual, kind, life, ...more });
const made = (life, more) => granted("create", life, { agent: undefined, id: "r1", ...more });

// What is found when this was acknowledged, the journal says `text`, and a server tells these items.
function found(acknowledged, { text = story, written = batches, living = [], ended } = {}) {
  const ledger = new Ledger();
  ledger.asks("r1");
  for (const each of acknowledged) ledger.acknowledge(each);
  ledger.read(text, written);
  ledger.settle();
  ledger.compare(living, ended ?? [{ name: "workItems/1", contact: "r1", state: "COMPLETED" }]);
  return ledger.takeFaults().join("; ");
}

test("the judge is content with what is right", () => {
  const all = [made("s1/1"), granted("accept", "s1/1"), granted("complete", "s2/1")];
  assert.equal(found(all), "");
  assert.equal(found([...all, made("s2/1")]), "", "a request that was repeated at the next");
});

test("the judge finds what is lost, and who granted it", () => {
  const lost = { ...granted("accept", "s1/1"), item: "workItems/2" };
  assert.match(found([lost]), /accept of workItems\/2 .* acknowledged by s1\/1, is not in the journal/);
  const two = [made("s1/1", { id: "r2" }), made("s1/1", { id: "r2", item: "workItems/2" })];
  assert.match(found(two), /the request r2 made workItems\/1 and workItems\/2/);
  assert.match(found([granted("accept", "s1/1", { agent: "agents/a1" })]), /stands in the journal for agents\/a0/);
});

test("the judge finds a stale server that wrote", () => {
  assert.match(found([], { written: [[1, 3, 2], [4, 4, 1]] }), /epoch 1 wrote after 2 had begun/);
});

test("the judge finds items in two hands, twice, or in another state than the journal's", () => {
  const again = `${story}5 2026-01-01T09:00:03Z agents/a1 accepts workItems/1 (offers/2)\n`;
  assert.match(found([], { text: again }), /was given to agents\/a0 and, at 5, to agents\/a1/);
  const twice = `${story}5 2026-01-01T09:00:03Z workItems/1 enters queues/work by task, band 5, due soon\n`;
  assert.match(found([], { text: twice }), /entered twice/);
  assert.match(found([], { text: story.replace(/^2 .*\n/m, "") }), /goes on from 1 with 3/);
  const open = story.replace(/^4 .*\n/m, "");
  const active = { name: "workItems/1", contact: "r1", state: "ACTIVE", agent: "agents/a0" };
  assert.equal(found([], { text: open, living: [active], ended: [] }), "");
  const shown = (living) => found([], { text: open, living, ended: [] });
  assert.match(shown([{ ...active, agent: "agents/a1" }]), /by the journal with agents\/a0/);
  assert.match(shown([{ ...active, state: "WAITING" }]), /by the journal it is ACTIVE/);
  assert.match(found([], { text: open, ended: [] }), /is in the journal, and not to be had/);
  assert.match(found([], { living: [{ ...active, contact: "r9" }], ended: [] }), /nobody asked for it/);
});
