// `wissel whatif` beside the real binary: a short day is recorded, and run again.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Desk, sampleCenter, Server, wissel } from "./lib/server.mjs";

const phone = "queues/phone-nl";
let folder, data, server, integration;

// One call is answered, held and wrapped up; meanwhile one hangs up and one waits, which is then
// answered too.
const work = async () => {
  const anna = await Desk.open(server, "agents/anna");
  const ring = (contact) =>
    server.ask("WorkService/CreateWorkItem", { workItem: { queue: phone, contact } }, integration);
  const handle = async (item, meanwhile = () => {}) => {
    const { offer } = await server.ask("WorkService/GetWorkItem", { name: item.name }, integration);
    const { assignments } = await anna.ask("AcceptOffer", { name: offer });
    const { name } = assignments[0];
    await anna.ask("HoldAssignment", { name });
    await meanwhile();
    await anna.ask("ResumeAssignment", { name });
    await anna.ask("WrapUpAssignment", { name });
    await anna.ask("CompleteAssignment", { name, reasonCodes: ["answered"] });
  };
  let waiting;
  await handle(await ring("first"), async () => {
    const { name } = await ring("second");
    waiting = await ring("third");
    await server.ask("WorkService/CancelWorkItem", { name, cause: "CUSTOMER_LEFT" }, integration);
  });
  await handle(waiting);
  await anna.ask("SignOut", { agent: "agents/anna" });
};

const whatif = (...args) => wissel("whatif", "--data", data, ...args);
const compare = async (...args) => {
  const { code, stdout, stderr } = await whatif("--json", ...args);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
};

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "wissel-e2e-"));
  data = join(folder, "data");
  server = await Server.start({ data });
  integration = await server.token("admin");
  await work();
});
after(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe("wissel whatif", () => {
  test("comes to the recorded events when nothing is otherwise, beside a server that runs", async () => {
    for (const args of [[], ["--rules", sampleCenter]]) {
      const answer = await compare(...args);
      assert.equal(answer.reproduced, true, JSON.stringify(answer));
      assert.equal(answer.events.whatIf, answer.events.recorded);
      assert.deepEqual(answer.all.whatIf, answer.all.recorded);
      assert.equal(answer.all.recorded.offered, 3);
      assert.equal(answer.all.recorded.answered, 2);
      assert.equal(answer.all.recorded.abandoned, 1);
    }
    const { code, stdout } = await whatif();
    assert.equal(code, 0);
    assert.match(stdout, /The re-run came to the recorded events, every one of them/);
    assert.match(stdout, /queues\/phone-nl\s+recorded/);
  });

  test("judges by other rules", async () => {
    const rules = join(folder, "strict.yaml");
    writeFileSync(rules, readFileSync(sampleCenter, "utf8").replaceAll("answer_within: 20s", "answer_within: 1s"));
    const answer = await compare("--rules", rules);
    assert.equal(answer.reproduced, null);
    assert.equal(answer.changes.rules, rules);
    assert.equal(answer.all.whatIf.offered, answer.all.recorded.offered);
    assert.ok(answer.sources.answers.recorded >= 1);
    const { stdout } = await whatif("--rules", rules);
    assert.match(stdout, /What if: the rules of .*strict\.yaml; seed 1\./);
    assert.match(stdout, /From the record or drawn/);
  });

  test("changes volumes and people, the same for the same seed", async () => {
    assert.equal((await compare("--volume", "0")).all.whatIf.offered, 0);
    const twice = await compare("--volume", "2", "--agents", "+1");
    assert.equal(twice.changes.agentsAdded, 1);
    assert.equal(twice.all.whatIf.offered, 2 * twice.all.recorded.offered);
    const again = await compare("--volume", "2", "--agents", "+1");
    for (const answer of [twice, again]) {
      for (const took of ["readingSeconds", "runningSeconds", "timesRealTime"]) delete answer[took];
    }
    assert.deepEqual(again, twice);
  });

  test("says what is wrong", async () => {
    const rules = join(folder, "wrong.yaml");
    writeFileSync(rules, readFileSync(sampleCenter, "utf8").replace("min_level: 7", "min_level: 17"));
    const misspelt = join(folder, "misspelt.yaml");
    writeFileSync(misspelt, readFileSync(sampleCenter, "utf8").replace("answer_within: 20s", "answer_withn: 20s"));
    for (const [args, expected] of [
      [["--rules", rules], /wrong\.yaml:\d+: center\.queues\[0\]\.requirement\.steps\[0\]\.skills\[0\]\.min_level.*1 to 10/],
      [["--rules", misspelt], /misspelt\.yaml:\d+: .*did you mean `answer_within`/],
      [["--rules", join(folder, "none.yaml")], /cannot read .*none\.yaml/],
      [["--from", "yesterday"], /--from: "yesterday" is no time; write for example/],
      [["--from", "2026-11-21T09:30:00Z", "--until", "2026-11-21T09:00:00Z"], /--until is not after --from/],
      [["--from", "2100-01-01T00:00:00Z"], /no work item was there between 2100.*; the journal's last event/],
      [["--until", "2000-01-01T00:00:00Z"], /no work item was there/],
      [["--volume", "-1"], /--volume: -1 is out of range; from 0 to/],
      [["--agents", "many"], /--agents: "many" is no change of a number; \+2, -2 or 110%/],
      [["--agents", "-99"], /1 agents were there in this period/],
    ]) {
      const { code, stderr } = await whatif(...args);
      assert.equal(code, 1, args.join(" "));
      assert.match(stderr, expected);
    }
    const { code } = await wissel("whatif");
    assert.equal(code, 2);
  });

  test("of an empty journal, and of none", async () => {
    const fresh = join(folder, "fresh");
    const other = await Server.start({ data: fresh });
    await other.stop();
    const empty = await wissel("whatif", "--data", fresh);
    assert.equal(empty.code, 1);
    assert.match(empty.stderr, /no work item was there/);
    const none = await wissel("whatif", "--data", join(folder, "nowhere"));
    assert.equal(none.code, 1);
    assert.notEqual(none.stderr, "");
  });
});
