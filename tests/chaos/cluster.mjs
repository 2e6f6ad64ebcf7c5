// All of it together: a network, a pair of databases, three servers, and the client that judges them.
import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { binary, wissel } from "../e2e/lib/server.mjs";
import { until } from "../e2e/lib/until.mjs";
import { DatabasePair } from "./databases.mjs";
import { Judge, center } from "./judge.mjs";
import { Network } from "./network.mjs";
import { Servers } from "./servers.mjs";

const run = promisify(execFile);
// How a server may end besides being killed: asked to, in order; to stand by (75); since what became of its last append
// could not be known (SIGABRT); since the database did not answer when it started or opened its stores (1).
const knownEnds = ["code 0", "code 75", "SIGKILL", "SIGABRT", "code 1"];
// So many completions after all is healed.
const goesOnBy = 5;

export class Cluster {
  faults = [];
  ends = new Map(); // how lives ended -> how often

  static async start() {
    const cluster = new Cluster();
    cluster.logs = mkdtempSync(join(tmpdir(), "wissel-chaos-"));
    cluster.folder = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "wissel-chaos-"));
    chmodSync(cluster.folder, 0o711); // the databases' user passes through
    try {
      await cluster.#start();
    } catch (error) {
      await cluster.close();
      throw Object.assign(error, { message: `${error.message}\nthe logs are in ${cluster.logs}` });
    }
    return cluster;
  }

  async #start() {
    const { folder, logs } = this;
    this.network = new Network();
    const databases = join(folder, "databases");
    mkdirSync(databases);
    this.databases = new DatabasePair({ network: this.network, folder: databases, logs });
    await this.databases.start();
    const config = join(folder, "center.yaml");
    writeFileSync(config, center);
    const onEnd = (life) => this.#ended(life);
    this.servers = new Servers({ network: this.network, journal: this.databases.url, config, folder, logs, onEnd });
    await this.servers.start();
    const { code, stdout, stderr } = await wissel("token", "--data", this.stores, "--role", "admin");
    if (code !== 0) throw new Error(stderr);
    this.judge = new Judge(this.servers, stdout.trim());
  }

  get stores() {
    return `${this.databases.url}#main`;
  }

  #ended(life) {
    this.ends.set(life.ending, (this.ends.get(life.ending) ?? 0) + 1);
    if (knownEnds.includes(life.ending)) return;
    this.faults.push(`${life.name} ended with ${life.ending}: ${life.lastLines.at(-1)}`);
  }

  /** The server that serves; undefined while none does. */
  serving() {
    return this.servers.serving;
  }
  pick(who) {
    const serving = this.serving() ?? this.servers.nodes[0];
    if (who === "the serving") return serving;
    const others = this.servers.nodes.filter((node) => node !== serving);
    return others[who === "a standby" ? 0 : 1];
  }
  /** The name of a machine: of a server, or of the first or second database. */
  machine(place) {
    return (this.databases[place] ?? this.pick(place)).name;
  }
  standsBy(node) {
    const before = node.life;
    return until(() => node.life !== before && node.life.isUp, Boolean, 60_000);
  }

  /** All that was broken is whole again: one serves, two stand by, and the databases are in step. */
  async heal() {
    this.network.heal();
    for (const { life } of this.servers.nodes) life.process.kill("SIGCONT");
    await this.databases.repair();
    await this.servers.settled();
    await until(() => this.judge.doors.whom());
    await until(() => this.judge.losses.open === 0);
    // The work goes on.
    const { counts } = this.judge.ledger;
    const before = counts.complete;
    await until(() => counts.complete >= before + goesOnBy);
  }

  /** Everything that was acknowledged, held against the journal and against what the server tells. */
  async check() {
    const { judge, databases } = this;
    const { ledger } = judge;
    await judge.rest();
    await this.#readJournal(ledger, databases);
    ledger.settle();
    const { living, ended } = await judge.items(ledger.newlyEnded());
    ledger.compare(living, ended);
    await this.#command("journal", "verify");
    return this.takeFaults();
  }

  takeFaults() {
    return [...this.faults.splice(0), ...this.judge.takeFaults()];
  }

  async #readJournal(ledger, { first }) {
    const from = ledger.sequence + 1;
    const rows = await first.ask(
      "SELECT first_sequence, last_sequence, epoch FROM wissel_main_journal.journal_batches" +
        ` WHERE last_sequence >= ${from} ORDER BY 1`,
    );
    const batches = rows.split("\n").filter(Boolean).map((row) => row.split("|").map(Number));
    const words = ["journal", "dump", "--data", this.stores, "--from", String(from)];
    if (batches.length > 0) words.push("--to", String(batches.at(-1)[1]));
    const { stdout } = await run(binary, words, { maxBuffer: 1 << 30 });
    ledger.read(stdout, batches);
  }

  async #command(...words) {
    const done = await wissel(...words, "--data", this.stores);
    if (done.code !== 0) this.faults.push(`wissel ${words.join(" ")}: ${done.stderr.trim()}`);
  }

  /** Once, at the very end: the record can be played again, and explains itself. */
  async checkRecord() {
    await this.#command("replay");
    const last = [...this.judge.ledger.items.keys()].at(-1);
    await this.#command("explain", last);
    return this.faults.splice(0);
  }

  async close({ keepLogs = true } = {}) {
    await this.judge?.close();
    this.servers?.kill();
    await Promise.all(this.servers?.nodes.map(({ life }) => life?.ended) ?? []);
    await this.databases?.stop();
    this.network?.close();
    rmSync(this.folder, { recursive: true, force: true });
    if (!keepLogs) rmSync(this.logs, { recursive: true, force: true });
  }
}
