// The planner's commands: wissel erlang, staff and simulate, as they are typed.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { wissel } from "./lib/server.mjs";

let folder;
const file = (name, text) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const lines = async (...args) => {
  const { code, stdout, stderr } = await wissel(...args, "--json");
  assert.equal(code, 0, stderr);
  return stdout.trim().split("\n").map((line) => JSON.parse(line));
};
const close = (value, right, within = 1e-6) =>
  assert.ok(Math.abs(value - right) <= within, `${value}, not ${right}`);

before(() => {
  folder = mkdtempSync(join(tmpdir(), "wissel-e2e-"));
});
after(() => rmSync(folder, { recursive: true, force: true }));

const model = (agents, calls = 60) => `center:
  skills: [{name: skills/nl}, {name: skills/fr}]
  routing_profiles:
    - name: routingProfiles/voice
      channels: [{channel: voice, auto_accept: true}]
  queues:
    - name: queues/nl
      channel: voice
      answer_within: 20s
      service_level_target: 0.8
      requirement: {steps: [{skills: [{skill: skills/nl, min_level: 1}]}]}
    - name: queues/fr
      channel: voice
      answer_within: 20s
      service_level_target: 0.8
      requirement: {steps: [{skills: [{skill: skills/fr, min_level: 1}]}]}
run: {interval: 30m, intervals: 4, replications: 40}
queues:
  - queue: queues/nl
    calls: [${calls}]
    handle_time: {mean: 4m}
    patience: {mean: 2m}
  - queue: queues/fr
    calls: [30]
    handle_time: {mean: 4m}
    patience: {mean: 2m}
groups:
  - {name: nl, skills: [{skill: skills/nl, level: 5}], routing_profile: routingProfiles/voice, agents: [${agents}]}
  - {name: fr, skills: [{skill: skills/fr, level: 5}], routing_profile: routingProfiles/voice, agents: [6]}
  - name: both
    skills: [{skill: skills/nl, level: 5}, {skill: skills/fr, level: 5}]
    routing_profile: routingProfiles/voice
    agents: [0]
    cost: 1.1
`;

describe("wissel erlang", () => {
  const station = ["--calls", "48", "--interval-min", "1", "--aht", "60", "--agents", "50"];
  test("says what a station gives", async () => {
    const [c] = await lines("erlang", "c", ...station);
    close(c.waits, 0.694456);
    close(c.meanWaitSeconds, 20.8337, 1e-4);
    const [a] = await lines("erlang", "a", ...station, "--patience", "120");
    close(a.waits, 0.467774);
    close(a.meanWaitSeconds, 3.70947);
    close(a.abandoned, 0.030912);
    close(a.servedWithin, 0.943019);
  });
  test("finds the fewest", async () => {
    const [b] = await lines("erlang", "b", "--load", "30", "--blocked", "0.01");
    assert.equal(b.agents, 42);
    const [a] = await lines("erlang", "A", "--load", "10", "--service-level", "0.8");
    assert.ok(a.serviceLevel >= 0.8 && a.agents > 8 && a.agents < 14);
  });
  test("refuses what has no answer, and what was wrongly asked", async () => {
    const refused = await wissel("erlang", "c", "--load", "10", "--agents", "10");
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /more than 10 agents/);
    assert.equal((await wissel("erlang", "c", "--agents", "10")).code, 2);
    assert.equal((await wissel("erlang", "d", "--load", "1")).code, 2);
  });
});

describe("wissel staff", () => {
  test("plans a day from a forecast", async () => {
    const forecast = file("day.csv", "start;calls;aht\n09:00;60;240\n09:30;75,5;240\n10:00;40;250\n");
    const plan = await lines("staff", forecast, "--service-level", "0.8", "--shrinkage", "0.3");
    assert.equal(plan.length, 3);
    for (const at of plan) {
      assert.ok(at.serviceLevel >= 0.8);
      assert.ok(at.scheduled >= at.agents / 0.7 - 1 && at.agents >= at.callsNeed);
    }
    assert.equal(plan[1].calls, 75.5);
  });
  test("names the lines of a forecast that is wrong, and plans nothing", async () => {
    const { code, stdout, stderr } = await wissel(
      "staff", file("bad.csv", "calls,aht\n60,240\nmany,240\n"), "--service-level", "0.8");
    assert.equal(code, 1);
    assert.equal(stdout, "");
    assert.match(stderr, /bad\.csv:3: `many`/);
    assert.equal((await wissel("staff", "--service-level", "0.8")).code, 2);
  });
  test("staffs skills by simulation, for less than Erlang C by queue", async () => {
    const answer = await lines("staff", "--model", file("skills.yaml", model(1)), "--threads", "2");
    const staff = answer.find((line) => line.kind === "staff");
    assert.ok(staff.kept && staff.agentHours < staff.erlangCByQueueHours, JSON.stringify(staff));
    for (const queue of answer.filter((line) => line.kind === "queue")) {
      assert.ok(queue.serviceLevel.value >= queue.target, JSON.stringify(queue));
    }
  });
});

describe("wissel simulate", () => {
  test("more people serve the same customers better, on any number of threads", async () => {
    const of = async (agents, ...more) =>
      (await lines("simulate", "--model", file(`m${agents}.yaml`, model(agents)), ...more)).filter(
        (line) => line.kind === "queue",
      );
    const few = await of(8, "--threads", "1");
    const many = await of(11, "--threads", "3");
    assert.equal(few[0].offered.value, many[0].offered.value);
    assert.ok(few[0].serviceLevel.value + 0.05 < many[0].serviceLevel.value);
    assert.deepEqual(few[1], many[1]);
    assert.deepEqual(few, await of(8, "--threads", "4"));
  });
  test("names the line of what is wrong", async () => {
    const { code, stderr } = await wissel("simulate", "--model", file("bad.yaml", model(3).replace("patience", "patiense")));
    assert.equal(code, 1);
    assert.match(stderr, /bad\.yaml:\d+: .*patience/s);
  });
});
