// The planner's path, over the real services and in the browser: past counts come in, a forecast is made and
// changed by what is known beforehand, required staff and a schedule follow from it, it is published, the
// agent sees the shift at the desk, and the day itself is forecast anew.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, Person } from "./lib/browser.mjs";
import { Desk, Server } from "./lib/server.mjs";
import { until } from "./lib/until.mjs";

const kQueue = "queues/phone-nl";
const kWeeks = 10;
const kDayMs = 86_400_000;

let server, browser, planner, manager, pieter, anna;

const dayText = (ms) => new Date(ms).toISOString().slice(0, 10);
const today = Date.parse(dayText(Date.now()));
// Monday of the week after next: wholly ahead, whatever today is.
const monday = today + ((8 - new Date(today).getUTCDay()) % 7 || 7) * kDayMs;
const number = (value) => Number(value ?? 0);

// Half-hours from 8 to 18 on working days: most at ten, more on Mondays; handled in four minutes.
function pastCounts() {
  const lines = ["start;queue;arrivals;aht"];
  for (let day = today - kWeeks * 7 * kDayMs; day < today; day += kDayMs) {
    const weekday = new Date(day).getUTCDay();
    if (weekday === 0 || weekday === 6) continue;
    for (let half = 16; half < 36; half += 1) {
      const level = (weekday === 1 ? 1.3 : 1) * (12 - Math.abs(half - 20) * 0.5);
      const count = Math.round(level + ((day / kDayMs + half * 7) % 5) - 2);
      const time = `${String(Math.floor(half / 2)).padStart(2, "0")}:${half % 2 ? "30" : "00"}`;
      lines.push(`${dayText(day)} ${time};phone-nl;${Math.max(0, count)};240`);
    }
  }
  return `${lines.join("\n")}\n`;
}

const asPlanner = (method, body) => server.ask(method, body, planner);

// To the end of a long run: what it made.
async function result(operation) {
  const ended = await until(
    () => asPlanner("OperationService/GetOperation", { name: operation.name }),
    ({ state }) => !["WAITING", "RUNNING"].includes(state),
    90_000,
  );
  assert.equal(ended.state, "DONE", JSON.stringify(ended));
  return ended.result;
}

before(async () => {
  server = await Server.start();
  planner = await server.token("planner");
  manager = await server.token("manager");
  browser = await launch();
  pieter = await Person.enter(browser, server, { language: "en", width: 1440, height: 900 });
  anna = await Person.enter(browser, server, { language: "nl", width: 420, height: 860 });
});
after(async () => {
  await Promise.all([pieter, anna].map((person) => person?.leave()));
  await browser?.close();
  await server?.stop();
});

