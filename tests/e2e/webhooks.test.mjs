// Events for other systems, with the real binary: the stream by Connect and by gRPC, taken up again after kill -9;
// webhooks to a real receiver that fails, redirects, is slow or gone; dead letters sent again; private addresses.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import grpc from "@grpc/grpc-js";
import protoLoader from "@grpc/proto-loader";
import { Receiver } from "./lib/receiver.mjs";
import { Desk, root, sampleCenter, Server } from "./lib/server.mjs";
import { until } from "./lib/until.mjs";

const kQueue = "queues/phone-nl";
const kShort = "  retry_delays: [1s, 1s]\n";

// The sample center with webhooks to this machine.
function centerWith(folder, webhooks) {
  const file = join(folder, "center.yaml");
  const text = readFileSync(sampleCenter, "utf8").replace("web: ../../web/dist", `web: ${join(root, "web/dist")}`);
  writeFileSync(file, `${text}\nevents:\n  source: https://center.example\n${webhooks}`);
  return file;
}

const ring = (server, token, contact) =>
  server.ask("WorkService/CreateWorkItem", { workItem: { queue: kQueue, contact } }, token);
const abandon = (server, token, name) => server.ask("WorkService/CancelWorkItem", { name, cause: "CUSTOMER_LEFT" }, token);
const numbers = (events) => events.map(({ id }) => Number(id));
const rises = (ids) => ids.every((id, i) => i === 0 || ids[i - 1] < id);

async function collect(server, token, request, wanted) {
  const events = [];
  let position;
  for await (const message of server.stream("EventService/StreamEvents", request, token)) {
    events.push(...(message.events ?? []));
    position = message.position;
    if (wanted(events, position)) break;
  }
  return { events, position };
}

