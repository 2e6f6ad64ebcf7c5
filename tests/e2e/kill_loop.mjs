// kill -9 of the real binary, again and again, under load. An outside client keeps its own record of
// what was acknowledged to it; after each restart the server is held against that record:
//   - every acknowledged item is there, in exactly one state, and none that nobody asked for;
//   - an acknowledged accept stands: the item is with that agent, and with no other;
//   - an acknowledged completion stands;
//   - a create whose answer was lost is repeated under its request id and made at most once.
//
// WISSEL_KILL_ROUNDS (100) and WISSEL_KILL_SEED (1) set how often and with which dice.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Server, wissel } from "./lib/server.mjs";

const rounds = Number(process.env.WISSEL_KILL_ROUNDS ?? 100);
const kAgents = 8;
const kCreators = 4;

// mulberry32: the same dice for the same seed.
let dice = Number(process.env.WISSEL_KILL_SEED ?? 1) >>> 0;
function random() {
  dice = (dice + 0x6d2b79f5) >>> 0;
  let t = Math.imul(dice ^ (dice >>> 15), dice | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}

const agents = Array.from({ length: kAgents }, (_, i) => `agents/a${i}`);

const config = `
center:
  display_name: Kill loop
  time_zone: UTC
  away_reasons: [break]
  reconnect_grace: 1h
  routing_profiles:
    - {name: routingProfiles/all, units: 100, channels: [{channel: task, limit: 4, cost: 25, offer_timeout: 60s}]}
  queues:
    - {name: queues/work, channel: task, answer_within: 60s}
  agents:
${agents.map((name) => `    - {name: ${name}, routing_profile: routingProfiles/all}`).join("\n")}
`;

// What the client knows.
const asked = new Map(); // request id -> item name once acknowledged
const items = new Map(); // item name -> { id, accepted, completed, completing, settled }
const faults = [];
const fault = (text) => faults.push(text);

// An item that the server has shown, in an answer or at a desk.
function seen(name, id) {
  if (!items.has(name)) items.set(name, { id });
  const item = items.get(name);
  if (item.id !== id) fault(`${name} was made for ${item.id} and for ${id}`);
  return item;
}

function acknowledged(id, name) {
  const known = asked.get(id);
  if (known && known !== name) fault(`request ${id} made ${known} and ${name}`);
  asked.set(id, name);
  seen(name, id);
}

// An answer, or undefined when the server died over it.
async function attempt(server, method, body, token) {
  try {
    return await server.call(method, body, token);
  } catch {
    return undefined;
  }
}

async function createOnes(server, token, running) {
  for (let number = 0; running(); ++number) {
    const id = `${server.round}-${token.creator}-${number}`;
    asked.set(id, undefined);
    const answer = await attempt(server, "WorkService/CreateWorkItem",
      { workItem: { queue: "queues/work", contact: id }, requestId: id }, token.text);
    if (answer?.status === 200) acknowledged(id, answer.body.name);
    else if (answer) fault(`create ${id}: ${JSON.stringify(answer.body)}`);
  }
}

async function accept(server, agent, offer, token) {
  const item = seen(offer.workItem, offer.contact);
  const answer = await attempt(server, "AgentService/AcceptOffer", { name: offer.name }, token);
  if (answer?.status !== 200) return;
  if (item.accepted && item.accepted !== agent) {
    fault(`${offer.workItem} was given to ${item.accepted} and to ${agent}`);
  }
  item.accepted = agent;
}

async function complete(server, assignment, token) {
  const item = seen(assignment.workItem, assignment.contact);
  item.completing = true;
  const answer = await attempt(server, "AgentService/CompleteAssignment", { name: assignment.name }, token);
  if (answer?.status === 200) item.completed = true;
}

async function handle(server, agent, token, running) {
  while (running()) {
    const answer = await attempt(server, "AgentService/GetAgentState", { agent }, token);
    if (answer?.status !== 200) continue;
    for (const offer of answer.body.offers ?? []) await accept(server, agent, offer, token);
    for (const assignment of answer.body.assignments ?? []) {
      if (random() < 0.5) await complete(server, assignment, token);
    }
  }
}

function checkItem(name, item, now, agentOf) {
  const ended = now.state === "COMPLETED";
  if (item.completed && !ended) fault(`${name}: its completion was acknowledged, and it is ${now.state}`);
  if (ended && !item.completed && !item.completing) fault(`${name} is COMPLETED, and nobody completed it`);
  if (item.accepted && !ended) {
    if (now.agent !== item.accepted) fault(`${name}: accepted by ${item.accepted}, now with ${now.agent}`);
    if (!["ACTIVE", "HELD", "PARKED", "WRAPPING"].includes(now.state)) fault(`${name}: accepted, now ${now.state}`);
  }
  if (now.contact !== item.id) fault(`${name} was made for ${item.id}, and carries ${now.contact}`);
  if (now.state === "ACTIVE" && agentOf.get(name) !== now.agent) {
    fault(`${name} is with ${now.agent}, and ${agentOf.get(name)} holds it`);
  }
}

async function holders(server, token) {
  const agentOf = new Map();
  for (const agent of agents) {
    const state = await server.ask("AgentService/GetAgentState", { agent }, token);
    for (const { workItem } of state.assignments ?? []) {
      if (agentOf.has(workItem)) fault(`${workItem} is held by ${agentOf.get(workItem)} and ${agent}`);
      agentOf.set(workItem, agent);
    }
  }
  return agentOf;
}

async function living(server, token) {
  const found = new Map();
  let pageToken = "";
  do {
    const page = await server.ask("WorkService/ListWorkItems", { pageSize: 1000, pageToken }, token);
    for (const item of page.workItems ?? []) found.set(item.name, item);
    pageToken = page.nextPageToken;
  } while (pageToken);
  return found;
}

async function check(server, token) {
  for (const [id, name] of asked) {
    if (name) continue;
    const answer = await server.ask("WorkService/CreateWorkItem",
      { workItem: { queue: "queues/work", contact: id }, requestId: id }, token);
    acknowledged(id, answer.name);
  }
  const now = await living(server, token);
  const agentOf = await holders(server, token);
  for (const [name, item] of now) {
    if (!items.has(name)) fault(`${name} (${item.contact}) lives, and nobody asked for it`);
  }
  for (const [name, item] of items) {
    if (item.settled) continue;
    const one = now.get(name) ?? (await server.call("WorkService/GetWorkItem", { name }, token)).body;
    if (one.name !== name) fault(`${name} was acknowledged, and is lost: ${JSON.stringify(one)}`);
    else checkItem(name, item, one, agentOf);
    item.settled = one.state === "COMPLETED";
  }
}

async function load(server, admin) {
  let alive = true;
  const running = () => alive;
  const work = [];
  for (const agent of agents) {
    await server.ask("AgentService/SignIn", { agent, takeOver: true }, admin);
    await server.ask("AgentService/SetPresence", { agent, presence: "AVAILABLE" }, admin);
    work.push(handle(server, agent, admin, running));
  }
  for (let creator = 0; creator < kCreators; ++creator) {
    work.push(createOnes(server, { creator, text: admin }, running));
  }
  // The blow falls at a moment of the dice, whatever is under way then.
  await new Promise((done) => setTimeout(done, 50 + random() * 350));
  await server.killHard();
  alive = false;
  await Promise.all(work);
}

const folder = mkdtempSync(join(tmpdir(), "wissel-kill-"));
writeFileSync(join(folder, "center.yaml"), config);
const start = () =>
  Server.start({ config: join(folder, "center.yaml"), data: join(folder, "data"), demo: false });

let admin;
for (let round = 1; round <= rounds && faults.length === 0; ++round) {
  const server = await start();
  server.round = round;
  admin ??= await server.token("admin");
  await check(server, admin);
  await load(server, admin);
  if (round % 10 === 0) console.log(`round ${round}: ${items.size} items`);
}
const last = await start();
await check(last, admin);
const code = await last.stop();
if (code !== 0) fault(`the last stop ended with ${code}`);
const verified = await wissel("journal", "verify", "--data", join(folder, "data"));
if (verified.code !== 0) fault(`the journal: ${verified.stderr}`);

const all = [...items.values()];
console.log(
  `${rounds} rounds of kill -9: ${all.length} items, ${all.filter((i) => i.accepted).length} accepts and ` +
    `${all.filter((i) => i.completed).length} completions acknowledged; ${faults.length} faults`,
);
for (const text of faults.slice(0, 20)) console.error(text);
if (faults.length > 0) {
  console.error(`the data is kept in ${folder}`);
  process.exit(1);
}
rmSync(folder, { recursive: true });
