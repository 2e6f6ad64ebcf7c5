// The HTTP door as someone with curl meets it: plain JSON in, plain JSON or a precise error out, and
// nothing changed by what was refused.
import assert from "node:assert/strict";
import { request } from "node:http";
import { connect } from "node:net";
import { after, before, describe, test } from "node:test";
import { Desk, Server } from "./lib/server.mjs";

let server, integration, admin;
before(async () => {
  server = await Server.start();
  integration = await server.token("integration");
  admin = await server.token("admin");
});
after(() => server.stop());

const create = (workItem, more = {}) =>
  server.call("WorkService/CreateWorkItem", { workItem, ...more }, integration);

// The field at fault and what would be right, as Connect's JSON carries them.
const detailOf = (answer) => answer.body.details?.[0]?.debug ?? {};

async function sequence() {
  const live = await server.ask("LiveService/GetLive", {}, admin);
  return live.sequence;
}

// Asks, expects this refusal, and that nothing was journalled.
async function refused(answer, { status, code, field, right, message }) {
  assert.equal(answer.body.code, code, JSON.stringify(answer.body));
  assert.equal(answer.status, status);
  if (message) assert.match(answer.body.message, message);
  if (field !== undefined) assert.equal(detailOf(answer).field, field);
  if (right) assert.match(detailOf(answer).right, right);
}

describe("a work item", () => {
  test("is created, found, explained and withdrawn", async () => {
    const { status, body: item } = await create({ queue: "queues/phone-nl", contact: "call-1", headStart: "5s" });
    assert.equal(status, 200);
    assert.match(item.name, /^workItems\/[1-9]\d*$/);
    assert.equal(item.state, "WAITING");
    assert.equal(Date.parse(item.dueTime) - Date.parse(item.enterTime), 15_000);

    assert.deepEqual(await server.ask("WorkService/GetWorkItem", { name: item.name }, integration), item);
    const { workItems } = await server.ask("WorkService/ListWorkItems", { queue: "queues/phone-nl" }, integration);
    assert.ok(workItems.some((each) => each.name === item.name));

    const why = await server.ask("WorkService/ExplainWorkItem", { name: item.name }, integration);
    assert.ok(why.sentences[0].length > 10);
    assert.ok(why.failedChecks.some((check) => check.check === "OFFLINE"));

    const gone = await server.ask("WorkService/CancelWorkItem", { name: item.name, cause: "WITHDRAWN" }, integration);
    assert.equal(gone.state, "CANCELLED");
  });

  test("is created once under one request id, over both tries", async () => {
    const first = await create({ queue: "queues/mail-general" }, { requestId: "once" });
    const again = await create({ queue: "queues/mail-general" }, { requestId: "once" });
    assert.equal(again.status, 200);
    assert.equal(again.body.name, first.body.name);
    refused(await create({ queue: "queues/phone-nl" }, { requestId: "once" }), {
      status: 400, code: "invalid_argument", field: "requestId",
    });
  });
});

