import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Code, ConnectError } from "@connectrpc/connect";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  AgentService,
  AgentStateSchema,
  Presence,
  type AcceptOfferRequest,
  type AgentState,
  type CompleteConsultRequest,
  type Offer,
  type SignInRequest,
  type StartConsultRequest,
  type WatchAgentRequest,
} from "../src/gen/wissel/v1/agent_pb";
import { WorkItem_State as State } from "../src/gen/wissel/v1/work_pb";
import { AgentStore, type SessionMemory } from "../src/desk/agent_store.svelte";
import { clientsOf, fakeTime, Lines, pass, testClock } from "./support";

type Init = MessageInitShape<typeof AgentStateSchema>;

let lines: Lines<WatchAgentRequest, AgentState>;
let kept: string | null;
let heartbeats: number[];
let signIns: SignInRequest[];
let accepts: AcceptOfferRequest[];
let asked: (StartConsultRequest | CompleteConsultRequest)[];
let answerAccept: (request: AcceptOfferRequest) => Init;
let failures: unknown[];
let announced: Offer[];
let store: AgentStore;
let stop: () => void;

const memory: SessionMemory = {
  read: () => kept,
  write: (session) => (kept = session),
};

const say = (state: Init) => lines.last.say(create(AgentStateSchema, state));
const lease = { seconds: 30n, nanos: 0 };
const ours = { session: 70n, presence: Presence.AVAILABLE, lease };
const offer = (number: number) => ({
  name: `agents/anna/offers/${number}`,
  workItem: `workItems/${number}`,
  decision: { agent: "agents/anna", ring: number },
});
const assignment = (number: number) => ({
  name: `agents/anna/assignments/${number}`,
  workItem: `workItems/${number}`,
});

function open(): void {
  const clients = clientsOf((router) =>
    router.service(AgentService, {
      watchAgent: lines.open,
      heartbeat: () => {
        heartbeats.push(Math.round(performance.now()));
        return { lease };
      },
      signIn: (request) => {
        signIns.push(request);
        return { session: 71n, presence: Presence.AWAY, sequence: 50n, lease };
      },
      acceptOffer: (request) => {
        accepts.push(request);
        return answerAccept(request);
      },
      startConsult: (request) => {
        asked.push(request);
        return { ...ours, sequence: 40n, assignments: [{ ...assignment(1), consult: { workItem: "workItems/9" } }] };
      },
      completeConsult: (request) => {
        asked.push(request);
        return { ...ours, sequence: 41n };
      },
      signOut: () => ({ presence: Presence.OFFLINE, sequence: 60n }),
    }),
  );
  store = new AgentStore({
    agent: "agents/anna",
    client: clients.agent,
    clock: testClock(),
    memory,
    onFailure: (reason) => failures.push(reason),
    onNewOffer: (each) => announced.push(each),
  });
  stop = store.start();
}