describe("the past", () => {
  const content = () => Buffer.from(pastCounts()).toString("base64");

  test("is looked at before it is imported, and imported once", async () => {
    const preview = await asPlanner("HistoryService/PreviewHistoryImport", { content: content() });
    assert.deepEqual(preview.faults ?? [], []);
    assert.equal(preview.separator, ";");
    assert.equal(preview.intervalMinutes, 30);
    assert.equal(preview.series.length, 1);
    assert.ok(number(preview.added) > 900);
    const first = await asPlanner("HistoryService/ImportHistory", { content: content() });
    assert.equal(number(first.added), number(preview.added));
    const again = await asPlanner("HistoryService/ImportHistory", { content: content() });
    assert.equal(number(again.added), 0);
    assert.equal(number(again.unchanged), number(first.added));
  });

  test("a file with a fault is refused by its line, and changes nothing", async () => {
    const wrong = Buffer.from("start;queue;arrivals\n2026-03-02 09:05;phone-nl;3\n2026-03-02 09:35;phone-nl;-4\n");
    const refused = await server.call("HistoryService/ImportHistory", { content: wrong.toString("base64") }, planner);
    assert.equal(refused.status, 400);
    assert.match(refused.body.message, /line \d+/);
    const agent = await server.token("agent", "agents/anna");
    assert.equal((await server.call("HistoryService/ListHistorySeries", {}, agent)).status, 403);
  });

  test("a large file comes in pieces", async () => {
    const bytes = Buffer.from(pastCounts());
    let upload = "";
    for (let offset = 0; offset < bytes.length; offset += 10_000) {
      const piece = bytes.subarray(offset, offset + 10_000).toString("base64");
      const state = await asPlanner("HistoryService/UploadHistoryPiece", { upload, offset, piece });
      upload = state.name;
    }
    const preview = await asPlanner("HistoryService/PreviewHistoryImport", { upload });
    assert.equal(number(preview.added), 0);
    assert.ok(number(preview.unchanged) > 900);
    const other = await server.call("HistoryService/PreviewHistoryImport", { upload }, manager);
    assert.notEqual(other.status, 200); // it is the planner's
  });

  test("is listed, marked and taken out again", async () => {
    const { series } = await asPlanner("HistoryService/ListHistorySeries", {});
    const phone = series.find(({ queue }) => queue === kQueue);
    assert.equal(phone.firstDate, dayText(today - kWeeks * 7 * kDayMs + (new Date(today).getUTCDay() === 0 ? kDayMs : 0)));
    assert.equal(number(phone.missingDays), 0); // weekends are closed
    const mark = await asPlanner("HistoryService/CreateHistoryMark", {
      historyMark: { kind: "OUTAGE", queue: kQueue, startDate: dayText(today - 9 * kDayMs), label: "Lines down" },
    });
    const { historyMarks } = await asPlanner("HistoryService/ListHistoryMarks", {});
    assert.deepEqual(historyMarks.map(({ label }) => label), ["Lines down"]);
    await asPlanner("HistoryService/DeleteHistoryMark", { name: mark.name });
    const out = await asPlanner("HistoryService/ExportHistory", {
      queue: kQueue, startDate: dayText(today - 14 * kDayMs), endDate: dayText(today - kDayMs), intervalMinutes: 30, format: "XLSX",
    });
    assert.equal(Buffer.from(out.content, "base64").subarray(0, 2).toString(), "PK");
  });
});

