// What the binary does on the command line: exit codes, messages, files.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { sampleCenter, Server, wissel } from "./lib/server.mjs";
import { until } from "./lib/until.mjs";

describe("the command line", () => {
  let folder;
  before(() => (folder = mkdtempSync(join(tmpdir(), "wissel-e2e-"))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  test("tells its version", async () => {
    const { code, stdout } = await wissel("--version");
    assert.equal(code, 0);
    assert.match(stdout, /^wissel \d+\.\d+\.\d+\n$/);
  });

  test("answers a wrong use with exit code 2", async () => {
    for (const args of [[], ["sarve"], ["serve", "--colour"], ["token"], ["token", "--data", folder, "--role", "king"]]) {
      const { code, stderr } = await wissel(...args);
      assert.equal(code, 2, args.join(" "));
      assert.notEqual(stderr, "");
    }
  });

  test("finds the sample center right", async () => {
    const { code, stdout, stderr } = await wissel("check-config", sampleCenter);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /6 queues, 24 agents/);
  });

  test("names line, fault and remedy of a configuration that cannot work", async () => {
    const wrong = (text) => {
      const path = join(folder, "wrong.yaml");
      writeFileSync(path, text);
      return wissel("check-config", path);
    };
    const sample = readFileSync(sampleCenter, "utf8");
    const lineOf = (key) => sample.split("\n").findIndex((line) => line.includes(key)) + 1;
    const cases = [
      [sample.replace("time_zone: Europe/Brussels", "time_zone: Europe/Brussel"), new RegExp(`wrong\\.yaml:${lineOf("time_zone:")}: center\\.time_zone`)],
      [sample.replace("min_level: 7", "min_level: 17"), /wrong\.yaml:\d+: center\.queues\[0\]\.requirement\.steps\[0\]\.skills\[0\]\.min_level.*1 to 10/],
      [sample.replace("{skill: skills/benefits, min_level: 5}", "{skill: skills/benefitz, min_level: 5}"), /wrong\.yaml:\d+: .*skills\/benefitz/],
      [sample.replace("answer_within: 20s", "answer_withn: 20s"), /did you mean `answer_within`/],
    ];
    for (const [text, expected] of cases) {
      const { code, stderr } = await wrong(text);
      assert.equal(code, 1);
      assert.match(stderr, expected);
    }
  });

  test("changes the key of tokens under a server that runs", async () => {
    const server = await Server.start({});
    const key = async (deed) => {
      const { code, stderr } = await wissel("key", deed, "--data", server.data);
      assert.equal(code, 0, stderr);
    };
    const counts = async (token) => (await server.call("ConfigService/GetCenter", {}, token)).status === 200;
    try {
      const first = await server.token("admin");
      assert.ok(await counts(first));
      await key("rotate");
      const second = await server.token("admin");
      await until(() => counts(second));
      assert.ok(await counts(first));
      await key("retire");
      await until(async () => !(await counts(first)));
      assert.ok(await counts(second));
      const { securityEvents } = await until(
        () => server.ask("AuditService/ListSecurityEvents", {}, second),
        ({ securityEvents: all }) => all?.some(({ kind }) => kind === "KEY_RETIRED"),
      );
      assert.ok(securityEvents.some(({ kind }) => kind === "KEY_ROTATED"));
    } finally {
      await server.stop();
    }
  });

  test("refuses a demo beyond this machine", async () => {
    const { code, stderr } = await wissel(
      "serve", "--config", sampleCenter, "--data", folder, "--http", "0.0.0.0:0", "--grpc", "127.0.0.1:0", "--demo");
    assert.equal(code, 1);
    assert.match(stderr, /loopback/);
  });

  test("keeps users, verifies and dumps the journal, and starts again where it stopped", async () => {
    const data = join(folder, "data");
    let server = await Server.start({ data });
    const token = await server.token("integration");
    const item = await server.ask("WorkService/CreateWorkItem", { workItem: { queue: "queues/phone-nl" } }, token);
    assert.equal(await server.stop(), 0);

    const verified = await wissel("journal", "verify", "--data", data);
    assert.equal(verified.code, 0, verified.stderr);
    const dumped = await wissel("journal", "dump", "--data", data);
    assert.equal(dumped.code, 0, dumped.stderr);
    assert.match(dumped.stdout, /enters queues\/phone-nl/);

    server = await Server.start({ data });
    const again = await server.ask("WorkService/GetWorkItem", { name: item.name }, token);
    assert.deepEqual(again, item);
    const lines = (await wissel("journal", "dump", "--data", data)).stdout.split("\n");
    const configured = lines.filter((line) => / queues\/phone-nl is configured/.test(line));
    assert.equal(configured.length, 1, "the file is applied once");
    assert.equal(await server.stop(), 0);
  });

  test("replays any moment, and explains it from the journal alone", async () => {
    const data = join(folder, "moments");
    const server = await Server.start({ data });
    const token = await server.token("admin");
    await server.ask("AgentService/SignIn", { agent: "agents/anna" }, token);
    await server.ask("AgentService/SetPresence", { agent: "agents/anna", presence: "AVAILABLE" }, token);
    const item = await server.ask("WorkService/CreateWorkItem", { workItem: { queue: "queues/chat-benefits" } }, token);
    const offered = await server.ask("WorkService/GetWorkItem", { name: item.name }, token);
    assert.equal(offered.state, "OFFERED");
    const told = await server.ask("WorkService/ExplainWorkItem", { name: item.name }, token);
    const offer = `offers/${offered.offer.split("/").at(-1)}`;

    // Beside a server that runs.
    const look = async (...args) => {
      const { code, stdout, stderr } = await wissel(...args, "--data", data, "--json");
      assert.equal(code, 0, stderr);
      return JSON.parse(stdout);
    };
    const now = await look("replay");
    assert.equal(now.living, 1);
    assert.equal(now.signedIn, 1);
    assert.deepEqual(await look("replay", "--until", now.time), now);
    assert.deepEqual((await look("explain", item.name)).sentences, told.sentences);
    assert.deepEqual((await look("explain", offer)).sentences, [told.sentences.at(-1)]);
    assert.match((await look("explain", "agents/anna")).sentences[0], new RegExp(`anna is available and holds ${item.name}`));

    const before = new Date(new Date(offered.enterTime) - 1).toISOString();
    const earlier = await look("replay", "--until", before);
    assert.equal(earlier.living, 0);
    assert.ok(earlier.sequence < now.sequence);
    for (const [args, right] of [
      [["explain", "workItems/99"], /there is no workItems\/99/],
      [["explain", "offers/99"], /was not made/],
      [["explain", "anna"], /workItems\/12, offers\/12 or agents\/anna/],
      [["replay", "--until", "yesterday"], /write for example/],
    ]) {
      const { code, stderr } = await wissel(...args, "--data", data);
      assert.equal(code, 1);
      assert.match(stderr, right);
    }
    assert.equal(await server.stop(), 0);
    const stopped = await look("replay", "--until", now.time);
    assert.equal(stopped.digest, now.digest);
  });
});
