import { describe, expect, it } from "vitest";
import { create, type DescMessage, type Message, type MessageInitShape } from "@bufbuild/protobuf";
import { Presence } from "../src/gen/wissel/v1/agent_pb";
import { AgentLiveSchema, QueueLiveSchema } from "../src/gen/wissel/v1/live_pb";
import { WorkItem_State as State } from "../src/gen/wissel/v1/work_pb";
import { agentRows, doingOf } from "../src/live/agent_rows";
import { byAttention, concernOf, meanMs, totalsOf } from "../src/live/attention";
import { timestamp } from "./support";

type Fields<Schema extends DescMessage> = Exclude<MessageInitShape<Schema>, Message>;

const kNow = 1_700_000_000_000;
const queue = (init: Fields<typeof QueueLiveSchema>) =>
  create(QueueLiveSchema, {
    open: true,
    agentsSignedIn: 4n,
    answerWithin: { seconds: 20n, nanos: 0 },
    serviceLevelTarget: 0.8,
    ...init,
  });

describe("what needs attention", () => {
  const overdue = queue({ name: "overdue", waiting: 2n, overdue: 1n });
  const nobody = queue({ name: "nobody", waiting: 1n, agentsSignedIn: 0n });
  const dueSoon = queue({ name: "soon", waiting: 1n, nextDue: timestamp(kNow + 3000) });
  const below = queue({ name: "below", answered: 20n, serviceLevel: 0.7 });
  const early = queue({ name: "early", answered: 2n, serviceLevel: 0.5 });
  const calm = queue({ name: "calm", waiting: 1n, nextDue: timestamp(kNow + 19_000) });
  const closed = queue({ name: "closed", open: false });

  it("is named", () => {
    expect(concernOf(overdue, kNow)).toBe("overdue");
    expect(concernOf(dueSoon, kNow + 4000)).toBe("overdue");
    expect(concernOf(nobody, kNow)).toBe("nobody");
    expect(concernOf(dueSoon, kNow)).toBe("dueSoon");
    expect(concernOf(below, kNow)).toBe("belowTarget");
    expect(concernOf(early, kNow)).toBe("calm");
    expect(concernOf(calm, kNow)).toBe("calm");
    expect(concernOf(closed, kNow)).toBe("closed");
  });

  it("comes first", () => {
    const order = byAttention([closed, calm, below, dueSoon, nobody, overdue], kNow);
    expect(order.map((each) => each.name)).toEqual([
      "overdue",
      "nobody",
      "soon",
      "below",
      "calm",
      "closed",
    ]);
  });

  it("is measured against the promise: 5 minutes of 20 seconds before 5 minutes of 4 hours", () => {
    const since = timestamp(kNow - 300_000);
    const phone = queue({ name: "phone", overdue: 1n, longestWaitingSince: since });
    const mail = queue({
      name: "mail",
      overdue: 1n,
      longestWaitingSince: since,
      answerWithin: { seconds: 14_400n, nanos: 0 },
    });
    expect(byAttention([mail, phone], kNow).map((each) => each.name)).toEqual(["phone", "mail"]);
  });
});

describe("the totals", () => {
  it("count short abandons out of the service level, and sums before they divide", () => {
    const totals = totalsOf([
      queue({ answered: 90n, answeredInTime: 90n, abandoned: 12n, shortAbandoned: 2n }),
      queue({ answered: 100n, answeredInTime: 50n }),
    ]);
    expect(totals.serviceLevel).toBe(140 / 200);
    expect(totals.abandoned).toBe(12n);
  });

  it("keep the share of promises over all queues", () => {
    const totals = totalsOf([
      queue({ promisesKept: 9n, promisesBroken: 1n }),
      queue({ promisesKept: 1n, promisesBroken: 4n }),
    ]);
    expect(totals.promisesKept).toBe(10 / 15);
    expect(totalsOf([queue({})]).promisesKept).toBeUndefined();
  });

  it("have no service level before the first contact", () => {
    expect(totalsOf([queue({})]).serviceLevel).toBeUndefined();
    expect(meanMs(0, 0n)).toBeUndefined();
  });
});

describe("the agents", () => {
  const agent = (name: string, init: Fields<typeof AgentLiveSchema>) =>
    create(AgentLiveSchema, { name, displayName: name, team: "teams/a", presence: Presence.AVAILABLE, ...init });
  const free = agent("free", {});
  const silent = agent("silent", { notResponding: true });
  const wrapping = agent("wrapping", { work: [{ state: State.WRAPPING }] });
  const gone = agent("gone", { presence: Presence.OFFLINE });
  const away = agent("away", { presence: Presence.AWAY, team: "teams/b" });

  it("are told apart by what they do", () => {
    expect([free, silent, wrapping, gone, away].map(doingOf)).toEqual([
      "free",
      "notResponding",
      "wrapping",
      "offline",
      "away",
    ]);
  });

  const kNobodyAstray = { astray: new Set<string>(), onlyAstray: false };

  it("stand under their teams, those in trouble first", () => {
    const rows = agentRows(
      [free, gone, away, wrapping, silent],
      { words: "", withOffline: false, attention: true, ...kNobodyAstray },
      (team) => team,
    );
    expect(rows.map((row) => row.key)).toEqual([
      "team teams/a",
      "silent",
      "free",
      "wrapping",
      "team teams/b",
      "away",
    ]);
    expect(rows[0]).toMatchObject({ total: 4 });
  });

  it("are shown, signed out as they are, when the schedule has them elsewhere", () => {
    const filter = { words: "", withOffline: false, attention: true, astray: new Set(["gone"]), onlyAstray: false };
    const keys = (onlyAstray: boolean) => agentRows([free, gone, away], { ...filter, onlyAstray }, (team) => team).map((row) => row.key);
    expect(keys(false)).toContain("gone");
    expect(keys(false)).toContain("away");
    expect(keys(true)).toEqual([expect.stringMatching(/^team/), "gone"]);
  });

  it("are found by name", () => {
    const filter = { words: "AWA", withOffline: true, attention: false, ...kNobodyAstray };
    const rows = agentRows([free, away], filter, (team) => team);
    expect(rows.map((row) => row.key)).toEqual(["team teams/b", "away"]);
  });
});
