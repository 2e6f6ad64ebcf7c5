// A PostgreSQL and its synchronous standby, each on a machine of its own, and who looks after them: what Patroni does
// in a real center. It fences the first before it promotes the second, lets the first go on alone when the second is
// away for long, and builds anew what has fallen behind.
import { execFile, spawn } from "node:child_process";
import { appendFileSync, chownSync, createWriteStream, mkdirSync, readFileSync, readdirSync } from "node:fs";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

import { nobody, programs } from "../e2e/lib/postgres.mjs";
import { until } from "../e2e/lib/until.mjs";

const run = promisify(execFile);
const port = 5432;
const patience = 60_000;

const settings = `
listen_addresses = '*'
port = ${port}
max_connections = 200
shared_buffers = 32MB
max_wal_size = 96MB
min_wal_size = 32MB
wal_keep_size = 64MB
wal_log_hints = on
hot_standby = on
wal_sender_timeout = 3s
wal_receiver_timeout = 3s
wal_retrieve_retry_interval = 200ms
log_line_prefix = '%m [%p] '
`;

// A process and those that it has started: each of PostgreSQL's is in a group of its own.
function family(pid) {
  const children = [];
  for (const name of readdirSync("/proc").filter((each) => /^\d+$/.test(each))) {
    try {
      // proc(5): the parent is the second field after the name in parentheses.
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      if (stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1] !== String(pid)) continue;
      children.push({ pid: Number(name), title: readFileSync(`/proc/${name}/cmdline`, "utf8") });
    } catch {
      continue; // it has ended
    }
  }
  return children;
}

class Database {
  constructor(pair, name) {
    this.pair = pair;
    this.name = name;
    this.host = pair.network.add(name);
    this.folder = join(pair.folder, name);
    this.data = join(this.folder, "data");
    this.log = createWriteStream(join(pair.logs, `${name}.log`), { flags: "a" });
    mkdirSync(this.folder, { recursive: true });
    if (nobody.uid) chownSync(this.folder, nobody.uid, nobody.gid);
  }

  // One of PostgreSQL's programs on this machine, to its end.
  async program(name, ...args) {
    const words = [join(programs, name), ...args];
    const user = nobody.uid ? ["setpriv", `--reuid=${nobody.uid}`, `--regid=${nobody.gid}`, "--clear-groups"] : [];
    const [first, ...rest] = this.pair.network.command(this.name, [...user, ...words]);
    await run(first, rest, { cwd: this.folder, timeout: patience, maxBuffer: 64 << 20 });
  }

  /** `together`: a commit waits for the standby. `follows`: the database that it is a standby of. */
  configure({ together = false, follows } = {}) {
    const lines = [`synchronous_standby_names = '${together ? "*" : ""}'`, `commit_delay = ${this.delay ?? 0}`];
    lines.push("commit_siblings = 0");
    if (follows) {
      const from = `host=${follows.host.address} port=${port} user=wissel application_name=${this.name}`;
      lines.push(`primary_conninfo = '${from} connect_timeout=2 keepalives_idle=2 keepalives_interval=1'`);
      writeFileSync(join(this.data, "standby.signal"), "");
      if (nobody.uid) chownSync(join(this.data, "standby.signal"), nobody.uid, nobody.gid);
    }
    writeFileSync(join(this.data, "postgresql.auto.conf"), `${lines.join("\n")}\n`);
    if (this.process) this.process.kill("SIGHUP");
  }

  async launch() {
    const words = [join(programs, "postgres"), "-D", this.data, "-k", this.folder];
    const user = nobody.uid ? ["setpriv", `--reuid=${nobody.uid}`, `--regid=${nobody.gid}`, "--clear-groups"] : [];
    const [first, ...rest] = this.pair.network.command(this.name, [...user, ...words]);
    const child = spawn(first, rest, { stdio: ["ignore", "ignore", "pipe"], cwd: this.folder });
    child.stderr.pipe(this.log, { end: false });
    this.process = child;
    this.exited = new Promise((done) => child.on("exit", done));
    await until(() => this.ask("SELECT 1").catch(() => ""), (answer) => answer === "1", patience);
  }

  /** What a statement answers, as psql prints it. Not by the network: whoever looks after it is on its machine. */
  async ask(sql) {
    const where = ["-h", this.folder, "-p", String(port), "-U", "wissel", "-d", "postgres"];
    const options = { timeout: patience, maxBuffer: 256 << 20 };
    const { stdout } = await run(join(programs, "psql"), [...where, "-XAtc", sql], options);
    return stdout.trim();
  }

