// The planner's stores against a made-up center: what is sent, what is shown at once, and what an undo
// brings back.
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { beforeEach, describe, expect, it } from "vitest";
import { PlanningEvent_Shape as Shape } from "../src/gen/wissel/v1/forecast_pb";
import { HistoryMark_Kind } from "../src/gen/wissel/v1/history_pb";
import { Operation_Kind as Kind, Operation_State as State } from "../src/gen/wissel/v1/operation_pb";
import { PlannedAgentSchema } from "../src/gen/wissel/v1/schedule_pb";
import { announcer } from "../src/lib/announce.svelte";
import { addDays } from "../src/lib/dates";
import { Deeds } from "../src/lib/deeds.svelte";
import { i18n } from "../src/lib/i18n.svelte";
import { ForecastStore } from "../src/planner/forecast_store.svelte";
import { HistoryStore } from "../src/planner/history/history_store.svelte";
import { ImportWizard, kPiece } from "../src/planner/history/import_wizard.svelte";
import { Operations } from "../src/planner/operations.svelte";
import { moved, type Bar } from "../src/planner/schedule/bars";
import { LabourStore } from "../src/planner/schedule/labour_store.svelte";
import { ScheduleStore } from "../src/planner/schedule/schedule_store.svelte";
import { SimulationStore } from "../src/planner/staff/simulation_store.svelte";
import { verdictOf } from "../src/planner/staff/simulation_words";
import { ShiftOffer_State } from "../src/gen/wissel/v1/day_pb";
import { IntradayStore } from "../src/planner/today/intraday_store.svelte";
import { OffersStore } from "../src/planner/today/offers_store.svelte";
import { hoursOf, restOfPeople } from "../src/planner/today/outlook";
import { plannedWorld, type Planned } from "./world";

const kNow = Date.parse("2026-12-01T10:40:00Z");
let planned: Planned;
let deeds: Deeds;

async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 2000 && !holds(); turn += 1) await new Promise(setImmediate);
  expect(holds()).toBe(true);
}

beforeEach(() => {
  void i18n.use("en");
  planned = plannedWorld({ now: kNow, people: 12, stepMs: 0 });
  deeds = new Deeds((about) => about);
  announcer.notes = [];
});

