// `wissel feed` against the real server: half an hour of the sample day at a hundred times its speed.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { root, Server, wissel } from "./lib/server.mjs";

const arrivals = (name) => join(root, `deploy/sample/arrivals/${name}.csv`);

let server, token;
before(async () => {
  server = await Server.start();
  token = await server.token("admin");
});
after(() => server.stop());

// Real counts of a bank's calls in 1999, which are not the project's to ship.
const realDay = join(root, "../shared/data/arrivals/anonbank1999_6min.csv");

const number = (text, pattern) => Number(pattern.exec(text)?.[1]);

describe("wissel feed", () => {
  test("ends with books that close, and a report", async () => {
    const { code, stdout, stderr } = await wissel(
      "feed", "--grpc", server.grpc, "--token", token,
      "--arrivals", arrivals("phone-nl"), "--queue", "phone-nl",
      "--arrivals", arrivals("mail-general"), "--queue", "queues/mail-general",
      "--start", "10:00", "--duration", "1800", "--speed", "100", "--agents", "10", "--seed", "3");
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /The books close\./);
    assert.match(stdout, /Service level = answered within/);
    assert.ok(number(stdout, /Books: offered (\d+)/) > 30, stdout);
    assert.ok(number(stdout, /= answered (\d+)/) > 20, stdout);

    // Signed out again, and nothing left in their hands.
    const live = await server.ask("LiveService/GetLive", {}, token);
    const agents = live.agents.filter(({ name }) => name.startsWith("agents/sim-"));
    assert.equal(agents.length, 10);
    assert.deepEqual(agents.filter(({ presence, work }) => presence !== "OFFLINE" || work?.length > 0), []);
  });

  test("without agents, customers hang up", async () => {
    const { code, stdout } = await wissel(
      "feed", "--grpc", server.grpc, "--token", token, "--arrivals", arrivals("phone-fr"), "--queue", "phone-fr",
      "--start", "10:00", "--duration", "600", "--speed", "200", "--patience", "60", "--drain", "600");
    assert.equal(code, 0, stdout);
    const offered = number(stdout, /Books: offered (\d+)/);
    assert.ok(offered > 3, stdout);
    assert.ok(number(stdout, /abandoned (\d+)/) > offered / 2, stdout);
  });

  test("plays half an hour of a real day with 50 agents", async (context) => {
    if (!existsSync(realDay)) return context.skip(`NO REAL DATA: ${realDay} is not there`);
    const { code, stdout, stderr } = await wissel(
      "feed", "--grpc", server.grpc, "--token", token, "--arrivals", realDay, "--queue", "phone-nl",
      "--date", "1999-03-01", "--start", "10:00", "--duration", "1800", "--speed", "60", "--agents", "50");
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /The books close\./);
    assert.ok(number(stdout, /= answered (\d+)/) > 30, stdout);
  });

  test("tells what is wrong: a file, a queue, a server that is not there", async () => {
    const feed = (...args) => wissel("feed", "--grpc", server.grpc, "--token", token, ...args);
    assert.match((await feed("--arrivals", "none.csv", "--queue", "phone-nl")).stderr, /cannot read none\.csv/);
    assert.match((await feed("--arrivals", arrivals("phone-nl"), "--queue", "phone-xx")).stderr, /phone-xx/);
    const uneven = await feed("--arrivals", arrivals("phone-nl"), "--queue", "a", "--queue", "b");
    assert.equal(uneven.code, 2);
    const date = await feed("--arrivals", arrivals("phone-nl"), "--queue", "phone-nl", "--date", "2020-01-01");
    assert.match(date.stderr, /no interval on 2020-01-01/);
  });
});

describe("/metrics", () => {
  test("pass promtool", async () => {
    const text = await (await fetch(`${server.http}/metrics`)).text();
    assert.match(text, /^# TYPE wissel_/m);
    await new Promise((done, failed) => {
      const promtool = execFile("promtool", ["check", "metrics"], (error, stdout, stderr) =>
        error ? failed(new Error(stdout + stderr)) : done());
      promtool.stdin.end(text);
    });
  });
});
