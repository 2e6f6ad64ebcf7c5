// SIPp, Debian's sip-tester: phones and callers that are not ours. A scenario of tests/e2e/sip each.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createSocket } from "node:dgram";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./server.mjs";
import { until } from "./until.mjs";

export async function freeUdpPort() {
  const socket = createSocket("udp4");
  await new Promise((done) => socket.bind(0, "127.0.0.1", done));
  const { port } = socket.address();
  await new Promise((done) => socket.close(done));
  return port;
}

/** Why there is no SIPp to test with; nothing where there is one. */
export const missing = process.env.PATH.split(":").some((folder) => existsSync(join(folder, "sipp")))
  ? undefined
  : "sipp";

// Column `name` of the last line of what SIPp counted.
const counted = (text, name) => {
  const lines = text.trim().split("\n").map((line) => line.split(";"));
  return Number(lines.at(-1)[lines[0].indexOf(name)]);
};

export class Sipp {
  // `port`: where it listens, for phones; callers take any.
  constructor(scenario, { port, args = [] } = {}) {
    this.folder = mkdtempSync(join(tmpdir(), "wissel-sipp-"));
    const words = ["-sf", join(root, "tests/e2e/sip", scenario), "-i", "127.0.0.1", "-mi", "127.0.0.1"];
    words.push("-nostdin", "-trace_stat", "-stf", this.#file("counts"), "-fd", "1");
    words.push("-trace_err", "-error_file", this.#file("errors"));
    if (port !== undefined) words.push("-p", String(port));
    this.port = port;
    this.process = spawn("sipp", [...words, ...args], {
      cwd: this.folder,
      stdio: "ignore",
      env: { ...process.env, TERM: "dumb" },
    });
    this.exited = new Promise((done) => this.process.on("exit", (code) => done(code)));
  }
  #file(name) {
    return join(this.folder, name);
  }

  // A phone that does not listen yet is one that is not there.
  async listening() {
    const port = `:${this.port.toString(16).toUpperCase().padStart(4, "0")} `;
    await until(() => readFileSync("/proc/net/udp", "utf8").includes(port));
    return this;
  }

  // Its end by itself: how many of its calls went as the scenario says, and how many did not.
  async result() {
    const code = await this.exited;
    const counts = readFileSync(this.#file("counts"), "utf8");
    const errors = existsSync(this.#file("errors")) ? readFileSync(this.#file("errors"), "utf8").slice(0, 2_000) : "";
    return { code, good: counted(counts, "SuccessfulCall(C)"), bad: counted(counts, "FailedCall(C)"), errors };
  }

  async stop() {
    if (this.process.exitCode === null) this.process.kill("SIGKILL");
    await this.exited;
    rmSync(this.folder, { recursive: true, force: true });
  }
}