describe("forecasts", () => {
  const stop = new AbortController();
  async function storeOf(): Promise<ForecastStore> {
    planned.forecasts.make("2026-12-02", 28);
    const store = new ForecastStore(planned.clients.forecast, deeds);
    await store.load();
    return store;
  }
  const sumOf = async (store: ForecastStore) => {
    const { points } = await store.series(store.numbered("")!, "queues/benefits", "day", "expected", { from: "2026-12-09", to: "2026-12-12" }, stop.signal);
    return points.reduce((sum, { expected }) => sum + (expected ?? 0), 0);
  };

  it("are asked for with the history that is looked at, and only those days", async () => {
    const store = await storeOf();
    await store.series(store.numbered("")!, "queues/mail", "interval", "high", { from: "2026-11-20", to: "2026-12-05" }, stop.signal);
    expect(planned.forecasts.requests.at(-1)).toMatchObject({ historyDays: 12, startDate: "", endDate: "2026-12-05", scenario: "scenarios/high", grain: 1 });
    await store.series(store.numbered("")!, "queues/mail", "day", "low", { from: "2026-12-04", to: "2026-12-05" }, stop.signal);
    expect(planned.forecasts.requests.at(-1)).toMatchObject({ historyDays: 0, startDate: "2026-12-04", grain: 2 });
  });

  it("change with an event, and back with its undo; twice deleted and brought back it is one event", async () => {
    const store = await storeOf();
    const before = await sumOf(store);
    const event = { displayName: "Letter", queues: ["queues/benefits"], startDate: "2026-12-09", endDate: "2026-12-12", size: { case: "contacts" as const, value: 1200 }, shape: Shape.DECAYING };
    expect(await store.saveEvent(event)).toBeUndefined();
    expect(store.version).toBe(1);
    expect((await sumOf(store)) - before).toBeCloseTo(1200, 0);
    expect(await store.saveEvent({ ...event, size: { case: "factor", value: 2 } }, store.events[0])).toBeUndefined();
    expect(await sumOf(store)).toBeCloseTo(2 * before, 3);
    expect(await store.deleteEvent(store.events[0]!)).toBeUndefined();
    expect(await sumOf(store)).toBeCloseTo(before, 6);
    await deeds.undo();
    expect(await sumOf(store)).toBeCloseTo(2 * before, 3);
    await store.deleteEvent(store.events[0]!);
    await deeds.undo();
    expect(store.events).toHaveLength(1);
    // The change of before was of another name and version: it is not undone over what came since.
    await deeds.undo();
    expect(announcer.notes.at(-1)?.kind).toBe("error");
    await deeds.undo();
    expect(store.events).toHaveLength(0);
    expect(await sumOf(store)).toBeCloseTo(before, 6);
  });

  it("keep the model's number beside a planner's, and refuse two on one stretch", async () => {
    const store = await storeOf();
    const override = { queue: "queues/benefits", startDate: "2026-12-10", endDate: "2026-12-10", change: { case: "factor" as const, value: 1.5 }, reason: "strike" };
    expect(await store.createOverride(override, "so")).toBeUndefined();
    const { points } = await store.series(store.numbered("")!, "queues/benefits", "day", "expected", { from: "2026-12-10", to: "2026-12-10" }, stop.signal);
    expect(points[0]!.expected! / points[0]!.model!).toBeCloseTo(1.5, 6);
    expect((await store.createOverride(override, "again"))?.sentence).toContain("another override");
    expect(deeds.last?.text).toContain("so");
    await store.deleteOverride(store.overrides[0]!, "so");
    await deeds.undo();
    await deeds.undo();
    expect(store.overrides).toHaveLength(0);
  });
});

describe("what runs long", () => {
  it("is followed to its end, found again by a page that is opened later, and ended on wish", async () => {
    const done: string[] = [];
    const { clients, staffing, forecasts } = planned;
    forecasts.make("2026-12-02", 7);
    const operations = new Operations(clients.operation, ({ result }) => done.push(result));
    await operations.begin(Kind.FORECAST, (requestId) => clients.forecast.makeForecast({ days: 7, requestId }));
    expect(operations.busy(Kind.FORECAST)).toBe(true);
    const other = new Operations(clients.operation, ({ result }) => done.push(`other ${result}`));
    await other.resume();
    expect(other.of(Kind.FORECAST)?.operation?.total).toBe(8n);
    await until(() => done.length === 2);
    expect(done.every((result) => result.endsWith(forecasts.all[0]!.name))).toBe(true);
    const before = staffing.all.length;
    await operations.begin(Kind.REQUIRED_STAFF, (requestId) => clients.staffing.computeRequiredStaff({ forecast: forecasts.all[0]!.name, requestId }));
    await until(() => (operations.of(Kind.REQUIRED_STAFF)?.operation?.done ?? 0n) > 1n);
    await operations.cancel(Kind.REQUIRED_STAFF);
    await until(() => operations.of(Kind.REQUIRED_STAFF)?.operation?.state === State.CANCELLED);
    expect([done.length, staffing.all.length, operations.busy(Kind.REQUIRED_STAFF)]).toEqual([2, before, false]);
  });

  it("simulates a day, and keeps what was looked at beside it", async () => {
    const { clients, staffing } = planned;
    const store = new SimulationStore(clients.staffing);
    const staff = { case: "requiredStaff" as const, value: "requiredStaff/1" };
    const usual = staffing.simulate({ date: "2026-12-02", staff, scenario: "scenarios/expected", forecast: "", volume: 1, changes: [] });
    await store.load();
    await store.loadGroups();
    expect([store.all?.length, store.all?.[0]?.rows[0]?.points.length, store.groups?.length]).toEqual([1, 0, 3]);
    const whole = await store.of(usual.name.replace("simulations/", ""), new AbortController().signal);
    expect(whole.rows[0]?.points.length).toBe(48);
    expect(verdictOf(whole.rows[1]?.serviceLevel, 0.8)).toBe("good");
    expect(verdictOf({ ...whole.rows[1]!.serviceLevel!, value: 0.802 }, 0.8)).toBe("warn");
    expect(verdictOf({ ...whole.rows[1]!.serviceLevel!, value: 0.7 }, 0.8)).toBe("bad");
    expect(verdictOf(whole.rows[0]?.serviceLevel, undefined)).toBeUndefined();
    expect(await store.remove(usual.name)).toBeUndefined();
    expect(store.all).toEqual([]);
    expect((await store.remove(usual.name))?.sentence).toContain("is not there");
  });

  it("says why it cannot begin", async () => {
    const operations = new Operations(planned.clients.operation, () => undefined);
    const problem = await operations.begin(Kind.FORECAST, () => Promise.reject(new ConnectError("three days are too few", Code.FailedPrecondition)));
    expect(problem?.sentence).toBe("three days are too few");
    expect(operations.runs).toEqual([]);
  });
});

