// Bytes that no good client sends, to a server that runs: it answers, refuses or hangs up, keeps serving others at both
// doors, and does not grow. Loopback, bounded loads.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Server } from "./lib/server.mjs";
import { until } from "./lib/until.mjs";

let server;
let admin;
let waiting;

before(async () => {
  server = await Server.start();
  admin = await server.token("admin");
  waiting = await server.ask("WorkService/CreateWorkItem", { workItem: { queue: "queues/phone-nl" } }, admin);
});

after(async () => {
  await server?.stop();
});

const address = (where) => ({ host: where.split(":")[0], port: Number(where.split(":")[1]) });
const httpDoor = () => address(new URL(server.http).host);
const grpcDoor = () => address(server.grpc);

const residentMiB = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.process.pid}/status`, "utf8"))[1]) / 1024;

// A connection that sends what it is told to; `ended` when the other side has hung up.
class Raw {
  static async open(door) {
    const raw = new this();
    raw.bytes = Buffer.alloc(0);
    raw.socket = connect(door);
    raw.socket.on("data", (chunk) => {
      if (raw.bytes.length < 1 << 20) raw.bytes = Buffer.concat([raw.bytes, chunk]);
    });
    raw.socket.on("error", () => {});
    raw.ended = new Promise((done) => raw.socket.on("close", done));
    await new Promise((ready) => raw.socket.once("connect", ready));
    return raw;
  }
  // False when the other side takes no more.
  async send(bytes) {
    if (this.socket.destroyed) return false;
    if (this.socket.write(bytes)) return true;
    await Promise.race([new Promise((drained) => this.socket.once("drain", drained)), this.ended]);
    return !this.socket.destroyed;
  }
  get text() {
    return this.bytes.toString("latin1");
  }
  // The status of each answer.
  get statuses() {
    return [...this.text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
  }
  async answered() {
    while (this.statuses.length === 0 && !this.socket.destroyed) {
      await Promise.race([new Promise((more) => this.socket.once("data", more)), this.ended]);
    }
    return this.statuses;
  }
  close() {
    this.socket.destroy();
  }
}

// Others are served at both doors, and the work is where it was.
async function othersAreServed() {
  assert.equal((await fetch(`${server.http}/livez`)).status, 200);
  assert.equal((await server.call("AuthService/GetCurrentUser", {}, admin)).status, 200);
  const h2 = await Http2.open();
  await h2.ping();
  h2.close();
  const { name, state, createTime } = await server.ask("WorkService/GetWorkItem", { name: waiting.name }, admin);
  assert.deepEqual({ name, state, createTime }, { name: waiting.name, state: waiting.state, createTime: waiting.createTime });
}

// HTTP/2 frames (RFC 9113, section 4.1), by hand.
const kType = { data: 0, headers: 1, priority: 2, rstStream: 3, settings: 4, ping: 6, goAway: 7, windowUpdate: 8, continuation: 9 };

function frame(type, flags, stream, payload = Buffer.alloc(0)) {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

// A header that is written out and not kept (RFC 7541, section 6.2.2); the short form of a length.
function field(name, value, first = 0x00) {
  return Buffer.concat([Buffer.from([first, name.length]), Buffer.from(name), Buffer.from([value.length]), Buffer.from(value)]);
}

const kCall = Buffer.concat([
  Buffer.from([0x83, 0x86]), // :method POST, :scheme http
  field(":path", "/wissel.v1.AuthService/GetSignInOptions"),
  field(":authority", "test"),
  field("content-type", "application/grpc"),
  field("te", "trailers"),
]);

class Http2 extends Raw {
  static async open(settings = Buffer.alloc(0)) {
    const raw = await super.open(grpcDoor());
    await raw.send(Buffer.concat([Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), frame(kType.settings, 0, 0, settings)]));
    return raw;
  }
  async ping() {
    await this.send(frame(kType.ping, 0, 0, Buffer.from("8 octets")));
    while (!this.bytes.includes("8 octets")) {
      assert.ok(!this.socket.destroyed, "hung up");
      await Promise.race([new Promise((more) => this.socket.once("data", more)), this.ended]);
    }
  }
}

// Sends `bytes` again and again, `times` at most, while it is taken.
async function flood(raw, bytes, times) {
  for (let i = 0; i < times; ++i) {
    if (!(await raw.send(bytes))) return i;
  }
  return times;
}

const kPost = "POST /wissel.v1.AuthService/GetSignInOptions HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n";

test("requests that two readers could cut differently are refused, and nothing behind them is read", async () => {
  const smuggled = "GET /livez HTTP/1.1\r\nHost: test\r\n\r\n";
  const cases = {
    "length and chunks": `${kPost}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
    "chunks and length": `${kPost}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${smuggled}`,
    "two lengths": `${kPost}Content-Length: 2\r\nContent-Length: 40\r\n\r\n{}${smuggled}`,
    "a list of lengths": `${kPost}Content-Length: 2, 40\r\n\r\n{}${smuggled}`,
    "a length with a sign": `${kPost}Content-Length: +2\r\n\r\n{}${smuggled}`,
    "a length below zero": `${kPost}Content-Length: -1\r\n\r\n{}${smuggled}`,
    "a length beyond all": `${kPost}Content-Length: 18446744073709551616\r\n\r\n{}${smuggled}`,
    "a space before the colon": `${kPost}Content-Length : 2\r\n\r\n{}${smuggled}`,
    "another coding": `${kPost}Transfer-Encoding: xchunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n${smuggled}`,
    "a chunk that is no number": `${kPost}Transfer-Encoding: chunked\r\n\r\n0x2\r\n{}\r\n0\r\n\r\n${smuggled}`,
    "a chunk below zero": `${kPost}Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n${smuggled}`,
    "a chunk without its end": `${kPost}Transfer-Encoding: chunked\r\n\r\n2\r\n{}XX0\r\n\r\n${smuggled}`,
    "bare line feeds": `${kPost.replaceAll("\r\n", "\n")}Content-Length: 2\n\n{}${smuggled}`,
    "a NUL in a header": `${kPost}X: a\0b\r\nContent-Length: 2\r\n\r\n{}${smuggled}`,
    "a bare CR in a header": `${kPost}X: a\rb\r\nContent-Length: 2\r\n\r\n{}${smuggled}`,
    "no version": `GET /livez\r\n\r\n${smuggled}`,
    "another protocol": `\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03${smuggled}`,
    "a large header": `GET /livez HTTP/1.1\r\nHost: test\r\nX: ${"a".repeat(40_000)}\r\n\r\n${smuggled}`,
    "many headers": `GET /livez HTTP/1.1\r\nHost: test\r\n${"A: b\r\n".repeat(10_000)}\r\n${smuggled}`,
    "a large body": `${kPost}Content-Length: 70000\r\n\r\n${" ".repeat(70_000)}${smuggled}`,
  };
  for (const [what, bytes] of Object.entries(cases)) {
    const raw = await Raw.open(httpDoor());
    await raw.send(Buffer.from(bytes, "latin1"));
    await raw.ended;
    assert.ok(raw.statuses.length <= 1, `${what}: ${raw.statuses}`);
    for (const status of raw.statuses) assert.ok(status >= 400 && status < 500, `${what}: ${status}`);
  }
  await othersAreServed();
});

