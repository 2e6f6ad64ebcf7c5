// A real PostgreSQL of a test's own, in a temporary folder: Debian's, which `./dev setup --tests` unpacks.
import { execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { freePort } from "./free_port.mjs";
import { root } from "./server.mjs";
import { until } from "./until.mjs";

const folders = [join(root, "build/tools/usr/lib/postgresql/15/bin"), "/usr/lib/postgresql/15/bin"];
export const programs = folders.find((folder) => existsSync(join(folder, "postgres")));

// Why tests that need one are skipped; false where it is there.
export const noPostgres = programs ? false : "there is no PostgreSQL 15 here; ./dev setup --tests brings it";

// It refuses to run as root.
export const nobody = process.getuid() === 0 ? { uid: 65534, gid: 65534 } : {};

export class Postgres {
  static async start() {
    const postgres = new Postgres();
    postgres.folder = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "wissel-e2e-pg-"));
    if (nobody.uid) chownSync(postgres.folder, nobody.uid, nobody.gid);
    execFileSync(
      join(programs, "initdb"),
      ["--pgdata", join(postgres.folder, "data"), "--username=wissel", "--auth=trust", "--encoding=UTF8",
        "--locale=C", "--no-sync"],
      { ...nobody, stdio: "pipe", cwd: postgres.folder },
    );
    postgres.data = join(postgres.folder, "data");
    postgres.settings = []; // "archive_mode=on"; of the next launch
    postgres.port = await freePort();
    postgres.url = `postgres://wissel@127.0.0.1:${postgres.port}/postgres`;
    await postgres.launch();
    return postgres;
  }

  async launch() {
    this.process = spawn(
      join(programs, "postgres"),
      ["-D", this.data, "-k", this.folder, "-p", String(this.port),
        "-c", "listen_addresses=127.0.0.1", "-c", "shared_buffers=32MB", "-c", "max_connections=200",
        ...this.settings.flatMap((setting) => ["-c", setting])],
      { ...nobody, stdio: ["ignore", "ignore", "pipe"], cwd: this.folder },
    );
    this.log = "";
    this.process.stderr.on("data", (chunk) => (this.log += chunk));
    this.exited = new Promise((done) => this.process.on("exit", done));
    await until(() => this.log.includes("ready to accept connections"), Boolean, 60_000);
  }

  // All its processes: each is in a process group of its own.
  signal(signal) {
    const parent = String(this.process.pid);
    process.kill(this.process.pid, signal);
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      try {
        // proc(5): the parent is the second field after the name in parentheses.
        const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
        if (stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1] === parent) process.kill(Number(pid), signal);
      } catch {
        continue; // it has ended
      }
    }
  }

  // In order; it can be launched again.
  async halt() {
    this.process.kill("SIGINT");
    await this.exited;
  }

  async stop() {
    await this.halt();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