describe("a bad request", () => {
  const skill = (fields) => ({ steps: [{ skills: [{ skill: "skills/language-nl", ...fields }] }] });
  const cases = {
    "names an unknown queue": [
      { queue: "queues/nowhere" },
      { status: 404, code: "not_found", field: "workItem.queue" },
    ],
    "names no queue": [{}, { status: 400, code: "invalid_argument", field: "workItem.queue" }],
    "asks for an impossible skill level": [
      { queue: "queues/phone-nl", requirement: skill({ minLevel: 11 }) },
      { status: 400, code: "invalid_argument", field: "workItem.requirement.steps[0].skills[0].minLevel", right: /1 to 10/ },
    ],
    "asks for a skill that nobody knows": [
      { queue: "queues/phone-nl", requirement: { steps: [{ skills: [{ skill: "skills/latin" }] }] } },
      { status: 404, code: "not_found", field: "workItem.requirement.steps[0].skills[0].skill" },
    ],
    "has a step list that never ends": [
      { queue: "queues/phone-nl", requirement: { steps: [{ expiresAfter: "10s" }] } },
      { status: 400, code: "invalid_argument", field: "workItem.requirement.steps[0].expiresAfter" },
    ],
    "has a step that never expires before the last": [
      { queue: "queues/phone-nl", requirement: { steps: [{}, {}] } },
      { status: 400, code: "invalid_argument", field: "workItem.requirement.steps[0].expiresAfter" },
    ],
    "has more steps than there may be": [
      { queue: "queues/phone-nl", requirement: { steps: Array(11).fill({ expiresAfter: "1s" }) } },
      { status: 400, code: "invalid_argument", field: "workItem.requirement.steps" },
    ],
    "has a band that is none": [
      { queue: "queues/phone-nl", band: 12 },
      { status: 400, code: "invalid_argument", field: "workItem.band" },
    ],
    "goes back in time": [
      { queue: "queues/phone-nl", headStart: "-5s" },
      { status: 400, code: "invalid_argument", field: "workItem.headStart" },
    ],
  };
  for (const [title, [workItem, expected]] of Object.entries(cases)) {
    test(`that ${title} is refused and changes nothing`, async () => {
      const before = await sequence();
      await refused(await create(workItem), expected);
      assert.equal(await sequence(), before);
    });
  }

  test("of JSON that is not JSON is refused", async () => {
    for (const text of ["{", "hello", '{"workItem": {"queue": "queues/phone-nl"', "[1, 2]", '{"workItm": {}}', ""]) {
      const answer = await server.call("WorkService/CreateWorkItem", text, integration);
      assert.equal(answer.status, 400, text);
      assert.equal(answer.body.code, "invalid_argument", text);
    }
  });

  test("without a token, with a wrong one or in a wrong role is refused", async () => {
    const item = { workItem: { queue: "queues/phone-nl" } };
    await refused(await server.call("WorkService/CreateWorkItem", item), { status: 401, code: "unauthenticated" });
    await refused(await server.call("WorkService/CreateWorkItem", item, "forged"), { status: 401, code: "unauthenticated" });
    const planner = await server.token("planner");
    await refused(await server.call("WorkService/CreateWorkItem", item, planner), {
      status: 403, code: "permission_denied", message: /integration/,
    });
    const agent = await server.token("agent", "agents/anna");
    await refused(await server.call("AgentService/SignIn", { agent: "agents/bruno" }, agent), {
      status: 403, code: "permission_denied",
    });
  });

  test("for a method or a path that is not there is refused", async () => {
    assert.equal((await server.call("WorkService/Explode", {}, integration)).body.code, "unimplemented");
    assert.equal((await server.call("NoService/Create", {}, integration)).status, 404);
  });

  test("of 100 MB is refused before it is read", async () => {
    const answer = await new Promise((done, failed) => {
      const call = request(`${server.http}/wissel.v1.WorkService/CreateWorkItem`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "content-length": 100 << 20,
          authorization: `Bearer ${integration}`,
        },
      });
      call.on("response", (response) => {
        let text = "";
        response.on("data", (chunk) => (text += chunk));
        response.on("end", () => done({ status: response.statusCode, body: JSON.parse(text) }));
      });
      call.on("error", failed);
      call.write("{"); // the rest never comes
    });
    assert.equal(answer.body.code, "resource_exhausted");
    assert.match(detailOf(answer).right, /4194304|4 MiB|at most/);
  });

  test("never ends the process", async () => {
    const garbage = connect(Number(new URL(server.http).port), "127.0.0.1");
    garbage.on("error", () => {});
    garbage.resume();
    garbage.write(Buffer.from("\x16\x03\x01\x02\x00 nonsense \r\n\r\n\0\0"));
    await new Promise((done) => garbage.on("close", done));
    assert.equal((await fetch(`${server.http}/livez`)).status, 200);
    assert.equal((await fetch(`${server.http}/readyz`)).status, 200);
  });
});

