// A day tried on the engine before it comes, over the real services and in the browser: required staff for
// skills by simulation, the day with it, what if people are absent, two days side by side.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, Person } from "./lib/browser.mjs";
import { Server } from "./lib/server.mjs";
import { until } from "./lib/until.mjs";

const kDayMs = 86_400_000;
const kWeeks = 8;

let server, browser, planner, manager, pieter, dirk;

const dayText = (ms) => new Date(ms).toISOString().slice(0, 10);
const today = Date.parse(dayText(Date.now()));
// Monday of the week after next: wholly ahead, whatever today is.
const monday = today + ((8 - new Date(today).getUTCDay()) % 7 || 7) * kDayMs;
const date = dayText(monday);

// Half-hours from nine to half past sixteen on working days, in two languages.
function pastCounts() {
  const lines = ["start;queue;arrivals;aht"];
  for (let day = today - kWeeks * 7 * kDayMs; day < today; day += kDayMs) {
    const weekday = new Date(day).getUTCDay();
    if (weekday === 0 || weekday === 6) continue;
    for (let half = 18; half < 33; half += 1) {
      const time = `${String(Math.floor(half / 2)).padStart(2, "0")}:${half % 2 ? "30" : "00"}`;
      for (const [queue, size] of [["phone-nl", 22], ["phone-fr", 13]]) {
        const count = Math.round(size * (1 - Math.abs(half - 22) * 0.03) + ((day / kDayMs + half * 7) % 5) - 2);
        // Means of some twenty contacts each: single ones are spread by a third.
        const aht = 210 + ((day / kDayMs * 13 + half * 29) % 61);
        lines.push(`${dayText(day)} ${time};${queue};${count};${aht}`);
      }
    }
  }
  return Buffer.from(`${lines.join("\n")}\n`).toString("base64");
}

const ask = (method, body) => server.ask(method, body, planner);

async function result(operation) {
  const ended = await until(
    () => ask("OperationService/GetOperation", { name: operation.name }),
    ({ state }) => !["WAITING", "RUNNING"].includes(state),
    180_000,
  );
  assert.equal(ended.state, "DONE", JSON.stringify(ended));
  return ended.result;
}
const simulate = async (more) =>
  ask("StaffingService/GetSimulation", { name: await result(await ask("StaffingService/SimulateDay", { date, ...more })) });
const rowOf = (simulation, queue) => simulation.rows.find((row) => (row.queue ?? "") === queue);

before(async () => {
  server = await Server.start();
  planner = await server.token("planner");
  manager = await server.token("manager");
  browser = await launch();
  pieter = await Person.enter(browser, server, { language: "en", width: 1440, height: 1000 });
  dirk = await Person.enter(browser, server, { language: "nl", dark: true, width: 1280, height: 900 });
  await ask("HistoryService/ImportHistory", { content: pastCounts() });
  await result(await ask("ForecastService/MakeForecast", { startDate: date, days: 7 }));
});
after(async () => {
  await Promise.all([pieter, dirk].map((person) => person?.leave()));
  await browser?.close();
  await server?.stop();
});