test("a flood of requests on one connection is answered in order, and costs nobody else", async () => {
  const raw = await Raw.open(httpDoor());
  const one = "GET /livez HTTP/1.1\r\nHost: test\r\n\r\n";
  await raw.send(one.repeat(2_000));
  await othersAreServed();
  raw.socket.end();
  await raw.ended;
  assert.equal(raw.statuses.length, 2_000);
  assert.ok(raw.statuses.every((status) => status === 200));
});

test("connections that say nothing, or little, are hung up on while others are served", { timeout: 120_000 }, async () => {
  const before = residentMiB();
  const slow = [];
  for (let i = 0; i < 500; ++i) slow.push(await Raw.open(httpDoor()));
  // A third waits within its header, a third within its body, a third says nothing.
  for (let i = 0; i < slow.length; ++i) {
    if (i % 3 === 0) await slow[i].send("GET /livez HTTP/1.1\r\nHost: te");
    if (i % 3 === 1) await slow[i].send(`${kPost}Content-Length: 100\r\n\r\n{`);
  }
  await othersAreServed();
  // One more byte a second keeps no header open.
  const drip = setInterval(() => slow.forEach((raw, i) => i % 3 === 0 && !raw.socket.destroyed && raw.socket.write("a")), 1_000);
  await Promise.all(slow.filter((_, i) => i % 3 === 0).map((raw) => raw.ended));
  clearInterval(drip);
  await Promise.all(slow.filter((_, i) => i % 3 === 1).map((raw) => raw.ended));
  assert.ok(residentMiB() - before < 128, `${residentMiB() - before} MiB more`);
  await othersAreServed();
  slow.forEach((raw) => raw.close());
});

