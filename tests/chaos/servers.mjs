// Servers on machines of their own, and what starts them again: what systemd does in a real center. Each start of one
// is a life; one that takes the center does so under an epoch of its own.
import { spawn } from "node:child_process";
import { createWriteStream, existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { binary } from "../e2e/lib/server.mjs";
import { until } from "../e2e/lib/until.mjs";

const port = 8080;
// deploy/systemd: RestartSec.
const restartAfter = 1_000;
const clockLibraries = ["x86_64", "aarch64"].map((kind) => `/usr/lib/${kind}-linux-gnu/faketime/libfaketimeMT.so.1`);

/** What makes a server's clock wrong; undefined where Debian's faketime is not installed. */
export const clockLibrary = clockLibraries.find(existsSync);

// Whole lines of the server's log.
const gone = /a shard (is given away|was taken over)|a center cannot be served/;
const taken = /a shard is taken tenant=\S+ from=\S* epoch=(\d+)/;

class Life {
  constructor(node, number, child, hoursOff) {
    Object.assign(this, { node, number, process: child, hoursOff, name: `${node}/${number}` });
    this.state = "starts";
    this.epoch = undefined;
    this.lastLines = [];
    this.ended = new Promise((done) => child.on("exit", (code, signal) => done((this.end = { code, signal }))));
  }

  hear(line) {
    const epoch = taken.exec(line)?.[1];
    if (epoch) this.epoch = Number(epoch);
    if (gone.test(line)) this.epoch = undefined;
    this.lastLines = [...this.lastLines.slice(-9), line];
  }
  get isUp() {
    return this.state === "ready";
  }
  /** For messages. */
  get ending() {
    return this.end.signal ?? `code ${this.end.code}`;
  }
}

class Node {
  constructor(servers, name) {
    this.servers = servers;
    this.name = name;
    this.host = servers.network.add(name);
    this.url = `http://${this.host.address}:${port}`;
    this.hoursOff = 0;
    this.lives = [];
    this.log = createWriteStream(join(servers.logs, `${name}.log`), { flags: "a" });
  }

  get life() {
    return this.lives.at(-1);
  }

  launch() {
    const { servers } = this;
    const words = [binary, "serve", "--config", servers.config, "--data", join(servers.folder, this.name)];
    words.push("--http", `${this.host.address}:${port}`, "--grpc", `${this.host.address}:8081`);
    words.push("--journal", servers.journal, "--node", this.name);
    const env = { ...process.env };
    if (this.hoursOff !== 0) {
      Object.assign(env, { LD_PRELOAD: clockLibrary, FAKETIME: `${this.hoursOff > 0 ? "+" : ""}${this.hoursOff}h` });
      // How long something takes is not what is wrong.
      Object.assign(env, { DONT_FAKE_MONOTONIC: "1", FAKETIME_DONT_FAKE_MONOTONIC: "1" });
    }
    const [first, ...rest] = servers.network.command(this.name, words);
    const child = spawn(first, rest, { stdio: ["ignore", "pipe", "pipe"], env });
    const life = new Life(this, this.lives.length + 1, child, this.hoursOff);
    this.lives.push(life);
    this.log.write(`--- ${new Date().toISOString()} ${this.name}, life ${life.number}\n`);
    createInterface({ input: child.stderr }).on("line", (line) => {
      this.log.write(`${line}\n`);
      life.hear(line);
    });
    createInterface({ input: child.stdout }).on("line", (line) => {
      this.log.write(`${line}\n`);
      life.state = line.split(" ")[0]; // "ready"
    });
    void life.ended.then(() => this.#again(life));
  }

  #again(life) {
    life.state = "ended";
    this.log.write(`--- ${new Date().toISOString()} ${this.name}, life ${life.number}: ${life.ending}\n`);
    if (this.servers.stopping) return;
    this.servers.onEnd?.(life);
    setTimeout(() => !this.servers.stopping && this.launch(), restartAfter);
  }

  toString() {
    return this.name;
  }
  signal(signal) {
    this.life.process.kill(signal);
  }
}

export class Servers {
  constructor({ network, journal, config, folder, logs, names = ["s1", "s2", "s3"], onEnd }) {
    Object.assign(this, { network, journal, config, folder, logs, onEnd });
    this.stopping = false;
    this.nodes = names.map((name) => new Node(this, name));
  }

  get lives() {
    return this.nodes.flatMap((node) => node.lives);
  }

  async start() {
    for (const node of this.nodes) node.launch();
    await this.settled();
  }

  /** The one that took the center last, when it is ready; undefined while nobody serves. */
  get serving() {
    const [last] = this.nodes.filter(({ life }) => life.epoch).sort((a, b) => b.life.epoch - a.life.epoch);
    return last?.life.state === "ready" ? last : undefined;
  }

  /** One serves, and the others are there. */
  settled(withinMs = 60_000) {
    return until(() => this.serving !== undefined && this.nodes.every(({ life }) => life.isUp), Boolean, withinMs);
  }

  async stop() {
    this.stopping = true;
    for (const { life } of this.nodes) life.process.kill("SIGCONT");
    for (const { life } of this.nodes) life.process.kill("SIGTERM");
    const late = setTimeout(() => this.nodes.forEach(({ life }) => life.process.kill("SIGKILL")), 20_000);
    await Promise.all(this.nodes.map(({ life }) => life.ended));
    clearTimeout(late);
    for (const node of this.nodes) node.log.end();
  }

  kill() {
    this.stopping = true;
    for (const { life } of this.nodes) life?.process.kill("SIGKILL");
  }
}
