// Calls as steps of traces, at a collector that speaks OTLP over HTTP.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { Postgres, noPostgres } from "./lib/postgres.mjs";
import { Server, sampleCenter, wissel } from "./lib/server.mjs";
import { until } from "./lib/until.mjs";

const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
const parent = "00f067aa0ba902b7";
let folder, collector, config;
let spans = [];

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "wissel-e2e-traces-"));
  collector = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    assert.equal(request.url, "/v1/traces");
    assert.equal(request.headers["content-type"], "application/json");
    for (const { resource, scopeSpans } of JSON.parse(body).resourceSpans) {
      const instance = resource.attributes.find(({ key }) => key === "service.instance.id")?.value.stringValue;
      for (const scope of scopeSpans) spans.push(...scope.spans.map((span) => ({ ...span, instance })));
    }
    response.end("{}");
  });
  await new Promise((listens) => collector.listen(0, "127.0.0.1", listens));
  config = join(folder, "center.yaml");
  const endpoint = `http://127.0.0.1:${collector.address().port}`;
  writeFileSync(config, `${readFileSync(sampleCenter, "utf8")}\ntracing:\n  otlp_endpoint: ${endpoint}\n`);
});
after(() => {
  collector.close();
  rmSync(folder, { recursive: true, force: true });
});

const create = (server, token, traceparent) =>
  fetch(`${server.http}/wissel.v1.WorkService/CreateWorkItem`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}`, ...(traceparent ? { traceparent } : {}) },
    body: JSON.stringify({ workItem: { queue: "queues/phone-nl", contact: "canary-1" } }),
  });

test("a call of a sampled trace is a step of it, and no other call is", async () => {
  spans = [];
  const server = await Server.start({ config, demo: false });
  const token = await server.token("integration");
  await create(server, token);
  await create(server, token, `00-${trace}-${parent}-00`);
  await create(server, token, `00-${trace}-${parent}-01`);
  await until(() => spans.length > 0);
  assert.equal(await server.stop(), 0);
  assert.equal(spans.length, 1);
  const [span] = spans;
  assert.equal(span.traceId, trace);
  assert.equal(span.parentSpanId, parent);
  assert.match(span.spanId, /^[0-9a-f]{16}$/);
  assert.equal(span.name, "wissel.v1.WorkService/CreateWorkItem");
  const took = BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano);
  assert.ok(took > 0n && took < 10_000_000_000n);
  assert.doesNotMatch(JSON.stringify(span), /canary/);
});

test("a collector that is away harms nobody", async () => {
  const away = join(folder, "away.yaml");
  writeFileSync(away, `${readFileSync(sampleCenter, "utf8")}\ntracing: {otlp_endpoint: "http://127.0.0.1:1", sample: 1}\n`);
  const server = await Server.start({ config: away, demo: false });
  const token = await server.token("integration");
  for (let i = 0; i < 5; ++i) assert.ok((await create(server, token)).status < 500);
  const dropped = async () =>
    Number(/wissel_trace_spans_total\{outcome="dropped"\} (\d+)/.exec(await (await fetch(`${server.http}/metrics`)).text())[1]);
  await until(dropped, (count) => count >= 5);
  assert.equal(await server.stop(), 0);
  writeFileSync(away, "tracing:\n  otlp_endpoint: collector:4318\n  sample: 2\n");
  const wrong = await wissel("check-config", away);
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /no address of a collector/);
  assert.match(wrong.stderr, /0 to 1/);
});

test("a call that another server answers is a step at both", { skip: noPostgres, timeout: 60_000 }, async () => {
  spans = [];
  const postgres = await Postgres.start();
  const servers = [];
  try {
    for (const node of ["a", "b"]) {
      servers.push(await Server.start({ config, demo: false, args: ["--journal", postgres.url, "--node", node] }));
    }
    const { stdout } = await wissel("token", "--data", `${postgres.url}#main`, "--role", "integration");
    for (const server of servers) {
      const answer = await until(() => create(server, stdout.trim(), `00-${trace}-${parent}-01`), (is) => is.status < 500);
      await answer.body?.cancel();
    }
    // One is answered where it was asked, the other passed on: three steps.
    await until(() => spans.length >= 3);
    const passed = spans.find((span) => spans.some((other) => other.parentSpanId === span.spanId));
    const answered = spans.find((span) => span.parentSpanId === passed.spanId);
    assert.equal(passed.parentSpanId, parent);
    assert.equal(answered.traceId, trace);
    assert.notEqual(passed.instance, answered.instance);
  } finally {
    for (const server of servers) await server.stop();
    await postgres.stop();
  }
});