test("streams that are reset as fast as they are opened (CVE-2023-44487)", async () => {
  const before = residentMiB();
  const raw = await Http2.open();
  const cancel = Buffer.from([0, 0, 0, 8]);
  for (let batch = 0; batch < 200; ++batch) {
    const frames = [];
    for (let i = 0; i < 100; ++i) {
      const stream = 1 + 2 * (batch * 100 + i);
      frames.push(frame(kType.headers, 0x04, stream, kCall), frame(kType.rstStream, 0, stream, cancel));
    }
    if (!(await raw.send(Buffer.concat(frames)))) break;
  }
  await othersAreServed();
  raw.close();
  assert.ok(residentMiB() - before < 256, `${residentMiB() - before} MiB more`);
});

const floods = {
  "headers that never end (CONTINUATION)": async (raw) => {
    await raw.send(frame(kType.headers, 0, 1, kCall));
    await flood(raw, frame(kType.continuation, 0, 1, Buffer.concat(Array.from({ length: 100 }, () => field("x-filler", "a".repeat(100))))), 2_000);
  },
  "empty CONTINUATION frames": async (raw) => {
    await raw.send(frame(kType.headers, 0, 1, kCall));
    await flood(raw, frame(kType.continuation, 0, 1), 20_000);
  },
  settings: (raw) => flood(raw, frame(kType.settings, 0, 0, Buffer.from([0, 4, 0, 0, 0xff, 0xff])), 20_000),
  pings: (raw) => flood(raw, frame(kType.ping, 0, 0, Buffer.from("12345678")), 20_000),
  "empty DATA": async (raw) => {
    await raw.send(frame(kType.headers, 0x04, 1, kCall));
    await flood(raw, frame(kType.data, 0, 1), 20_000);
  },
  priorities: (raw) => flood(raw, frame(kType.priority, 0, 1, Buffer.from([0, 0, 0, 3, 16])), 20_000),
  "window updates of nothing": (raw) => flood(raw, frame(kType.windowUpdate, 0, 0, Buffer.from([0, 0, 0, 0])), 1_000),
  // One long header kept in the table, then named again and again by one byte each.
  "a small header block that unpacks to a large one": async (raw) => {
    const kept = Buffer.concat([Buffer.from([0x40, 1, 0x78, 0x7f, 0x81, 0x1e]), Buffer.alloc(4_000, 0x61)]);
    await raw.send(frame(kType.headers, 0x04, 1, Buffer.concat([kCall, kept])));
    for (let i = 1; i < 100; ++i) {
      if (!(await raw.send(frame(kType.headers, 0x04, 1 + 2 * i, Buffer.concat([kCall, Buffer.alloc(16_000, 0xbe)]))))) break;
    }
  },
  "frames larger than agreed": (raw) => flood(raw, frame(kType.data, 0, 1, Buffer.alloc(1 << 20)), 20),
  "no HTTP/2 at all": (raw) => flood(raw, Buffer.alloc(1_000, 0xff), 100),
};

for (const [what, attack] of Object.entries(floods)) {
  test(`gRPC: ${what}`, async () => {
    const before = residentMiB();
    const raw = await Http2.open();
    await attack(raw);
    await othersAreServed();
    raw.close();
    assert.ok(residentMiB() - before < 256, `${residentMiB() - before} MiB more`);
  });
}

