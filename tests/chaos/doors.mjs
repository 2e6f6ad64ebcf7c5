// How the outside client reaches the servers: which one to ask, calls that say who answered them, an agent's stream.
import { Server } from "../e2e/lib/server.mjs";

const lookEvery = 50;
const patienceOfALook = 500;
// Longer than any fault: a late answer is an answer, and is judged.
const longest = 60_000;

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

export class Doors {
  #nodes;
  #looking = true;
  #turn = 0;
  #ready = new Map(); // node -> the life that last said that it serves

  constructor(nodes) {
    this.#nodes = nodes;
    this.looks = nodes.map((node) => this.#look(node));
  }

  async #look(node) {
    while (this.#looking) {
      const { life } = node;
      const signal = AbortSignal.timeout(patienceOfALook);
      const answer = await fetch(`${node.url}/readyz`, { signal }).catch(() => undefined);
      await answer?.body?.cancel().catch(() => {});
      if (answer?.status === 200 && life === node.life) this.#ready.set(node, life);
      else this.#ready.delete(node);
      await pause(lookEvery);
    }
  }

  /** Which server do I ask? Each that says it takes calls, in turn: whoever has the center, any leads there; or undefined. */
  whom() {
    const ready = [...this.#ready.values()].filter((life) => life.state === "ready");
    return ready[this.#turn++ % ready.length];
  }

  /** As it says of itself only once it has been asked again. */
  doubt(life) {
    if (this.#ready.get(life.node) === life) this.#ready.delete(life.node);
  }

  close() {
    this.#looking = false;
    return Promise.all(this.looks);
  }
}

/** One call, to its very end: { life, asked, answered, status, body }; without a status when no answer came. */
export async function call(life, method, body, token) {
  const asked = Date.now();
  try {
    const response = await fetch(`${life.node.url}/wissel.v1.${method}`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(longest),
    });
    const text = await response.text();
    const said = text === "" ? undefined : JSON.parse(text);
    return { life, asked, answered: Date.now(), status: response.status, body: said };
  } catch {
    return { life, asked };
  }
}

/** Whether somebody else is to be asked, or later: there is no service now, which is no refusal. */
export function notNow(answer) {
  return answer.status === undefined || answer.status >= 500 || [408, 409, 429].includes(answer.status);
}

/** The states of an agent as that server tells them, until `abort` or the stream's end. */
export function agentStates(life, agent, token, abort) {
  const server = Object.assign(new Server(), { http: life.node.url });
  return server.stream("AgentService/WatchAgent", { agent }, token, abort);
}