describe("a forecast", () => {
  let forecast;

  test("is made of each queue of which something is known, and says what it does not know", async () => {
    const operation = await asPlanner("ForecastService/MakeForecast", { startDate: dayText(monday), days: 14, note: "two weeks" });
    forecast = await asPlanner("ForecastService/GetForecast", { name: await result(operation) });
    const phone = forecast.queues.find(({ queue }) => queue === kQueue);
    assert.ok(phone.method);
    assert.ok(phone.wape < phone.naiveWape * 1.2, JSON.stringify(phone));
    assert.equal(phone.handleTime, "240s");
    const unknown = forecast.queues.find(({ queue }) => queue === "queues/phone-fr");
    assert.ok(!unknown.method && unknown.caveats.length > 0);
    const { points } = await asPlanner("ForecastService/GetForecastSeries", { forecast: forecast.name, queue: kQueue, grain: "DAY", historyDays: 14 });
    const mondays = points.filter(({ expected }) => expected !== undefined);
    assert.equal(mondays.length, 10); // two working weeks
    assert.ok(mondays[0].expected > mondays[1].expected * 1.1); // a Monday
    assert.ok(mondays[0].quantiles[1] < mondays[0].expected && mondays[0].expected < mondays[0].quantiles[5]);
    assert.ok(points.some(({ actual }) => number(actual) > 100));
  });

  test("is changed by an event and an override, which keep the model's number beside theirs", async () => {
    const first = async () => {
      const { points } = await asPlanner("ForecastService/GetForecastSeries", { forecast: forecast.name, queue: kQueue, grain: "DAY" });
      return points[0];
    };
    const before = await first();
    const event = await asPlanner("ForecastService/CreatePlanningEvent", {
      planningEvent: { displayName: "Letter to 40,000", queues: [kQueue], startDate: dayText(monday), contacts: 100 },
    });
    const changed = await first();
    assert.ok(Math.abs(changed.expected - before.expected - 100) < 1e-6);
    assert.ok(Math.abs(changed.model - before.expected) < 1e-6);
    assert.deepEqual(changed.changedBy, [event.name]);
    await asPlanner("ForecastService/CreateOverride", {
      override: { queue: kQueue, startDate: dayText(monday + kDayMs), factor: 0.5, reason: "half of the lines" },
    });
    const high = await asPlanner("ForecastService/GetForecastSeries", { forecast: forecast.name, queue: kQueue, grain: "DAY", scenario: "scenarios/high" });
    assert.ok(high.points[0].expected > changed.expected);
    const looks = await server.call("ForecastService/CreateOverride", { override: { queue: kQueue, startDate: dayText(monday), factor: 1, reason: "x" } }, manager);
    assert.equal(looks.status, 403);
  });

  test("becomes required staff, a schedule, and shifts at the desk", async () => {
    const staff = await result(
      await asPlanner("StaffingService/ComputeRequiredStaff", { forecast: forecast.name, shrinkage: 0.1 }),
    );
    const required = await asPlanner("StaffingService/GetRequiredStaff", { name: staff });
    const points = required.series.find(({ queues }) => queues.includes(kQueue)).points;
    assert.ok(points.some((point) => point.required >= 2));
    assert.ok(points.every((point) => point.contacts === 0 || (point.serviceLevel ?? 0) >= 0.79), JSON.stringify(points[20]));
    assert.ok(required.agentHours > 0 && required.erlangCAgentHours > 0);

    const name = await result(
      await asPlanner("ScheduleService/SolveSchedule", { requiredStaff: staff, startDate: dayText(monday), weeks: 2, timeLimit: "8s" }),
    );
    const schedule = await asPlanner("ScheduleService/GetSchedule", { name });
    assert.deepEqual((schedule.brokenRules ?? []).slice(0, 3), []);
    assert.ok(schedule.shifts.length > 10);
    assert.equal(schedule.cover.length, 1);
    const published = await asPlanner("ScheduleService/PublishSchedule", { name, revision: schedule.revision });
    assert.ok(published.publishTime);

    const agent = schedule.shifts[0].agent;
    const token = await server.token("agent", agent);
    const { shifts } = await server.ask(
      "ScheduleService/ListShifts",
      { agent, startDate: dayText(monday), endDate: dayText(monday + 13 * kDayMs) },
      token,
    );
    assert.equal(shifts.length, schedule.shifts.filter((shift) => shift.agent === agent).length);
  });

  test("the day itself is forecast anew", async () => {
    const intraday = await asPlanner("ForecastService/GetIntradayForecast", { queue: kQueue });
    assert.ok(intraday.factor > 0);
    const { rows } = await asPlanner("ForecastService/GetForecastAccuracy", {});
    assert.deepEqual(rows ?? [], []); // nothing of it has come yet
    const adherence = await asPlanner("ScheduleService/GetAdherence", {});
    assert.ok(adherence.time);
  });
});

describe("in the browser", () => {
  test("the planner sees all of it", async () => {
    await pieter.open("/");
    await pieter.page.getByRole("button", { name: "Pieter De Smet" }).click();
    await pieter.open("/planner/volumes");
    await pieter.page.getByTestId("plot").first().waitFor();
    await pieter.picture("planner-volumes");
    for (const tab of ["staff", "schedule", "today", "accuracy", "history"]) {
      await pieter.open(`/planner/${tab}`);
      await pieter.page.getByRole("tab", { selected: true }).or(pieter.page.locator('[aria-current="page"]')).first().waitFor();
      await pieter.page.waitForLoadState("networkidle");
      await pieter.picture(`planner-${tab}`);
    }
    assert.deepEqual(pieter.troubles, []);
  });

  test("an agent sees the shifts at the desk, on a phone", async () => {
    const mine = await Desk.open(server, "agents/anna", { available: false });
    const { shifts } = await mine.server.ask(
      "ScheduleService/ListShifts",
      { startDate: dayText(monday), endDate: dayText(monday + 13 * kDayMs) },
      mine.token,
    );
    await anna.signIn("Anna Declercq");
    await anna.picture("desk-shifts");
    assert.ok(Array.isArray(shifts ?? []));
    assert.deepEqual(anna.troubles, []);
  });
});
