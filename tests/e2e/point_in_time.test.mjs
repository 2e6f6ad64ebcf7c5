// A cell's database brought back to a moment of its past: PostgreSQL's own base backup and archived log (docs/operating/backup.md).
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { Postgres, nobody, noPostgres, programs } from "./lib/postgres.mjs";
import { Server, sampleCenter, wissel } from "./lib/server.mjs";
import { until } from "./lib/until.mjs";

const serve = (postgres) =>
  Server.start({ config: sampleCenter, demo: false, args: ["--journal", postgres.url, "--node", "a"] });

async function create(server, token, contact) {
  const { name } = await server.ask("WorkService/CreateWorkItem", { workItem: { queue: "queues/phone-nl", contact } }, token);
  return name;
}

async function contacts(server, token) {
  const { workItems } = await server.ask("WorkService/ListWorkItems", { queue: "queues/phone-nl", pageSize: 100 }, token);
  return workItems.map((item) => item.contact).sort();
}

test("all that was acknowledged by a moment is there again, and nothing of what came after it", { skip: noPostgres, timeout: 120_000 }, async () => {
  const postgres = await Postgres.start();
  const owned = (path) => nobody.uid && chownSync(path, nobody.uid, nobody.gid);
  let restored;
  try {
    // The log is kept as an operator keeps it.
    const archive = join(postgres.folder, "archive");
    mkdirSync(archive);
    owned(archive);
    await postgres.halt();
    postgres.settings = ["archive_mode=on", `archive_command=cp %p ${archive}/%f`];
    await postgres.launch();

    const server = await serve(postgres);
    const { stdout } = await wissel("token", "--data", `${postgres.url}#main`, "--role", "integration");
    const token = stdout.trim();
    await create(server, token, "before-the-backup");
    const base = join(postgres.folder, "base");
    execFileSync(join(programs, "pg_basebackup"), ["-D", base, "-d", postgres.url, "-X", "none", "-c", "fast", "--no-sync"],
      { ...nobody, stdio: "pipe", cwd: postgres.folder });
    await create(server, token, "after-the-backup");
    const ask = (sql) =>
      execFileSync(join(programs, "psql"), ["-XAtq", "-d", postgres.url, "-c", sql], { ...nobody, cwd: postgres.folder })
        .toString().trim();
    const moment = ask("SELECT clock_timestamp()");
    await until(() => ask(`SELECT clock_timestamp() > '${moment}'::timestamptz + interval '50 ms'`), (is) => is === "t");
    await create(server, token, "too-late");
    assert.equal(await server.stop(), 0);
    const last = ask("SELECT pg_walfile_name(pg_switch_wal())");
    await until(() => existsSync(join(archive, last)));
    await postgres.halt();

    writeFileSync(join(base, "postgresql.auto.conf"),
      `restore_command = 'cp ${archive}/%f %p'\nrecovery_target_time = '${moment}'\nrecovery_target_action = promote\n`);
    writeFileSync(join(base, "recovery.signal"), "");
    for (const file of ["postgresql.auto.conf", "recovery.signal"]) owned(join(base, file));
    chmodSync(base, 0o700);
    postgres.data = base;
    postgres.settings = [];
    await postgres.launch();
    await until(() => ask("SELECT pg_is_in_recovery()"), (is) => is === "f");

    restored = await serve(postgres);
    assert.deepEqual(await contacts(restored, token), ["after-the-backup", "before-the-backup"]);
    await create(restored, token, "it-goes-on");
    assert.deepEqual(await contacts(restored, token), ["after-the-backup", "before-the-backup", "it-goes-on"]);
    assert.equal(await restored.stop(), 0);
    restored = undefined;
    const verified = await wissel("journal", "verify", "--data", `${postgres.url}#main`);
    assert.equal(verified.code, 0, verified.stderr);
  } finally {
    restored?.process.kill("SIGKILL");
    await postgres.stop();
  }
});