beforeEach(() => {
  fakeTime();
  lines = new Lines();
  kept = null;
  heartbeats = [];
  signIns = [];
  accepts = [];
  asked = [];
  failures = [];
  announced = [];
  answerAccept = () => ({ ...ours, sequence: 20n, assignments: [assignment(1)] });
});
afterEach(() => {
  stop();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("the beginning of a day", () => {
  it("is off while the agent is signed out", async () => {
    open();
    await pass();
    expect(store.phase).toBe("loading");
    say({ presence: Presence.OFFLINE, sequence: 1n });
    await pass();
    expect(store.phase).toBe("off");
  });

  it("remembers the session of its own sign-in", async () => {
    open();
    await pass();
    say({ presence: Presence.OFFLINE, sequence: 1n });
    await pass();
    await Promise.all([store.signIn(false), pass()]);
    expect(signIns[0]).toMatchObject({ agent: "agents/anna", takeOver: false });
    expect(store.phase).toBe("working");
    expect(kept).toBe("71");
  });

  it("goes on at once after a reload", async () => {
    kept = "70";
    open();
    await pass();
    say({ ...ours, sequence: 5n, assignments: [assignment(4)] });
    await pass();
    expect(store.phase).toBe("working");
    expect(store.selected).toBe("workItems/4");
  });

  it("shows nothing of a day that goes on at another desk until it is taken over", async () => {
    open();
    await pass();
    say({ ...ours, sequence: 5n, offers: [offer(1)], assignments: [assignment(4)] });
    await pass();
    expect(store.phase).toBe("elsewhere");
    expect(store.offers).toEqual([]);
    expect(store.assignments).toEqual([]);
    expect(announced).toEqual([]);
    await Promise.all([store.signIn(true), pass()]);
    expect(signIns[0]?.takeOver).toBe(true);
    expect(store.phase).toBe("working");
  });

  it("says so when another desk takes over, and stops its heartbeats", async () => {
    kept = "70";
    open();
    await pass();
    say({ ...ours, sequence: 5n });
    await pass();
    say({ ...ours, session: 99n, sequence: 6n });
    await pass();
    expect(store.phase).toBe("taken");
    const before = heartbeats.length;
    await pass(11_000);
    expect(heartbeats.length).toBe(before);
  });

  it("forgets the session when the day ends", async () => {
    kept = "70";
    open();
    await pass();
    say({ ...ours, sequence: 5n });
    await pass();
    await Promise.all([store.signOut(), pass()]);
    expect(store.phase).toBe("off");
    expect(kept).toBeNull();
  });
});

describe("the lease", () => {
  it("is kept by a heartbeat each third of it", async () => {
    kept = "70";
    open();
    await pass();
    say({ ...ours, sequence: 5n });
    for (let second = 0; second < 31; second += 1) {
      await pass(1000);
      say({ ...ours, sequence: 5n });
    }
    const gaps = heartbeats.slice(1).map((at, index) => at - (heartbeats[index] ?? 0));
    expect(heartbeats.length).toBeGreaterThanOrEqual(3);
    for (const gap of gaps) expect(gap).toBeLessThanOrEqual(11_000);
    for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(10_000);
  });
});

describe("offers and work", () => {
  beforeEach(async () => {
    kept = "70";
    open();
    await pass();
    say({ ...ours, sequence: 10n, offers: [offer(1)] });
    await pass();
  });

  it("announces each offer once", async () => {
    say({ ...ours, sequence: 10n, offers: [offer(1)] });
    say({ ...ours, sequence: 11n, offers: [offer(1), offer(2)] });
    await pass();
    expect(announced.map((each) => each.name)).toEqual([offer(1).name, offer(2).name]);
  });

  it("opens what was accepted here, and keeps why it came", async () => {
    await Promise.all([store.accept(store.offers[0]!), pass()]);
    expect(store.selected).toBe("workItems/1");
    expect(store.current?.name).toBe(assignment(1).name);
    expect(store.decisionFor("workItems/1")?.ring).toBe(1);
  });

  it("sends a wish again under the same request id over a short outage", async () => {
    let fail = true;
    answerAccept = () => {
      if (fail) {
        fail = false;
        throw new ConnectError("restarting", Code.Unavailable);
      }
      return { ...ours, sequence: 20n, assignments: [assignment(1)] };
    };
    await Promise.all([store.accept(store.offers[0]!), pass(400)]);
    expect(accepts).toHaveLength(2);
    expect(accepts[0]?.requestId).not.toBe("");
    expect(accepts[1]?.requestId).toBe(accepts[0]?.requestId);
    expect(failures).toEqual([]);
  });

  it("says when it was too late, once", async () => {
    answerAccept = () => {
      throw new ConnectError("The offer was missed.", Code.Aborted);
    };
    const [done] = await Promise.all([store.accept(store.offers[0]!), pass()]);
    expect(done).toBe(false);
    expect(accepts).toHaveLength(1);
    expect(failures).toHaveLength(1);
    expect(store.pending.size).toBe(0);
  });

  it("takes a double click for one wish", async () => {
    const wanted = store.offers[0]!;
    await Promise.all([store.accept(wanted), store.accept(wanted), pass()]);
    expect(accepts).toHaveLength(1);
  });

  it("lets the later position in the journal win", async () => {
    say({ ...ours, sequence: 30n, assignments: [assignment(1), assignment(2)] });
    say({ ...ours, sequence: 29n, assignments: [] });
    await pass();
    expect(store.assignments).toHaveLength(2);
  });

  it("looks at the neighbour when the contact that is looked at ends", async () => {
    say({ ...ours, sequence: 30n, assignments: [1, 2, 3].map(assignment) });
    await pass();
    store.selected = "workItems/2";
    say({ ...ours, sequence: 31n, assignments: [1, 3].map(assignment) });
    await pass();
    expect(store.selected).toBe("workItems/3");
    say({ ...ours, sequence: 32n, assignments: [] });
    await pass();
    expect(store.selected).toBeNull();
  });

  it("does not leave the contact that is looked at for one that came by itself", async () => {
    say({ ...ours, sequence: 30n, assignments: [assignment(1)] });
    await pass();
    say({ ...ours, sequence: 31n, assignments: [assignment(1), assignment(2)] });
    await pass();
    expect(store.selected).toBe("workItems/1");
  });

  it("lists what is set aside behind what is at hand, and goes on looking at it", async () => {
    const aside = { ...assignment(1), state: State.AWAITING_CUSTOMER };
    say({ ...ours, sequence: 30n, assignments: [assignment(1)] });
    await pass();
    say({ ...ours, sequence: 31n, assignments: [aside, assignment(2)] });
    await pass();
    expect(store.atHand.map((each) => each.workItem)).toEqual(["workItems/2"]);
    expect(store.setAsides.map((each) => each.workItem)).toEqual(["workItems/1"]);
    expect(store.assignments.map((each) => each.workItem)).toEqual(["workItems/2", "workItems/1"]);
    expect(store.selected).toBe("workItems/1");
  });

  it("asks a colleague, hands the contact over, or goes on", async () => {
    say({ ...ours, sequence: 30n, assignments: [assignment(1)] });
    await pass();
    const held = store.assignments[0]!;
    await Promise.all([store.ask(held, { case: "agent", value: "agents/bert" }), pass()]);
    expect(asked[0]).toMatchObject({ name: held.name, target: { case: "agent", value: "agents/bert" } });
    expect(store.assignments[0]!.consult?.workItem).toBe("workItems/9");
    await Promise.all([store.endConsult(held, true), pass()]);
    expect(asked[1]).toMatchObject({ name: held.name, transfer: true });
    expect(store.assignments).toHaveLength(0);
    expect(failures).toEqual([]);
  });

  it("keeps showing what it knew while the line is broken", async () => {
    say({ ...ours, sequence: 30n, assignments: [assignment(1)] });
    await pass();
    lines.last.fail(new ConnectError("gone", Code.Unavailable));
    await pass();
    expect(store.stale).toBe(true);
    expect(store.assignments).toHaveLength(1);
    await pass(500);
    say({ ...ours, sequence: 31n, assignments: [] });
    await pass();
    expect(store.stale).toBe(false);
    expect(store.assignments).toHaveLength(0);
  });
});