describe("an import", () => {
  const lines = (count: number) => `date;time;queue;contacts\n${Array.from({ length: count }, (_, index) => `01/12/2025;08:00;benefits;${index}`).join("\n")}`;

  it("is looked at first, and replaces nothing that was not asked for", async () => {
    const wizard = new ImportWizard(planned.clients.history);
    await wizard.choose(new Blob([lines(20)]), "year.csv");
    expect([wizard.phase, wizard.preview?.added, wizard.mayImport, wizard.replaces]).toEqual(["preview", 20n, false, true]);
    wizard.replace = true;
    expect(await wizard.import()).toBe(true);
    expect([wizard.phase, planned.history.imports[0]?.replace]).toEqual(["done", true]);
  });

  it("of a large file goes in pieces of a mebibyte, and once more when it was forgotten", async () => {
    const wizard = new ImportWizard(planned.clients.history);
    const text = lines(180_000);
    await wizard.choose(new Blob([text]), "large.csv");
    const { pieces } = planned.history;
    expect(pieces.length).toBe(Math.ceil(text.length / kPiece));
    expect(pieces.map(({ offset }) => Number(offset))).toEqual(pieces.map((_, index) => index * kPiece));
    expect(wizard.preview?.lines).toBe(180_001n);
    expect(wizard.progress).toBe(1);
    planned.history.forget();
    wizard.replace = true;
    expect(await wizard.import()).toBe(true);
    expect(pieces.length).toBe(2 * Math.ceil(text.length / kPiece));
  });

  it("with a fault cannot be made, and a correction reads it anew", async () => {
    const wizard = new ImportWizard(planned.clients.history);
    await wizard.choose(new Blob(["date;time;queue;contacts\n01/12/2025;08:00;benefits;-4"]), "bad.csv");
    wizard.replace = true;
    expect([wizard.faulty, wizard.mayImport, wizard.preview?.faults[0]?.line]).toEqual([true, false, 2n]);
    await wizard.correct({ queue: "queues/mail" });
    expect(wizard.preview?.series[0]?.queue).toBe("queues/mail");
    expect(await wizard.import()).toBe(false);
  });
});

describe("the history", () => {
  it("is marked, and unmarked again", async () => {
    const store = new HistoryStore(planned.clients.history, deeds);
    await store.load();
    const before = store.marks.length;
    await store.mark({ kind: HistoryMark_Kind.CLOSED, startDate: "2026-11-02", label: "Bridge day" });
    await store.unmark(store.marks.find(({ label }) => label === "Bridge day")!);
    expect(store.marks).toHaveLength(before);
    await deeds.undo();
    expect(store.marks).toHaveLength(before + 1);
    await deeds.undo();
    expect(store.marks).toHaveLength(before);
  });
});