describe("an agent", () => {
  // An agent of this test alone, whose offers lapse after a second.
  async function makeAgent(id) {
    const profile = await server.call("ConfigService/CreateRoutingProfile", {
      routingProfileId: "quick",
      routingProfile: { channels: [{ channel: "TASK", offerTimeout: "1s" }] },
    }, admin);
    assert.ok(profile.status === 200 || profile.body.code === "already_exists");
    await server.ask("ConfigService/CreateAgent", {
      agentId: id, agent: { routingProfile: "routingProfiles/quick" },
    }, admin);
    const queue = await server.call("ConfigService/CreateQueue", {
      queueId: `tasks-${id}`,
      queue: {
        channel: "TASK", answerWithin: "60s", reasonCodes: ["done"],
        requirement: { steps: [{}] },
      },
    }, admin);
    assert.equal(queue.status, 200, JSON.stringify(queue.body));
    return `agents/${id}`;
  }
  const offered = (state) => (state.offers ?? []).length > 0;

  test("does one piece of work from the offer to the end, and ends it once", async () => {
    const desk = await Desk.open(server, await makeAgent("one"));
    const item = (await create({ queue: "queues/tasks-one" })).body;
    const { offers } = await desk.until(offered);
    assert.equal(offers[0].workItem, item.name);
    assert.ok(offers[0].reason.length > 10);
    const state = await desk.ask("AcceptOffer", { name: offers[0].name });
    const [assignment] = state.assignments;
    assert.equal(assignment.state, "ACTIVE");
    await refused(await desk.call("CompleteAssignment", { name: assignment.name, reasonCodes: ["none-of-these"] }), {
      status: 400, code: "invalid_argument", field: "reasonCodes[0]",
    });
    await desk.ask("CompleteAssignment", { name: assignment.name, reasonCodes: ["done"] });
    const ended = await server.ask("WorkService/GetWorkItem", { name: item.name }, integration);
    assert.equal(ended.state, "COMPLETED");
    const again = await desk.call("CompleteAssignment", { name: assignment.name, reasonCodes: ["done"] });
    assert.ok(["failed_precondition", "not_found"].includes(again.body.code), JSON.stringify(again.body));
    await desk.ask("SignOut", {});
  });

  test("cannot accept an offer that has lapsed", async () => {
    const desk = await Desk.open(server, await makeAgent("late"));
    await create({ queue: "queues/tasks-late" });
    const { offers } = await desk.until(offered);
    await desk.until((state) => !offered(state) && state.notResponding);
    await refused(await desk.call("AcceptOffer", { name: offers[0].name }), {
      status: 409, code: "aborted", message: /miss|laps|no longer/,
    });
    await desk.ask("SignOut", {});
  });

  test("cannot sign in twice, but can take over", async () => {
    const desk = await Desk.open(server, "agents/anna");
    const before = await desk.ask("GetAgentState", {});
    await refused(await desk.call("SignIn", { agent: desk.agent }), {
      status: 400, code: "failed_precondition", message: /signed in/,
    });
    const state = await desk.ask("SignIn", { agent: desk.agent, takeOver: true });
    assert.ok(BigInt(state.session) > BigInt(before.session));
    assert.equal(state.presence, "AVAILABLE");
    await desk.ask("SignOut", {});
  });
});

describe("a reader who does not read", () => {
  test("harms nobody", async () => {
    const live = JSON.stringify({ itemsOfQueue: "queues/phone-nl" });
    const socket = connect(Number(new URL(server.http).port), "127.0.0.1");
    socket.on("error", () => {});
    const envelope = Buffer.alloc(5);
    envelope.writeUInt32BE(live.length, 1);
    socket.write(
      "POST /wissel.v1.LiveService/WatchLive HTTP/1.1\r\nhost: localhost\r\n" +
        `content-type: application/connect+json\r\nauthorization: Bearer ${admin}\r\n` +
        `content-length: ${live.length + 5}\r\n\r\n`,
    );
    socket.write(Buffer.concat([envelope, Buffer.from(live)]));
    socket.pause();
    for (let batch = 0; batch < 5; ++batch) {
      const requests = Array(400).fill({ workItem: { queue: "queues/phone-nl" } });
      const { results } = await server.ask("WorkService/BatchCreateWorkItems", { requests }, integration);
      assert.ok(results.every((result) => result.workItem));
    }
    const view = await server.ask("LiveService/GetLive", { itemsOfQueue: "queues/phone-nl" }, admin);
    assert.equal(view.waiting.items.length, 200);
    socket.destroy();
  });
});