describe("required staff by simulation", () => {
  test("is of groups who serve the same queues, and keeps every promise for less than Erlang C", async () => {
    const staff = await ask("StaffingService/GetRequiredStaff", {
      name: await result(
        await ask("StaffingService/ComputeRequiredStaff", { forecast: "forecasts/newest", method: "SIMULATION", startDate: date, endDate: date }),
      ),
    });
    assert.ok(staff.series.length >= 2, JSON.stringify(staff.series.map(({ queues }) => queues)));
    for (const series of staff.series) {
      assert.match(series.like, /^agents\//);
      assert.ok(series.people > 0);
    }
    for (const { queue, target, serviceLevel } of staff.reached) {
      assert.ok(serviceLevel.value + serviceLevel.halfWidth >= target, `${queue}: ${JSON.stringify(serviceLevel)}`);
    }
    assert.ok(staff.agentHours < staff.erlangCAgentHours, `${staff.agentHours} of ${staff.erlangCAgentHours}`);
  });

  test("gives a day that keeps every promise within its confidence", async () => {
    const day = await simulate({ requiredStaff: "requiredStaff/1", seed: "5" });
    assert.ok(day.replications >= 20);
    for (const queue of ["queues/phone-nl", "queues/phone-fr"]) {
      const { serviceLevel, target } = rowOf(day, queue);
      assert.ok(serviceLevel.value + serviceLevel.halfWidth >= target, `${queue}: ${JSON.stringify(serviceLevel)}`);
    }
    const { assumed } = rowOf(day, "queues/phone-nl");
    assert.ok(assumed.handleSpreadKnown && assumed.handleSpread > 0.2 && assumed.handleSpread < 0.6, JSON.stringify(assumed));
    assert.ok(day.groups.every(({ occupancy }) => occupancy.value > 0.3 && occupancy.value < 1));
    await ask("StaffingService/DeleteSimulation", { name: day.name });
  });

  test("becomes a schedule", async () => {
    const name = await result(
      await ask("ScheduleService/SolveSchedule", { requiredStaff: "requiredStaff/1", startDate: date, weeks: 1, timeLimit: "5s" }),
    );
    const { cover, shifts } = await ask("ScheduleService/GetSchedule", { name });
    assert.ok(cover.length >= 2 && shifts.length > 0);
    const day = await simulate({ schedule: name, replications: 20 });
    assert.ok(day.agentHours > 0 && day.request.forecast === "forecasts/1");
    await ask("StaffingService/DeleteSimulation", { name: day.name });
  });

  test("is the planner's to ask for, and the manager's to see", async () => {
    const asked = { date, requiredStaff: "requiredStaff/1" };
    assert.equal((await server.call("StaffingService/SimulateDay", asked, manager)).status, 403);
    assert.equal((await server.call("StaffingService/ListSimulations", {}, manager)).status, 200);
    const wrong = await server.call("StaffingService/SimulateDay", { ...asked, changes: [{ absentShare: 2 }] }, planner);
    assert.equal(wrong.status, 400);
    assert.match(JSON.stringify(wrong.body), /changes\[0\]\.absentShare/);
  });
});

describe("in the browser", () => {
  // The bar of periods above the tabs lies in no landmark.
  const faults = async (person) => (await person.violations()).filter((fault) => !fault.startsWith("region: "));
  const rows = (person) => person.page.getByTestId("simulation-row");

  test("a day is simulated by keyboard, and another beside it", async () => {
    await pieter.signIn("Pieter De Smet");
    await pieter.open("/planner/staff");
    await pieter.page.getByTestId("reached").waitFor();
    await pieter.picture("simulation-0-staff");
    await pieter.page.getByRole("button", { name: pieter.t("staff.compute") }).click();
    await pieter.page.getByRole("radio", { name: pieter.t("method.simulation") }).check();
    await pieter.page.getByLabel(pieter.t("staff.costOfQueue")).waitFor();
    await pieter.picture("simulation-0-method");
    assert.deepEqual(await faults(pieter), []);
    await pieter.page.keyboard.press("Escape");
    const open = pieter.page.getByRole("button", { name: pieter.t("staff.simulate") });
    await open.focus();
    await pieter.page.keyboard.press("Enter");
    const dialog = pieter.page.getByRole("dialog");
    await dialog.getByRole("spinbutton", { name: new RegExp(pieter.t("staff.morePeople")) }).first().waitFor();
    await dialog.getByLabel(pieter.t("schedule.day"), { exact: true }).fill(date);
    await dialog.getByLabel(pieter.t("staff.with"), { exact: true }).selectOption("requiredStaff/1");
    await pieter.picture("simulation-1-dialog");
    assert.deepEqual(await faults(pieter), []);
    await dialog.getByLabel(pieter.t("schedule.day"), { exact: true }).focus();
    await pieter.page.keyboard.press("Enter");
    await rows(pieter).first().waitFor({ timeout: 60_000 });
    assert.equal(await rows(pieter).count(), 3);
    await pieter.page.getByTestId("simulation").scrollIntoViewIfNeeded();
    await pieter.picture("simulation-2-day");
    assert.deepEqual(await faults(pieter), []);

    await open.click();
    await dialog.getByLabel(pieter.t("schedule.day"), { exact: true }).fill(date);
    await dialog.getByLabel(pieter.t("staff.with"), { exact: true }).selectOption("requiredStaff/1");
    await dialog.getByLabel(pieter.t("staff.absentPercent")).fill("20");
    await dialog.getByRole("button", { name: pieter.t("staff.simulateNow"), exact: true }).click();
    await pieter.page.getByText(pieter.t("staff.sameCustomers")).waitFor({ timeout: 60_000 });
    const panel = pieter.page.getByTestId("simulation");
    await panel.scrollIntoViewIfNeeded();
    await pieter.picture("simulation-3-beside");
    // The first by hand had everybody there: it is better.
    assert.match(await rows(pieter).first().innerText(), /\+\d/);
    await panel.locator("summary").click();
    await panel.locator("details").scrollIntoViewIfNeeded();
    await pieter.picture("simulation-4-assumed");
    assert.deepEqual(await faults(pieter), []);
    assert.deepEqual(pieter.troubles, []);
  });

  test("it is read in the dark and in Dutch too, and on a narrow screen", async () => {
    await dirk.signIn("Pieter De Smet");
    await dirk.open("/planner/staff");
    await rows(dirk).first().waitFor();
    await dirk.page.getByTestId("simulation").scrollIntoViewIfNeeded();
    await dirk.picture("simulation-5-dark");
    assert.deepEqual(await faults(dirk), []);
    await dirk.page.setViewportSize({ width: 420, height: 860 });
    await dirk.page.getByTestId("simulation").scrollIntoViewIfNeeded();
    await dirk.picture("simulation-6-narrow");
    assert.deepEqual(dirk.troubles, []);
  });
});
