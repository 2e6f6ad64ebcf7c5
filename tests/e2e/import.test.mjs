// `wissel import` with the real binary and a server that runs: all lines first, nothing in part, the same
// file again changes nothing.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Server, wissel } from "./lib/server.mjs";
import { until } from "./lib/until.mjs";

describe("an import", () => {
  let folder, data, server, manager;
  const file = (name, text) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const run = (...args) => wissel("import", ...args, "--server", server.grpc, "--token", manager);
  const counts = (result) => {
    const { line, ...rest } = JSON.parse(result.stdout.trim().split("\n").at(-1));
    return rest;
  };
  const said = (added, changed, unchanged, refused = 0) =>
    ({ added, changed, unchanged, refused, dryRun: false });

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "wissel-import-"));
    data = join(folder, "data");
    server = await Server.start({ data });
    manager = await server.token("manager");
  });
  after(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test("of customers is done once, and again changes nothing", async () => {
    const path = file("customers.csv",
      "\uFEFFexternal_id;phone;email;display_name;language;do_not_contact\r\n" +
      'crm:1;+32 2 555 01 11;;"Peeters; Mia";nl;\r\n' +
      "crm:2;;jan@example.org;=cmd|' /C calc'!A0;fr;\"voice; email\"\r\n" +
      'crm:3;"+3225550113; +3225550114";;An;;\r\n');
    const dry = await run("customers", path, "--dry-run", "--json");
    assert.equal(dry.code, 0, dry.stderr);
    assert.deepEqual(counts(dry), { ...said(3, 0, 0), dryRun: true });
    const first = await run("customers", path, "--json");
    assert.equal(first.code, 0, first.stderr);
    assert.deepEqual(counts(first), said(3, 0, 0));
    assert.deepEqual(counts(await run("customers", path, "--json")), said(0, 0, 3));
    const find = async (kind, text) =>
      (await server.ask("ContactService/SearchCustomers", { address: { kind, text } }, manager)).customers[0];
    assert.equal((await find("PHONE", "+3225550111")).displayName, "Peeters; Mia");
    const jan = await find("EMAIL", "jan@example.org");
    assert.equal(jan.displayName, "=cmd|' /C calc'!A0");
    assert.deepEqual(jan.doNotContact, ["VOICE", "EMAIL"]);
    assert.equal((await find("PHONE", "+3225550114")).name, (await find("EXTERNAL", "crm:3")).name);
    // Something new is added, nothing is taken away.
    const more = file("more.csv", "external_id,email,display_name\ncrm:1,mia@example.org,\n");
    assert.deepEqual(counts(await run("customers", more, "--json")), said(0, 1, 0));
    assert.equal((await find("EMAIL", "mia@example.org")).displayName, "Peeters; Mia");
    for (const name of readdirSync(data)) {
      assert.ok(!readFileSync(join(data, name)).toString("latin1").includes("mia@example"), name);
    }
  });

  test("with a fault changes nothing, and says line and column", async () => {
    const path = file("bad.csv",
      "external_id,phone,language\ncrm:21,+32 2 555 01 21,nl\ncrm:22,12,nl\ncrm:23,+32 2 555 01 23,n l\n,,\ncrm:21,,\n\"x,y\n");
    const refused = await run("customers", path);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /bad\.csv:3: phone: .*\n/);
    assert.match(refused.stderr, /bad\.csv:4: language: this is no language tag; right is: BCP 47/);
    assert.match(refused.stderr, /bad\.csv:6: external_id: line 2 has the same/);
    assert.match(refused.stderr, /bad\.csv:7: a quote is not closed/);
    assert.match(refused.stderr, /4 lines are wrong; nothing was changed/);
    const search = (text) =>
      server.ask("ContactService/SearchCustomers", { address: { kind: "EXTERNAL", text } }, manager);
    assert.deepEqual(await search("crm:21"), {});
    const skipped = await run("customers", path, "--skip-bad", "--json");
    assert.equal(skipped.code, 1);
    assert.deepEqual(counts(skipped), said(1, 0, 0, 4));
    assert.equal((await search("crm:21")).customers.length, 1);
  });

  test("of agents goes by the center's own names", async () => {
    const ask = (method, body) => server.ask(`ConfigService/${method}`, body, manager);
    await ask("CreateSkill", { skillId: "french" });
    await ask("CreateSkill", { skillId: "dutch" });
    await ask("CreateRoutingProfile",
      { routingProfileId: "calls", routingProfile: { channels: [{ channel: "OUTBOUND", limit: 1, cost: 100 }] } });
    await ask("CreateQueue", {
      queueId: "renewals",
      queue: { channel: "OUTBOUND", answerWithin: "3600s", reasonCodes: ["renewed", "never"] },
    });
    const head = "id,display_name,routing_profile,skills,attribute.site,order\n";
    const bad = file("agents-bad.csv", head + "olga,Olga,calls,frensh:5,Gent,1\nomar,Omar,nowhere,french:11,,x\n");
    const refused = await run("agents", bad);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /agents-bad\.csv:2: skills: /);
    assert.match(refused.stderr, /agents-bad\.csv:3: order: "x" is no number/);
    const good = file("agents.csv", head + "olga,Olga,calls,french:5; dutch:3,Gent,1\nomar,Omar,calls,,,\n");
    assert.deepEqual(counts(await run("agents", good, "--json")), said(2, 0, 0));
    assert.deepEqual(counts(await run("agents", good, "--json")), said(0, 0, 2));
    const olga = await ask("GetAgent", { name: "agents/olga" });
    assert.equal(olga.displayName, "Olga");
    assert.equal(olga.skills.length, 2);
    assert.deepEqual(olga.attributes, [{ key: "site", text: "Gent" }]);
    const change = file("agents-2.csv", "id,skills\nolga,dutch:9\n");
    assert.deepEqual(counts(await run("agents", change, "--json")), said(0, 1, 0));
    assert.equal((await ask("GetAgent", { name: "agents/olga" })).displayName, "Olga");
  });

  test("of a list and of marks: who is marked is not called", async () => {
    await server.ask("OutboundService/CreateOutboundList", {
      listId: "spring", list: { queue: "queues/renewals", mostOpen: 2, doNotContactReasons: ["never"] },
    }, manager);
    const marks = file("marks.csv", "phone,reason\n+32 2 555 02 01,register\n");
    assert.deepEqual(counts(await run("do-not-contact", marks, "--json")), said(1, 0, 0));
    assert.deepEqual(counts(await run("do-not-contact", marks, "--json")), said(0, 0, 1));
    let lines = "key,number,display_name,Contract,not_after\n";
    for (let n = 1; n <= 1200; ++n) {
      lines += `k${n},+32255${String(50200 + n).padStart(5, "0")},Person ${n},C-${n},\n`;
    }
    const path = file("spring.csv", lines);
    assert.equal((await run("list", path)).code, 2);
    const added = await run("list", path, "--list", "spring", "--json");
    assert.equal(added.code, 0, added.stderr);
    assert.deepEqual(counts(added), said(1200, 0, 0));
    assert.deepEqual(counts(await run("list", path, "--list", "spring", "--json")), said(0, 0, 1200));
    await server.ask("OutboundService/StartOutboundList", { name: "outboundLists/spring" }, manager);
    const entry = (n) =>
      server.ask("OutboundService/GetOutboundEntry", { name: `outboundLists/spring/entries/${n}` }, manager);
    await until(async () => (await entry(3)).state === "OPEN");
    assert.equal((await entry(1)).state, "DO_NOT_CONTACT");
    const second = await entry(2);
    assert.equal(second.state, "OPEN");
    assert.equal(second.displayName, "Person 2");
    assert.deepEqual(second.fields, [{ name: "Contract", value: "C-2" }]);
    const { workItems } = await server.ask("WorkService/ListWorkItems", {}, manager);
    assert.deepEqual(workItems.map((item) => item.contact).sort(),
      [second.contact, (await entry(3)).contact].sort());
  });

  test("after a crash there is one item of each, and no more", async () => {
    const items = async () =>
      (await server.ask("WorkService/ListWorkItems", {}, manager)).workItems.map((item) => item.name);
    const before = await items();
    await server.killHard();
    server = await Server.start({ data });
    manager = await server.token("manager");
    await until(async () => (await items()).length > 0);
    assert.deepEqual(await items(), before);
    const { counts } = await server.ask("OutboundService/GetOutboundList", { name: "outboundLists/spring" }, manager);
    const open = counts.find((count) => count.state === "OPEN");
    assert.equal(open.entries, "2");
  });
});