  /** All of its processes, or those whose title holds `title`. */
  signal(signal, title) {
    const children = family(this.process.pid).filter((child) => !title || child.title.includes(title));
    for (const pid of [...(title ? [] : [this.process.pid]), ...children.map((child) => child.pid)]) {
      try {
        process.kill(pid, signal);
      } catch {
        continue; // it has ended
      }
    }
    return children.length;
  }

  /** Not one of its processes is left: nothing that it was doing goes on. */
  async fence() {
    const left = family(this.process.pid).map((child) => child.pid);
    this.signal("SIGKILL");
    await this.exited;
    this.process = undefined;
    const alive = (pid) => readStat(pid)?.includes("postgres");
    await until(() => !left.some(alive), Boolean, patience);
  }
}

function readStat(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return undefined;
  }
}

export class DatabasePair {
  constructor({ network, folder, logs }) {
    Object.assign(this, { network, folder, logs });
    if (nobody.uid) chownSync(folder, nobody.uid, nobody.gid);
    this.first = new Database(this, "db1");
    this.second = new Database(this, "db2");
    const hosts = [this.first, this.second].map((each) => each.host.address).join(",");
    this.url = `postgres://wissel@${hosts}/postgres`;
    this.promotions = 0;
  }

  async start() {
    const { first } = this;
    await first.program("initdb", "--pgdata", first.data, "--username=wissel", "--auth=trust", "--encoding=UTF8",
      "--locale=C", "--no-sync", "--wal-segsize=4");
    appendFileSync(join(first.data, "postgresql.conf"), settings);
    appendFileSync(join(first.data, "pg_hba.conf"),
      `host all all ${this.network.subnet}.0/24 trust\nhost replication all ${this.network.subnet}.0/24 trust\n`);
    first.configure();
    await first.launch();
    await this.#copy(this.second, first);
    await this.together();
  }

  // From a copy of all that there is.
  async #copy(to, from) {
    const words = ["-h", from.host.address, "-p", String(port), "-U", "wissel", "-D", to.data];
    const copy = async () => {
      rmSync(to.data, { recursive: true, force: true });
      await to.program("pg_basebackup", ...words, "-X", "stream", "-c", "fast", "--no-sync");
      return true;
    };
    // A network that was healed just now may not know its machines yet.
    await until(() => copy().catch((error) => void to.log.write(`${error.message}\n`)), Boolean, patience);
    to.configure({ follows: from });
    await to.launch();
  }

  // By what has changed since they parted; false where that cannot be done.
  async #rewind(to, from) {
    const source = `host=${from.host.address} port=${port} user=wissel dbname=postgres`;
    try {
      // Until then the new first says that it is on the timeline of the old one, and nothing would be rewound.
      await from.ask("CHECKPOINT");
      await to.program("pg_rewind", "-D", to.data, `--source-server=${source}`, "--no-sync");
    } catch (error) {
      to.log.write(`pg_rewind: ${error.stderr}\n`);
      return false;
    }
    to.configure({ follows: from });
    await to.launch();
    return true;
  }

  /** Commits wait for the standby, which has all that there is. */
  async together() {
    const caughtUp = "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'";
    await until(() => this.first.ask(caughtUp).catch(() => ""), (answer) => answer === "1", patience);
    this.first.configure({ together: true });
    const isSync = "SELECT count(*) FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum')";
    await until(() => this.first.ask(isSync).catch(() => ""), (answer) => answer === "1", patience);
    this.inStep = true;
  }

  /** The standby is away: commits do not wait for it any more, and it may not be promoted. */
  alone() {
    this.inStep = false;
    this.first.configure();
  }

  /** The first is gone from one moment to the next, and the second takes its place; `rewinding`: how it is repaired. */
  async failOver({ rewinding = false } = {}) {
    if (!this.inStep) throw new Error("a standby that is not in step may not be promoted");
    this.inStep = false;
    this.rewinding = rewinding;
    await this.first.fence();
    [this.first, this.second] = [this.second, this.first];
    await this.first.ask("SELECT pg_promote(true, 30)");
    rmSync(join(this.first.data, "standby.signal"), { force: true });
    this.first.configure();
    ++this.promotions;
  }

  /** The standby is there and in step again. The network is well. */
  async repair() {
    if (this.second.process === undefined) {
      if (!this.rewinding || !(await this.#rewind(this.second, this.first))) await this.#copy(this.second, this.first);
    }
    if (!this.inStep) await this.together();
  }

  /** Each commit takes so many milliseconds longer to come to the disk; PostgreSQL's own delay, of 100 at most. */
  slowDisk(milliseconds) {
    this.first.delay = milliseconds * 1000;
    this.first.configure({ together: this.inStep });
  }

  stop() {
    for (const each of [this.first, this.second]) {
      if (each.process) each.signal("SIGKILL");
      each.log.end();
    }
    return Promise.all([this.first, this.second].map((each) => each.process && each.exited));
  }
}