describe("events", () => {
  let folder, config, server, integration;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "wissel-events-"));
    config = centerWith(folder, `webhooks:\n  allow_private_addresses: true\n${kShort}`);
    server = await Server.start({ config, data: join(folder, "data") });
    integration = await server.token("integration");
  });
  after(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const restart = async () => {
    await server.killHard();
    server = await Server.start({ config, data: join(folder, "data") });
  };
  const ringSome = async (contact, count) => {
    const names = [];
    for (let i = 0; i < count; i += 1) names.push((await ring(server, integration, contact)).name);
    return { names };
  };
  const hook = async (url, more = {}) => {
    const made = await server.ask("WebhookService/CreateWebhook", { webhook: { url, ...more } }, integration);
    return { name: made.webhook.name, secret: made.secret };
  };
  const get = ({ name }) => server.ask("WebhookService/GetWebhook", { name }, integration);
  const remove = ({ name }) => server.ask("WebhookService/DeleteWebhook", { name }, integration);

  test("a stream tells what happens, as CloudEvents in JSON", async () => {
    const first = await ring(server, integration, "calls/first");
    await abandon(server, integration, first.name);
    const { events } = await collect(server, integration, { after: "0", contact: "calls/first" }, (e) => e.length === 2);
    assert.deepEqual(
      events.map(({ type }) => type),
      ["wissel.work_item.entered.v1", "wissel.work_item.abandoned.v1"],
    );
    const [entered] = events;
    assert.equal(entered.specversion, "1.0");
    assert.equal(entered.source, "https://center.example");
    assert.equal(entered.subject, first.name);
    assert.equal(entered.datacontenttype, "application/json");
    assert.equal(entered.data.queue, kQueue);
    assert.equal(entered.data.channel, "VOICE");
    assert.match(entered.time, /^\d{4}-\d\d-\d\dT/);
  });

  test("without a position a stream tells what is new", async () => {
    let live = false;
    const news = collect(server, integration, { contact: "calls/live" }, (e) => e.length > 0).finally(() => (live = true));
    // It begins when the server has it; whatever comes after that is in it.
    await until(async () => live || (await ring(server, integration, "calls/live"), live));
    const { events } = await news;
    assert.equal(events[0].type, "wissel.work_item.entered.v1");
    assert.equal(events[0].data.contact, "calls/live");
  });

  test("grpc-js follows by the contract alone", async () => {
    const { names } = await ringSome("calls/grpc", 250);
    const definition = protoLoader.loadSync("wissel/v1/event.proto", { includeDirs: [join(root, "proto")], longs: String });
    const { EventService } = grpc.loadPackageDefinition(definition).wissel.v1;
    const client = new EventService(server.grpc, grpc.credentials.createInsecure());
    const metadata = new grpc.Metadata();
    metadata.set("authorization", `Bearer ${integration}`);
    const call = client.StreamEvents({ after: "0", contact: "calls/grpc", typePrefixes: ["wissel.work_item.entered.v1"] }, metadata);
    const subjects = [];
    for await (const { events } of call) {
      assert.ok(events.length <= 100);
      subjects.push(...events.map(({ subject }) => subject));
      if (subjects.length >= names.length) break;
    }
    assert.deepEqual(subjects, names);
    client.close();
  });

  test("after kill -9 a stream goes on where it was, without a gap", async () => {
    const filter = { typePrefixes: ["wissel.work_item.entered"] };
    const { names } = await ringSome("calls/kill", 30);
    const first = await collect(server, integration, { ...filter, after: "0", contact: "calls/kill" }, (e) => e.length >= 10);
    await restart();
    names.push(...(await ringSome("calls/kill", 5)).names);
    const last = first.events.at(-1).id;
    const rest = await collect(
      server, integration, { ...filter, after: last, contact: "calls/kill" },
      (e) => first.events.length + e.length >= names.length,
    );
    const all = [...first.events, ...rest.events];
    assert.deepEqual(all.map(({ subject }) => subject), names);
    assert.ok(rises(numbers(all)));
    const answer = await server.ask("EventService/ListEventTypes", {}, integration);
    assert.ok(answer.eventTypes.length > 40);
  });

  test("a position of another journal is out of range", async () => {
    await assert.rejects(collect(server, integration, { after: "99999999" }, () => true), /out_of_range/);
  });

  test("a receiver gets everything in order, signed, over failures and kill -9", async () => {
    let failures = 0;
    const receiver = await Receiver.start((event, count) => {
      if (count % 7 === 0 && failures++ < 8) return { status: [500, 404, 302, 503][failures % 4], headers: { location: "http://127.0.0.1:1/" } };
    });
    const made = await hook(receiver.url, { typePrefixes: ["wissel.work_item.entered"] });
    receiver.secrets.push(made.secret);
    const { names } = await ringSome("calls/hook", 20);
    await receiver.until(({ taken }) => taken.length >= 6);
    await restart();
    names.push(...(await ringSome("calls/hook", 10)).names);
    const subjects = () => new Set(receiver.taken.map(({ subject }) => subject));
    await receiver.until(() => subjects().size === names.length, 60_000);
    // At least once: what comes again is what the receiver answered just before the end.
    const once = receiver.taken.filter(({ id }, i, all) => all.findIndex((other) => other.id === id) === i);
    assert.deepEqual(once.map(({ subject }) => subject), names);
    assert.ok(rises(numbers(once)));
    assert.ok(receiver.taken.length - once.length <= 1, "no more than one was under way at the kill");
    for (const { headers, signedBy, event, method } of receiver.requests) {
      assert.equal(method, "POST");
      assert.deepEqual(signedBy, [made.secret]);
      assert.match(headers["content-type"], /^application\/cloudevents\+json/);
      assert.equal(headers["webhook-id"], `evt_${made.name.slice("webhooks/".length)}_${event.id}`);
    }
    await remove(made);
    await receiver.stop();
  });

  test("a secret is rotated: both sign for a while", async () => {
    const receiver = await Receiver.start();
    const made = await hook(receiver.url);
    const rotate = { name: made.name, overlap: "3600s", requestId: "rotate-1" };
    const { secret, webhook } = await server.ask("WebhookService/RotateWebhookSecret", rotate, integration);
    assert.notEqual(secret, made.secret);
    assert.ok(webhook.formerSecretEndTime);
    const again = await server.ask("WebhookService/RotateWebhookSecret", rotate, integration);
    assert.equal(again.secret, secret, "the same request changes nothing more");
    receiver.secrets.push(made.secret, secret);
    const sent = await server.ask("WebhookService/SendTestEvent", { name: made.name }, integration);
    assert.equal(sent.outcome, "DELIVERED");
    assert.equal(receiver.requests[0].event.type, "wissel.webhook.test.v1");
    assert.deepEqual(receiver.requests[0].signedBy, [made.secret, secret]);
    await server.ask("WebhookService/RotateWebhookSecret", { name: made.name, overlap: "0s" }, integration);
    await server.ask("WebhookService/SendTestEvent", { name: made.name }, integration);
    assert.deepEqual(receiver.requests.at(-1).signedBy, []);
    assert.ok(!JSON.stringify(await get(made)).includes("whsec_"), "a secret is not shown again");
    await remove(made);
    await receiver.stop();
  });

  test("what fails to the end is a dead letter, and is sent again", async () => {
    let broken = true;
    const receiver = await Receiver.start((event) => {
      if (broken && event.data.contact === "calls/poison") return { status: 500 };
    });
    const made = await hook(receiver.url, { typePrefixes: ["wissel.work_item.entered"] });
    await ring(server, integration, "calls/poison");
    const next = await ring(server, integration, "calls/fine");
    // Three attempts, then the one after it.
    await receiver.until(({ taken }) => taken.some(({ subject }) => subject === next.name), 60_000);
    const poison = receiver.requests.filter(({ event }) => event.data.contact === "calls/poison");
    assert.equal(poison.length, 3);
    const { deadLetters } = await server.ask("WebhookService/ListDeadLetters", { name: made.name }, integration);
    assert.equal(deadLetters.length, 1);
    assert.equal(deadLetters[0].httpStatus, 500);
    assert.equal(deadLetters[0].event.data.contact, "calls/poison");
    await restart();
    assert.equal((await get(made)).deadLetters, "1", "over a restart");

    // Still broken: it stays one.
    await server.ask("WebhookService/ReplayDeadLetters", { name: made.name }, integration);
    await receiver.until(({ requests }) => requests.length === poison.length + 2, 60_000);
    await until(async () => (await get(made)).lastDelivery?.outcome, (outcome) => outcome === "DEAD_LETTERED");
    broken = false;
    const answer = await server.ask("WebhookService/ReplayDeadLetters", { name: made.name, events: [deadLetters[0].event.id] }, integration);
    assert.equal(answer.replaying, "1");
    await until(async () => (await get(made)).deadLetters ?? "0", (count) => count === "0");
    assert.equal(receiver.requests.at(-1).headers["webhook-id"], poison[0].headers["webhook-id"]);
    const metrics = await (await fetch(`${server.http}/metrics`)).text();
    assert.match(metrics, /wissel_webhook_attempts_total\{webhook="[\w-]{22}",outcome="delivered"\} 1\n/);
    await remove(made);
    await receiver.stop();
  });

  test("a redirect is not followed, 410 disables, Retry-After is kept", async () => {
    const elsewhere = await Receiver.start();
    let status = 307;
    const receiver = await Receiver.start(() => ({ status, headers: { location: elsewhere.url, "retry-after": "3600" } }));
    const made = await hook(receiver.url, { typePrefixes: ["wissel.work_item.entered"] });
    await ring(server, integration, "calls/redirect");
    await until(() => get(made), ({ failedAttempts }) => failedAttempts === 1);
    assert.equal(elsewhere.requests.length, 0);

    status = 503;
    await server.ask("WebhookService/ResumeWebhook", { name: made.name }, integration);
    const waiting = await until(() => get(made), ({ lastDelivery }) => lastDelivery?.httpStatus === 503);
    const inSeconds = (Date.parse(waiting.retryTime) - Date.now()) / 1000;
    assert.ok(inSeconds > 3000 && inSeconds < 3700, `${inSeconds}`);

    status = 410;
    await server.ask("WebhookService/ResumeWebhook", { name: made.name }, integration);
    const gone = await until(() => get(made), ({ state }) => state === "DISABLED");
    assert.equal(gone.lastDelivery.outcome, "GONE");

    // Resumed without what had piled up.
    status = 204;
    const resumed = await server.ask("WebhookService/ResumeWebhook", { name: made.name, skipBacklog: true }, integration);
    assert.equal(resumed.state, "ACTIVE");
    const after = await ring(server, integration, "calls/after");
    await receiver.until(({ taken }) => taken.length > 0);
    assert.equal(receiver.taken[0].subject, after.name);
    await remove(made);
    await receiver.stop();
    await elsewhere.stop();
  });

  test("a receiver that never answers holds up nobody else; a paused one is sent all later", async () => {
    const stuck = await Receiver.start(() => new Promise(() => {}));
    const quick = await Receiver.start();
    const first = await hook(stuck.url);
    const second = await hook(quick.url, { typePrefixes: ["wissel.work_item.entered"], queues: [kQueue] });
    await ring(server, integration, "calls/slow");
    await stuck.until(({ requests }) => requests.length === 1);
    await server.ask("WebhookService/PauseWebhook", { name: second.name }, integration);
    const { names } = await ringSome("calls/many", 50);
    const many = () => quick.taken.filter(({ data }) => data.contact === "calls/many");
    assert.equal(many().length, 0);
    await server.ask("WebhookService/ResumeWebhook", { name: second.name }, integration);
    await quick.until(() => many().length >= 50);
    assert.deepEqual(many().map(({ subject }) => subject), names);
    assert.equal(stuck.requests.length, 1, "in order, so nothing after it");
    // What an agent does goes on too.
    const desk = await Desk.open(server, "agents/dirk");
    await desk.until((state) => (state.offers ?? []).length > 0);
    await remove(first);
    await remove(second);
    await stuck.stop();
    await quick.stop();
  });

  test("an answer without end is cut off and counts by its status", async () => {
    const receiver = await Receiver.start(() => ({ status: 200, body: "x".repeat(5_000_000) }));
    const made = await hook(receiver.url);
    const sent = await server.ask("WebhookService/SendTestEvent", { name: made.name }, integration);
    assert.equal(sent.outcome, "DELIVERED");
    await remove(made);
    await receiver.stop();
  });

  test("webhooks are for admins and integrations, and wrong ones change nothing", async () => {
    const refused = async (webhook, field, status = 400) => {
      const answer = await server.call("WebhookService/CreateWebhook", { webhook }, integration);
      assert.equal(answer.status, status);
      assert.equal(answer.body.details[0].debug.field, field);
    };
    await refused({}, "webhook.url");
    await refused({ url: "ftp://127.0.0.1/" }, "webhook.url");
    await refused({ url: "http://user:word@127.0.0.1/" }, "webhook.url");
    await refused({ url: "http://127.0.0.1/\r\nX-Evil: 1" }, "webhook.url");
    await refused({ url: "http://127.0.0.1/", typePrefixes: ["wissel.unknown"] }, "webhook.typePrefixes[0]");
    await refused({ url: "http://127.0.0.1/", queues: ["queues/none"] }, "webhook.queues[0]", 404);
    await refused({ url: "http://127.0.0.1/", description: "a\nb" }, "webhook.description");
    const { webhooks } = await server.ask("WebhookService/ListWebhooks", {}, integration);
    assert.equal((webhooks ?? []).length, 0);
    const manager = await server.token("manager");
    assert.equal((await server.call("WebhookService/ListWebhooks", {}, manager)).status, 403);
    assert.equal(statSync(join(folder, "data/webhooks.sqlite")).mode & 0o777, 0o600);
  });

  test("an update is made on the version that was seen, a creation is repeated", async () => {
    const url = "http://127.0.0.1:9/hook";
    const create = { webhook: { url }, requestId: "create-1" };
    const first = await server.ask("WebhookService/CreateWebhook", create, integration);
    const again = await server.ask("WebhookService/CreateWebhook", create, integration);
    assert.deepEqual([again.webhook.name, again.secret], [first.webhook.name, first.secret]);
    const changed = { ...first.webhook, description: "accounts" };
    const { etag } = await server.ask("WebhookService/UpdateWebhook", { webhook: changed }, integration);
    assert.notEqual(etag, first.webhook.etag);
    const late = await server.call("WebhookService/UpdateWebhook", { webhook: changed }, integration);
    assert.equal(late.body.code, "aborted");
    await remove({ name: first.webhook.name });
    assert.equal((await server.call("WebhookService/GetWebhook", { name: first.webhook.name }, integration)).status, 404);
  });
});

