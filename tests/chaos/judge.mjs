// The outside client that judges: it keeps asking for items to be made, its agents take and complete them, and it keeps
// every acknowledgement. What it was told is held against the journal in rounds (ledger.mjs).
import { Doors, agentStates, call, notNow, pause } from "./doors.mjs";
import { Ledger } from "./ledger.mjs";
import { Losses } from "./losses.mjs";

const creators = 3;
const betweenItems = 120;
// Longer than any answer of a server that is well; then another is asked, and what the first says still counts.
const patience = 1_500;
const longestQuiet = 5_000;
// What a server that was stopped or cut off had been asked may be carried out when it is back.
const lateness = 20_000;

export const agents = Array.from({ length: 5 }, (_, i) => `agents/a${i}`);

export const center = `
center:
  display_name: Chaos
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

export class Judge {
  ledger = new Ledger();
  losses = new Losses();
  #faults = [];
  #running = [];
  #underWay = new Set();
  #going = false;
  #number = 0;

  constructor(servers, token) {
    this.token = token;
    this.doors = new Doors(servers.nodes);
  }

  /** Which server do I ask? Waits until there is one. */
  async #whom(still = () => true) {
    for (;;) {
      const life = this.doors.whom();
      if (life || !still()) return life;
      await pause(20);
    }
  }

  start() {
    this.#going = true;
    for (let i = 0; i < creators; ++i) this.#running.push(this.#create());
    for (const agent of agents) this.#running.push(this.#serve(agent));
  }

  /** Nothing new is asked; each request that is under way is asked until it is answered. */
  async rest() {
    this.#going = false;
    await Promise.all(this.#running.splice(0));
    await Promise.race([Promise.all(this.#underWay), pause(lateness)]);
  }

  takeFaults() {
    return [...this.#faults.splice(0), ...this.ledger.takeFaults()];
  }
  #refused(method, answer) {
    this.#faults.push(`${method} at ${answer.life.name} was refused: ${answer.status} ${JSON.stringify(answer.body)}`);
  }

  // Asks one server; `granted` hears of the grant, also of one that comes when nobody waits any more.
  async #ask(life, method, body, granted) {
    const whole = call(life, method, body, this.token).then((answer) => {
      if (answer.status === 200) {
        this.losses.answered(answer);
        granted?.(answer);
      } else if (!notNow(answer) && method.startsWith("WorkService/")) {
        this.#refused(method, answer);
      }
      return answer;
    });
    this.#underWay.add(whole);
    void whole.finally(() => this.#underWay.delete(whole));
    const answer = await Promise.race([whole, pause(patience).then(() => ({ life }))]);
    if (notNow(answer)) this.doors.doubt(life);
    return answer;
  }

  async #create() {
    while (this.#going) {
      const id = `r${++this.#number}`;
      this.ledger.asks(id);
      for (;;) {
        const life = await this.#whom();
        const wanted = { workItem: { queue: "queues/work", contact: id }, requestId: id };
        const answer = await this.#ask(life, "WorkService/CreateWorkItem", wanted, ({ body }) =>
          this.#acknowledge(life, { kind: "create", item: body.name, id }));
        if (!notNow(answer)) break;
        await pause(50);
      }
      await pause(betweenItems);
    }
  }

  // An agent at a desk: signs in where the center is served, follows the stream, and begins again when it breaks.
  async #serve(agent) {
    const going = () => this.#going;
    while (this.#going) {
      const life = await this.#whom(going);
      if (!life) return;
      const here = await this.#ask(life, "AgentService/SignIn", { agent, takeOver: true });
      if (here.status === 200 && (await this.#available(life, agent))) await this.#follow(life, agent);
      await pause(50);
    }
  }

  async #available(life, agent) {
    const answer = await this.#ask(life, "AgentService/SetPresence", { agent, presence: "AVAILABLE" });
    return answer.status === 200;
  }

  // Until the stream ends, the life does, or a state has been long in coming.
  async #follow(life, agent) {
    const abort = new AbortController();
    const states = agentStates(life, agent, this.token, abort);
    const over = life.ended.then(() => ({ done: true }));
    try {
      while (this.#going) {
        const coming = states.next();
        coming.catch(() => {});
        const next = await Promise.race([coming, over, pause(longestQuiet).then(() => ({ done: true }))]);
        if (next.done) return;
        if (!(await this.#work(life, agent, next.value))) return;
      }
    } catch {
      return; // the stream broke
    } finally {
      abort.abort();
    }
  }

  // What the desk does about a state; false when the server does not answer.
  async #work(life, agent, state) {
    if (state.notResponding && !(await this.#available(life, agent))) return false;
    for (const offer of state.offers ?? []) {
      const answer = await this.#ask(life, "AgentService/AcceptOffer", { name: offer.name },
        () => this.#acknowledge(life, { kind: "accept", item: offer.workItem, agent }));
      if (answer.status === undefined || answer.status >= 500) return false;
    }
    for (const assignment of state.assignments ?? []) {
      const answer = await this.#ask(life, "AgentService/CompleteAssignment", { name: assignment.name },
        () => this.#acknowledge(life, { kind: "complete", item: assignment.workItem, agent }));
      if (answer.status === undefined || answer.status >= 500) return false;
    }
    return true;
  }

  #acknowledge({ name }, what) {
    this.ledger.acknowledge({ ...what, life: name });
  }

  // --- At rest

  /** All that one who serves can tell of its items: those that live, and of `names` those that do not. */
  async items(names) {
    const living = [];
    let pageToken = "";
    do {
      const page = await this.#granted("WorkService/ListWorkItems", { pageSize: 1000, pageToken });
      living.push(...(page.workItems ?? []));
      pageToken = page.nextPageToken;
    } while (pageToken);
    const there = new Set(living.map((item) => item.name));
    const ended = [];
    for (const name of names) {
      if (!there.has(name)) ended.push(await this.#granted("WorkService/GetWorkItem", { name }));
    }
    return { living, ended };
  }

  async #granted(method, body) {
    let answer;
    // A view that is refused says when to come back: after a second.
    for (const end = Date.now() + 30_000; Date.now() < end; await pause(answer?.status === 429 ? 1_100 : 50)) {
      answer = await this.#ask(await this.#whom(), method, body);
      if (answer.status === 200) return answer.body;
      if (!notNow(answer)) break;
    }
    const last = answer.status === undefined ? "no answer" : `${answer.status} ${JSON.stringify(answer.body)}`;
    throw new Error(`${method} ${JSON.stringify(body)} was not granted by ${answer.life.name}: ${last}`);
  }

  close() {
    this.#going = false;
    return this.doors.close();
  }
}
