// What the planner's services answer and refuse: counts of the past that come in, forecasts that planners change, the
// day itself. The path from a file to an agent's desk is walked by hand in planner_by_hand.test.mjs.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { languages, words } from "./lib/browser.mjs";
import { dayText, kDayMs, mondayAfter, pastCounts, plusDays } from "./lib/past.mjs";
import { Server } from "./lib/server.mjs";
import { until } from "./lib/until.mjs";

const kQueue = "queues/phone-nl";
const kDays = 70;

let server, planner, manager;

const today = dayText(Date.now());
const first = plusDays(today, -kDays);
// Wholly ahead, whatever today is.
const monday = mondayAfter(today);
const number = (value) => Number(value ?? 0);
// Working days only.
const past = () => pastCounts({ first, days: kDays });

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
});
after(() => server?.stop());

describe("the past", () => {
  const content = () => Buffer.from(past()).toString("base64");

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

  test("the example that the page shows is understood in each language", async () => {
    for (const language of languages) {
      const example = words(language)["history.sample"].replaceAll(/;t?[ée]l[ée][^;]*;|;phone;/gi, ";phone-nl;");
      const { faults, columns, lines } = await asPlanner("HistoryService/PreviewHistoryImport", { content: Buffer.from(example).toString("base64") });
      assert.deepEqual([faults ?? [], number(lines)], [[], 3], language);
      assert.deepEqual(columns.map(({ meaning }) => meaning).sort(), ["aht", "arrivals", "date", "queue", "time"]);
    }
  });

  test("a large file comes in pieces", async () => {
    const bytes = Buffer.from(past());
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
    const begins = new Date(first).getUTCDay();
    assert.equal(phone.firstDate, plusDays(first, begins === 0 ? 1 : begins === 6 ? 2 : 0));
    assert.equal(number(phone.missingDays), 0); // weekends are closed
    const mark = await asPlanner("HistoryService/CreateHistoryMark", {
      historyMark: { kind: "OUTAGE", queue: kQueue, startDate: plusDays(today, -9), label: "Lines down" },
    });
    const { historyMarks } = await asPlanner("HistoryService/ListHistoryMarks", {});
    assert.deepEqual(historyMarks.map(({ label }) => label), ["Lines down"]);
    await asPlanner("HistoryService/DeleteHistoryMark", { name: mark.name });
    const out = await asPlanner("HistoryService/ExportHistory", {
      queue: kQueue, startDate: plusDays(today, -14), endDate: plusDays(today, -1), intervalMinutes: 30, format: "XLSX",
    });
    assert.equal(Buffer.from(out.content, "base64").subarray(0, 2).toString(), "PK");
  });
});

describe("a forecast", () => {
  let forecast;

  test("is made of each queue of which something is known, and says what it does not know", async () => {
    const operation = await asPlanner("ForecastService/MakeForecast", { startDate: monday, days: 14, note: "two weeks" });
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
      planningEvent: { displayName: "Letter to 40,000", queues: [kQueue], startDate: monday, contacts: 100 },
    });
    const changed = await first();
    assert.ok(Math.abs(changed.expected - before.expected - 100) < 1e-6);
    assert.ok(Math.abs(changed.model - before.expected) < 1e-6);
    assert.deepEqual(changed.changedBy, [event.name]);
    await asPlanner("ForecastService/CreateOverride", {
      override: { queue: kQueue, startDate: plusDays(monday, 1), factor: 0.5, reason: "half of the lines" },
    });
    const high = await asPlanner("ForecastService/GetForecastSeries", { forecast: forecast.name, queue: kQueue, grain: "DAY", scenario: "scenarios/high" });
    assert.ok(high.points[0].expected > changed.expected);
    const looks = await server.call("ForecastService/CreateOverride", { override: { queue: kQueue, startDate: monday, factor: 1, reason: "x" } }, manager);
    assert.equal(looks.status, 403);
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