describe("a schedule", () => {
  async function openOf(): Promise<ScheduleStore> {
    planned.schedules.make("2026-11-30", 1);
    const store = new ScheduleStore(planned.clients.schedule, deeds, () => planned.world.zone);
    await store.load();
    await store.show(store.numbered("")!.name);
    return store;
  }
  const barsOf = (store: ScheduleStore, agent: string) => store.bars.get(agent) ?? [];
  const anna = "agents/a0001";

  it("shows a change at once, sends it on the newest revision, and takes it back", async () => {
    const store = await openOf();
    const [first] = barsOf(store, anna) as [Bar];
    const change = store.change([moved(first, 60)], [], "later");
    expect(barsOf(store, anna)[0]!.from).toBe(first.from + 3_600_000);
    await change;
    await store.change([moved(first, 120)], [], "later still");
    expect(planned.schedules.changes.map(({ revision }) => revision)).toEqual([1n, 2n]);
    await deeds.undo();
    expect(barsOf(store, anna)[0]!.from).toBe(first.from + 3_600_000);
    await deeds.undo();
    expect(barsOf(store, anna)[0]!.from).toBe(first.from);
    expect(planned.schedules.named(store.open!.name).shifts).toHaveLength([...store.bars.values()].flat().length);
  });

  it("takes steps by key that follow each other as one change", async () => {
    const store = await openOf();
    const [first] = barsOf(store, anna) as [Bar];
    for (let step = 1; step <= 5; step += 1) store.nudge(moved(first, 15 * step), `step ${step}`);
    expect(planned.schedules.changes).toHaveLength(0);
    void store.settle();
    await until(() => planned.schedules.changes.length === 1 && deeds.last !== null);
    expect(deeds.last?.text).toBe("step 5");
    await deeds.undo();
    expect(barsOf(store, anna)[0]!.from).toBe(first.from);
    // There and back is no change.
    store.nudge(moved(first, 15), "there");
    store.nudge(first, "back");
    await store.settle();
    expect(planned.schedules.changes).toHaveLength(2);
  });

  it("takes back the step that was seen last, though it was not sent yet", async () => {
    const store = await openOf();
    const [first, second] = barsOf(store, anna) as [Bar, Bar];
    await store.change([moved(second, 30)], [], "earlier deed");
    store.nudge(moved(first, 15), "last step");
    await deeds.undo();
    expect([barsOf(store, anna)[0]!.from, barsOf(store, anna)[1]!.from]).toEqual([first.from, second.from + 1_800_000]);
    expect(deeds.last?.text).toBe("earlier deed");
  });

  it("brings deleted and new shifts back under new names, and still knows them", async () => {
    const store = await openOf();
    const many = barsOf(store, anna).length;
    const [first] = barsOf(store, anna) as [Bar];
    const added = store.draft({ ...moved(first, 7 * 24 * 60), agent: "agents/a0002" });
    await store.change([added], [], "new");
    const made = barsOf(store, "agents/a0002").at(-1)!;
    expect(made.name).not.toContain("new");
    await store.change([moved(made, 30)], [], "new, later");
    await store.change([], [first], "gone");
    expect(barsOf(store, anna)).toHaveLength(many - 1);
    await deeds.undo();
    expect(barsOf(store, anna)).toHaveLength(many);
    expect(barsOf(store, anna)[0]!.name).not.toBe(first.name);
    await store.change([], [barsOf(store, anna)[0]!], "gone again");
    await deeds.undo();
    await deeds.undo();
    await deeds.undo();
    expect(barsOf(store, anna)).toHaveLength(many);
    expect(barsOf(store, "agents/a0002").some(({ from }) => from === added.from)).toBe(false);
    expect(announcer.notes.filter(({ kind }) => kind === "error")).toEqual([]);
  });

  it("that somebody else changed is read anew, and the change is not made", async () => {
    const store = await openOf();
    const [first, second] = barsOf(store, anna) as [Bar, Bar];
    planned.schedules.named(store.open!.name).revision = 9n;
    await store.change([moved(first, 60)], [], "later");
    expect(barsOf(store, anna)[0]!.from).toBe(first.from);
    expect([announcer.notes.at(-1)?.kind, deeds.last]).toEqual(["error", null]);
    await store.change([moved(second, 15)], [], "now it holds");
    expect(deeds.last?.text).toBe("now it holds");
  });

  it("lists what it breaks, and is published then only on purpose", async () => {
    const store = await openOf();
    const [first, second] = barsOf(store, anna) as [Bar, Bar];
    await store.change([moved(first, (second.from - first.to) / 60_000 - 30)], [], "too close");
    expect(store.broken.filter(({ agent }) => agent === anna)).toHaveLength(1);
    expect((await store.publish(false))?.sentence).toBe("rules are broken");
    expect(await store.publish(true)).toBeUndefined();
    expect(store.changeable).toBe(false);
  });

  it("is compared shift by shift with another", async () => {
    const store = await openOf();
    const [first] = barsOf(store, anna) as [Bar];
    const copy = await store.create("2026-11-30", 1, "copy", store.open!.name, "");
    await store.change([moved(first, 60)], [], "later");
    const changes = await store.difference(store.open!.name, `schedules/${copy as string}`, new AbortController().signal);
    expect(changes.map(({ agent }) => agent)).toEqual([anna]);
  });
});