describe("without leave for private addresses", () => {
  let folder, server, integration;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "wissel-events-"));
    server = await Server.start({ config: centerWith(folder, ""), data: join(folder, "data") });
    integration = await server.token("integration");
  });
  after(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test("nothing is sent to this machine, by whatever name", async () => {
    for (const url of ["http://example.org/", "https://127.0.0.1/", "https://2130706433/", "https://[::1]/", "https://localhost/", "https://[::ffff:10.0.0.1]/"]) {
      const answer = await server.call("WebhookService/CreateWebhook", { webhook: { url } }, integration);
      assert.equal(answer.body.code, "invalid_argument", url);
      assert.equal(answer.body.details[0].debug.field, "webhook.url");
    }
  });

  test("a name that leads to this machine is refused where it is connected to", async () => {
    // The machine's own name is in its hosts file.
    const receiver = await Receiver.start();
    const { hostname } = await import("node:os");
    const url = `https://${hostname()}:${new URL(receiver.url).port}/hook`;
    const answer = await server.call("WebhookService/CreateWebhook", { webhook: { url } }, integration);
    if (answer.status !== 200) return; // it has no name that looks like a public one
    const sent = await server.ask("WebhookService/SendTestEvent", { name: answer.body.webhook.name }, integration);
    assert.equal(sent.outcome, "FAILED");
    assert.match(sent.error, /private network|resolve/);
    assert.equal(receiver.requests.length, 0);
    await receiver.stop();
  });
});
