// `wissel doctor` over installations that are right, and that are not.
import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { Postgres, noPostgres } from "./lib/postgres.mjs";
import { Server, sampleCenter, wissel } from "./lib/server.mjs";

let folder;
before(() => (folder = mkdtempSync(join(tmpdir(), "wissel-e2e-doctor-"))));
after(() => rmSync(folder, { recursive: true, force: true }));

async function doctor(...args) {
  const { code, stdout } = await wissel("doctor", "--json", ...args);
  return { code, findings: stdout.split("\n").filter(Boolean).map((line) => JSON.parse(line)) };
}
const about = (report, what) => report.findings.filter((finding) => finding.about === what);

test("a server that is right has nothing wrong, and each finding says what to do", async () => {
  const server = await Server.start({ demo: false });
  const report = await doctor("--config", sampleCenter, "--data", server.data);
  assert.equal(report.code, 0, JSON.stringify(report.findings));
  assert.match(about(report, "versions")[0].what, /^wissel \d+\.\d+\.\d+, SQLite 3\./);
  assert.ok(about(report, "disk").some((finding) => /a synced write takes \d+\.\d\d ms/.test(finding.what)));
  assert.ok(about(report, "settings").some((finding) => finding.grade === "good"));
  for (const finding of report.findings) assert.equal(finding.right === "", finding.grade === "good");

  // A key that others may read.
  chmodSync(server.data, 0o755);
  assert.equal((await doctor("--data", server.data)).code, 0, "what the server writes is its own");
  chmodSync(join(server.data, "token.key"), 0o644);
  const open = await doctor("--data", server.data);
  assert.equal(open.code, 1);
  assert.match(about(open, "files")[0].what, /others may read .*token\.key/);
  assert.equal(await server.stop(), 0);
});

test("settings that are wrong are named with their line", async () => {
  const file = join(folder, "wrong.yaml");
  writeFileSync(file, readFileSync(sampleCenter, "utf8").replace("queues:", "queuess:"));
  const report = await doctor("--config", file, "--data", folder);
  assert.equal(report.code, 1);
  assert.match(about(report, "settings")[0].what, /queuess/);
  const open = join(folder, "open.yaml");
  writeFileSync(open, "server:\n  grpc: 0.0.0.0:8081\n");
  const doors = await doctor("--config", open, "--data", folder);
  assert.equal(doors.code, 0);
  assert.match(about(doors, "settings")[0].what, /without TLS/);
  assert.equal((await doctor("--data", join(folder, "nowhere"))).code, 1);
});

test("a cell: its database, its servers and its centers", { skip: noPostgres, timeout: 60_000 }, async () => {
  const gone = await doctor("--journal", "postgres://wissel@127.0.0.1:1/postgres");
  assert.equal(gone.code, 1);
  assert.equal(about(gone, "database")[0].grade, "wrong");

  const postgres = await Postgres.start();
  try {
    const server = await Server.start({ demo: false, args: ["--journal", postgres.url, "--node", "a"] });
    const served = await doctor("--journal", postgres.url);
    const said = (grade) => served.findings.filter((finding) => finding.grade === grade).map((finding) => finding.what);
    assert.ok(said("good").some((what) => /^PostgreSQL 15/.test(what)), JSON.stringify(served));
    assert.ok(said("warning").some((what) => /commits wait for no standby/.test(what)));
    assert.ok(said("warning").some((what) => /a is alone/.test(what)));
    assert.equal(await server.stop(), 0);
    const left = await doctor("--journal", postgres.url);
    assert.equal(left.code, 1);
    assert.ok(left.findings.some((finding) => /nobody serves the center main/.test(finding.what)));
  } finally {
    await postgres.stop();
  }
});
