// A real `wissel serve` on ports of its own, with a data folder of its own.
import { spawn, execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");
export const binary = process.env.WISSEL_BINARY ?? join(root, "build/release/wissel");
export const sampleCenter = join(root, "deploy/sample/center.yaml");

// What a command of the binary does: its exit code and what it prints.
export async function wissel(...args) {
  try {
    const { stdout, stderr } = await run(binary, args, { maxBuffer: 64 << 20 });
    return { code: 0, stdout, stderr };
  } catch (error) {
    if (typeof error.code !== "number") throw error;
    return { code: error.code, stdout: error.stdout, stderr: error.stderr };
  }
}

export class Server {
  static async start({ config = sampleCenter, data, demo = true, env = {}, http = "127.0.0.1:0", args: more = [], onStart } = {}) {
    const server = new Server();
    server.ownsData = data === undefined;
    server.data = data ?? mkdtempSync(join(tmpdir(), "wissel-e2e-"));
    const args = ["serve", "--config", config, "--data", server.data];
    args.push("--http", http, "--grpc", "127.0.0.1:0");
    if (demo) args.push("--demo");
    args.push(...more);
    server.process = spawn(binary, args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...env },
    });
    onStart?.(server);
    server.log = "";
    server.process.stderr.on("data", (chunk) => (server.log += chunk));
    server.exited = new Promise((done) =>
      server.process.on("exit", (code, signal) => done({ code, signal })),
    );
    for await (const line of createInterface({ input: server.process.stdout })) {
      const ready = /^ready http=(\S+) grpc=(\S+)(?: lmtp=(\S+))?(?: sip=(\S+))?$/.exec(line);
      if (!ready) continue;
      server.http = `http://${ready[1]}`;
      server.grpc = ready[2];
      server.lmtp = ready[3];
      server.sip = ready[4];
      return server;
    }
    const { code } = await server.exited;
    throw new Error(`wissel serve ended with ${code} before it was ready:\n${server.log}`);
  }

  // A bearer token with a role; `agent` for the role agent.
  async token(role, agent) {
    const args = ["token", "--data", this.stores ?? this.data, "--role", role];
    if (agent) args.push("--agent", agent);
    const { code, stdout, stderr } = await wissel(...args);
    if (code !== 0) throw new Error(stderr);
    return stdout.trim();
  }

  // One unary call as plain JSON; the answer's HTTP status and body.
  async call(method, body, token) {
    const response = await fetch(`${this.http}/wissel.v1.${method}`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(token ? { authorization: `Bearer ${token}` } : {}),
      },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
  }

  // The same, for calls that must be granted.
  async ask(method, body, token) {
    const answer = await this.call(method, body, token);
    if (answer.status !== 200) {
      throw new Error(`${method}: ${answer.status} ${JSON.stringify(answer.body)}`);
    }
    return answer.body;
  }

  // Drains and ends; the exit code.
  async stop() {
    this.process.kill("SIGTERM");
    const { code } = await this.exited;
    if (this.ownsData) rmSync(this.data, { recursive: true, force: true });
    return code;
  }

  async killHard() {
    this.process.kill("SIGKILL");
    await this.exited;
  }
}

// An agent at a desk of plain JSON: signed in and available, with the states that the server sends.
export class Desk {
  static async open(server, agent, { available = true } = {}) {
    const desk = new Desk();
    desk.server = server;
    desk.agent = agent;
    desk.token = await server.token("agent", agent);
    await server.ask("AgentService/SignIn", { agent }, desk.token);
    if (available) {
      await server.ask("AgentService/SetPresence", { agent, presence: "AVAILABLE" }, desk.token);
    }
    return desk;
  }

  // Reads the agent's stream until a state satisfies `wanted`, and gives that state.
  async until(wanted) {
    for await (const state of this.server.stream("AgentService/WatchAgent", { agent: this.agent }, this.token)) {
      if (wanted(state)) return state;
    }
    throw new Error("the stream ended");
  }

  call(method, body) {
    return this.server.call(`AgentService/${method}`, body, this.token);
  }
  ask(method, body) {
    return this.server.ask(`AgentService/${method}`, body, this.token);
  }
}

// Messages of a server-streaming call in the Connect protocol with JSON: each in an envelope of one
// byte of flags and four of length. `abort` ends it from outside.
Server.prototype.stream = async function* stream(method, body, token, abort = new AbortController()) {
  const message = Buffer.from(JSON.stringify(body));
  const envelope = Buffer.alloc(5);
  envelope.writeUInt32BE(message.length, 1);
  const response = await fetch(`${this.http}/wissel.v1.${method}`, {
    method: "POST",
    headers: { "content-type": "application/connect+json", authorization: `Bearer ${token}` },
    body: Buffer.concat([envelope, message]),
    signal: abort.signal,
  });
  try {
    let buffer = Buffer.alloc(0);
    for await (const chunk of response.body) {
      buffer = Buffer.concat([buffer, chunk]);
      while (buffer.length >= 5 && buffer.length >= 5 + buffer.readUInt32BE(1)) {
        const end = 5 + buffer.readUInt32BE(1);
        const value = JSON.parse(buffer.subarray(5, end).toString());
        if (buffer[0] & 2) {
          if (value.error) throw new Error(JSON.stringify(value.error));
          return;
        }
        yield value;
        buffer = buffer.subarray(end);
      }
    }
  } finally {
    abort.abort();
  }
};