describe("labour rules and people", () => {
  it("are changed on what was seen, and back", async () => {
    const store = new LabourStore(planned.clients.schedule, deeds);
    await store.load();
    const rules = store.rules!;
    expect(await store.saveRules({ ...rules, mostConsecutiveDays: 4 })).toBeUndefined();
    await store.saveAgent(create(PlannedAgentSchema, { agent: "agents/a0001", contract: "half-time" }), "Anna");
    expect(store.planned.get("agents/a0001")?.contract).toBe("half-time");
    await deeds.undo();
    expect(store.planned.get("agents/a0001")?.contract).toBe("full-time");
    await deeds.undo();
    expect(store.rules?.mostConsecutiveDays).toBe(6);
    planned.schedules.rules = { ...planned.schedules.rules, etag: "99" };
    expect((await store.saveRules(store.rules!))?.key).toBe("error.tooLate");
  });
});

describe("the day itself", () => {
  it("is whole without a published schedule, and has its people with one", async () => {
    const { clients, schedules } = planned;
    const store = new IntradayStore(clients);
    const stop = store.watch("queues/benefits");
    await until(() => store.loaded);
    expect([store.problem, store.outlook?.schedule, store.forecast?.factor]).toEqual([undefined, "", 1.17]);
    stop();
    const schedule = schedules.make("2026-11-30", 1);
    schedule.publishTime = schedule.createTime;
    const again = new IntradayStore(clients);
    const end = again.watch("queues/benefits");
    await until(() => again.loaded);
    end();
    expect(again.outlook?.schedule).toBe(schedule.name);
    const points = hoursOf(again.outlook!);
    expect(points[0]!.required).toBeGreaterThan(0);
    const rest = restOfPeople(points, 30);
    expect(rest.short).toBeGreaterThan(0);
    expect(rest.level).toBeLessThan(rest.target!);
    expect(addDays(schedule.startDate, 1)).toBe(planned.world.today);
  });

  it("offers what is proposed, and follows who accepts", async () => {
    const { clients, day } = planned;
    const store = new OffersStore(clients.day);
    expect(await store.propose("queues/benefits")).toBeUndefined();
    const proposal = store.proposals![0]!;
    expect(await store.send(proposal, { agents: [proposal.candidates[0]!.agent], needed: 1, expireMs: planned.world.nowMs + 600_000, note: "please" })).toBeUndefined();
    expect(store.proposals).not.toContain(proposal);
    expect(store.offers.map(({ note, state }) => [note, state])).toEqual([["please", ShiftOffer_State.OPEN]]);
    day.accept(store.offers[0]!.name, proposal.candidates[0]!.agent);
    let told = 0;
    await store.load(() => (told += 1));
    expect([told, store.offers[0]!.state]).toEqual([1, ShiftOffer_State.FILLED]);
    expect((await store.withdraw(store.offers[0]!))?.key).toBeDefined();
  });
});