test("gRPC: answers that nobody takes (window 0)", async () => {
  const before = residentMiB();
  const raw = await Http2.open(Buffer.from([0, 4, 0, 0, 0, 0])); // SETTINGS_INITIAL_WINDOW_SIZE 0
  for (let i = 0; i < 2_000; ++i) {
    const call = Buffer.concat([frame(kType.headers, 0x04, 1 + 2 * i, kCall), frame(kType.data, 0x01, 1 + 2 * i, Buffer.alloc(5))]);
    if (!(await raw.send(call))) break;
  }
  await othersAreServed();
  raw.close();
  assert.ok(residentMiB() - before < 256, `${residentMiB() - before} MiB more`);
});

test("who calls too often is told when to come back; others, and what is in hand, are served", async () => {
  const folder = mkdtempSync(join(tmpdir(), "wissel-limits-"));
  const config = join(folder, "center.yaml");
  writeFileSync(config, `
server: {}
center: {display_name: Limits}
security: {trusted_proxies: [127.0.0.1], rate_limits: {per_caller: 20, per_address: 2, burst: 1}}
`);
  const limited = await Server.start({ config, demo: false, data: join(folder, "data") });
  try {
    const ask = (method, body, headers = {}) => fetch(`${limited.http}/wissel.v1.${method}`, {
      method: "POST", headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body),
    });
    const from = (address) => ({ "x-forwarded-for": address });
    const flood = (headers, times = 60) =>
      Promise.all(Array.from({ length: times }, () => ask("AuthService/GetSignInOptions", {}, headers)));
    const statuses = (answers) => [...new Set(answers.map(({ status }) => status))].sort();
    const answers = await flood(from("192.0.2.1"));
    assert.deepEqual(statuses(answers), [200, 429]);
    const refused = answers.find(({ status }) => status === 429);
    assert.match(refused.headers.get("retry-after"), /^[1-9]\d*$/);
    assert.equal((await refused.json()).code, "resource_exhausted");
    // A network of IPv6 is one, whatever its addresses; what a client says of itself is not heard.
    const many = await Promise.all(Array.from({ length: 60 }, (_, i) => ask("AuthService/GetSignInOptions", {}, from(`198.51.100.${i}, 2001:db8:1:2::${i}`))));
    assert.deepEqual(statuses(many), [200, 429]);
    // Others are served, and from the same address whoever has signed in, and what somebody has in hand.
    assert.equal((await ask("AuthService/GetSignInOptions", {}, from("192.0.2.2"))).status, 200);
    assert.equal((await ask("AuthService/GetSignInOptions", {}, from("2001:db8:1:3::1"))).status, 200);
    const token = await limited.token("admin");
    assert.equal((await ask("AuthService/GetCurrentUser", {}, { ...from("192.0.2.1"), authorization: `Bearer ${token}` })).status, 200);
    assert.notEqual((await ask("CustomerChatService/LeaveChat", { chat: "chats/x", secret: "x", requestId: "x" }, from("192.0.2.1"))).status, 429);
    // Tokens that are none count for the address; one that is good has its own count.
    assert.deepEqual(statuses(await flood({ ...from("192.0.2.3"), authorization: "Bearer x.y.z" })), [200, 429]);
    assert.ok(statuses(await flood({ authorization: `Bearer ${token}` }, 200)).includes(429));
    assert.equal((await fetch(`${limited.http}/livez`)).status, 200);
    const metrics = await (await fetch(`${limited.http}/metrics`)).text();
    for (const by of ["caller", "address"]) assert.match(metrics, new RegExp(`wissel_rate_limited_total\\{by="${by}"\\} [1-9]`));
    // And again, when the time that was said is over.
    const wait = Number(refused.headers.get("retry-after")) * 1_000;
    await until(async () => (await ask("AuthService/GetSignInOptions", {}, from("192.0.2.1"))).status === 200, Boolean, wait + 10_000);
  } finally {
    await limited.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
