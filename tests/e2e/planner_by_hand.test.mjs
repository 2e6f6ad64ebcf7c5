// The planner's path by hand: every deed with keyboard and mouse in the page, as a planner does it, from a file of past
// counts to the shifts on an agent's phone and the rest of today. What the page says is held against the services.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test as asTest } from "node:test";
import { launch, Person } from "./lib/browser.mjs";
import { visit } from "./lib/planner_places.mjs";
import { mondayAfter, pastCounts, plusDays } from "./lib/past.mjs";
import { root, sampleCenter, Server } from "./lib/server.mjs";
import { until } from "./lib/until.mjs";

const kLevels = { "phone-nl": 14, "phone-fr": 6 };
const kPastDays = 70;

let folder, server, browser, token, pieter, page, today, monday;

// A center where it is just past one in the afternoon, whatever time it is here: half of today has come.
function centerAfterLunch() {
  const ahead = 13 - new Date().getUTCHours();
  today = new Date(Date.now() + ahead * 3_600_000).toISOString().slice(0, 10);
  monday = mondayAfter(today);
  const path = join(folder, "center.yaml");
  const zone = `Etc/GMT${ahead >= 0 ? "-" : "+"}${Math.abs(ahead)}`;
  writeFileSync(path, readFileSync(sampleCenter, "utf8").replace("Europe/Brussels", zone).replace("../../web/dist", join(root, "web/dist")));
  return path;
}

const ask = (method, body = {}) => server.ask(method, body, token);
const t = (key, values) => pieter.t(key, values);
const dialog = () => page.getByRole("dialog");
const press = (key, within = page) => within.getByRole("button", { name: t(key), exact: true }).click();
const tab = (key) => page.getByRole("link", { name: t(key), exact: true }).click();
const says = (place, text) => until(() => place.innerText(), (shown) => shown.includes(text));
const gone = (place) => place.waitFor({ state: "detached" });

// Light and dark.
async function pictures(name, person = pieter) {
  if (!process.env.WISSEL_SCREENSHOTS) return;
  for (const colorScheme of ["light", "dark"]) {
    await person.appear(colorScheme);
    await person.picture(`hand-${name}-${colorScheme}`);
  }
  await person.appear("light");
}

async function chooseFile(name, text, button = "history.chooseFile") {
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), press(button, dialog())]);
  await chooser.setFiles({ name, mimeType: "text/csv", buffer: Buffer.from(text) });
}

// Each step stands on those before it.
let broken;
const test = (name, step) =>
  asTest(name, async (context) => {
    if (broken) return context.skip(`after: ${broken}`);
    broken = name;
    await step();
    broken = undefined;
  });

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "wissel-hand-"));
  server = await Server.start({ config: centerAfterLunch() });
  token = await server.token("planner");
  browser = await launch();
  pieter = await Person.enter(browser, server, { language: "en", width: 1440, height: 900 });
  ({ page } = pieter);
});
after(async () => {
  await pieter?.leave();
  await browser?.close();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe("the past", () => {
  test("an empty planner says where to begin", async () => {
    await pieter.open("/");
    await page.getByRole("button", { name: "Pieter De Smet" }).click();
    await page.getByRole("link", { name: t("planner.title") }).click();
    await says(page.getByTestId("planner-empty"), t("planner.noHistoryTitle"));
    await pictures("01-volumes-empty");
    await press("planner.toHistory");
    await says(page.getByTestId("planner-empty"), t("history.emptyTitle"));
    await pictures("02-history-empty");
  });

  test("a file with faults is refused by its lines", async () => {
    await page.getByTestId("planner-empty").getByRole("button").click();
    await pictures("03-import-begin");
    const day = plusDays(today, -9);
    await chooseFile("bad.csv", `start;queue;arrivals\n${day} 09:00;phone-nl;-4\n${day} 09:30;phone-nl;5\n${day} 10:00;phone-nl;many\n`);
    const faults = dialog().getByTestId("import-fault");
    await says(faults.first(), t("history.line", { line: "2" }));
    await says(faults.nth(1), t("history.line", { line: "4" }));
    assert.equal(await dialog().getByRole("button", { name: t("history.importNow"), exact: true }).isDisabled(), true);
    await pictures("04-import-faults");
    assert.deepEqual((await ask("HistoryService/ListHistorySeries")).series ?? [], []);
  });

  test("a good one is looked at, and imported", async () => {
    await chooseFile("past.csv", pastCounts({ first: plusDays(today, -kPastDays), days: kPastDays, levels: kLevels, weekend: 0.4 }), "history.otherFile");
    const series = dialog().getByTestId("import-series");
    await says(series.filter({ hasText: "Telefoon" }), String(kPastDays * 20).replace("1", "1,"));
    assert.equal(await series.count(), 2);
    assert.equal(await dialog().getByTestId("import-fault").count(), 0);
    await pictures("05-import-preview");
    assert.deepEqual((await ask("HistoryService/ListHistorySeries")).series ?? [], []); // not before it is asked for
    await press("history.importNow", dialog());
    await says(dialog().getByTestId("import-done"), (kPastDays * 20 * 2).toLocaleString("en-GB"));
    await pictures("06-import-done");
    const { series: kept } = await ask("HistoryService/ListHistorySeries");
    assert.deepEqual(kept.map(({ days }) => days), [kPastDays, kPastDays]);
    await page.keyboard.press("Escape");
    assert.equal(await page.getByTestId("history-series").count(), 2);
    await pictures("07-history");
  });
});

describe("what comes", () => {
  const form = () => dialog().locator("form");
  const plot = () => page.getByTestId("plot").first();
  const readout = () => page.getByTestId("plot-readout").first();
  const dayOf = async (date, scenario) => {
    const { forecasts } = await ask("ForecastService/ListForecasts");
    const series = { forecast: forecasts[0].name, queue: "queues/phone-nl", grain: "DAY", startDate: date, endDate: date, scenario };
    return (await ask("ForecastService/GetForecastSeries", series)).points[0];
  };

  test("a forecast is made, and shown with its uncertainty", async () => {
    await tab("planner.tabVolumes");
    await says(page.getByTestId("planner-empty"), t("planner.noForecastTitle"));
    await page.getByTestId("planner-empty").getByRole("button").click();
    await dialog().getByLabel(t("planner.firstDay")).fill(today);
    await dialog().getByLabel(t("planner.days"), { exact: true }).fill("28");
    await dialog().getByLabel(t("planner.note")).fill("four weeks");
    await pictures("08-forecast-dialog");
    await press("planner.makeForecast", dialog());
    await plot().waitFor({ timeout: 60_000 });
    await gone(page.getByTestId("operation"));
    assert.ok(await page.getByText(t("planner.band", { cover: "80" }), { exact: true }).first().isVisible());
    await says(page.getByTestId("planner-queue").filter({ hasText: "Telefoon" }), "naive");
    await pictures("09-volumes");
    const { forecasts } = await ask("ForecastService/ListForecasts");
    assert.deepEqual([forecasts[0].startDate, forecasts[0].days, forecasts[0].note], [today, 28, "four weeks"]);
  });

  test("a letter to 40,000 lifts the line, and keeps the model's beside it", async () => {
    const before = await dayOf(monday);
    await press("planner.addEvent");
    await dialog().getByLabel(t("planner.eventName")).fill("Letter to 40,000");
    await dialog().getByLabel(t("planner.firstDay")).fill(monday);
    await dialog().getByLabel(t("planner.lastDay")).fill(plusDays(monday, 3));
    await dialog().getByRole("spinbutton", { name: t("planner.eventSize") }).fill("400");
    await pictures("10-event-dialog");
    await press("planner.save", dialog());
    await gone(form());
    await says(page.getByTestId("planning-event"), "Letter to 40,000");
    await page.getByText(t("planner.model"), { exact: true }).first().waitFor(); // a line of its own now
    const after = await dayOf(monday);
    assert.ok(after.expected > before.expected + 120, `${before.expected} ${after.expected}`);
    assert.ok(Math.abs(after.model - before.expected) < 1e-6);
    await pictures("11-volumes-event");
  });

  test("scenarios stand side by side, and one is taken along", async () => {
    const cards = page.getByTestId("scenario");
    assert.equal(await cards.count(), 4);
    const sums = (await cards.locator(".sum").allInnerTexts()).map((text) => Number(text.replaceAll(",", "")));
    assert.ok(sums[0] < sums[1] && sums[1] < sums[2] && sums[2] <= sums[3], String(sums));
    await cards.nth(2).click();
    await page.waitForURL(/scenario=high/);
    assert.equal(await page.getByRole("combobox", { name: t("planner.scenario") }).inputValue(), "high");
    await pictures("12-volumes-high");
    const shown = page.waitForResponse(/GetForecastSeries/);
    await cards.nth(1).click();
    await shown;
    await page.waitForURL((url) => !url.search.includes("scenario=high"));
  });

  test("a stretch is overridden with the mouse, for a reason, and taken back", async () => {
    const box = await plot().boundingBox();
    await page.mouse.move(box.x + box.width * 0.75, box.y + 120);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.85, box.y + 120, { steps: 8 });
    await page.mouse.up();
    await says(readout(), "expected now");
    await pictures("13-stretch");
    await press("planner.overrideChosen");
    await dialog().getByRole("spinbutton").fill("1.25");
    assert.ok(await dialog().getByRole("button", { name: t("planner.overrideSave") }).isDisabled()); // not without a reason
    await dialog().getByLabel(t("planner.reason")).fill("Half of the lines are moved to us");
    await pictures("14-override-dialog");
    await press("planner.overrideSave", dialog());
    await gone(form());
    await says(page.getByTestId("override"), "Half of the lines are moved to us");
    const { overrides } = await ask("ForecastService/ListOverrides");
    assert.equal(overrides[0].factor, 1.25);
    assert.ok(overrides[0].startDate < overrides[0].endDate);
    await pictures("15-volumes-override");
    await page.keyboard.press("Control+z");
    await gone(page.getByTestId("override"));
    assert.deepEqual((await ask("ForecastService/ListOverrides")).overrides ?? [], []);
  });

  test("the same by keyboard alone", async () => {
    await plot().focus();
    await page.keyboard.press("End");
    for (let day = 0; day < 2; day += 1) await page.keyboard.press("Shift+ArrowLeft");
    await says(readout(), "expected now");
    const button = page.getByRole("button", { name: t("planner.overrideChosen") });
    for (let step = 0; step < 6 && !(await button.evaluate((node) => node === document.activeElement)); step += 1) await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await dialog().getByLabel(t("planner.asWhole")).press("Space");
    await dialog().getByRole("spinbutton").fill("300");
    await dialog().getByLabel(t("planner.reason")).fill("Closed on two of the three days");
    await dialog().getByRole("spinbutton").press("Enter");
    await gone(form());
    const { overrides } = await ask("ForecastService/ListOverrides");
    assert.deepEqual([overrides[0].startDate, overrides[0].endDate, overrides[0].contacts], [plusDays(today, 25), plusDays(today, 27), 300]);
    await page.getByTestId("undo-bar").getByRole("button", { name: t("act.undo") }).press("Enter");
    await gone(page.getByTestId("override"));
  });

  test("the plot has a table beside it, and intervals beneath its days", async () => {
    await press("planner.grainInterval");
    await until(() => page.getByTestId("plot").count());
    await pictures("16-intervals");
    await press("planner.asTable");
    assert.ok((await page.getByTestId("series-row").count()) > 5);
    await pictures("17-table");
    await press("planner.grainDay");
    await press("planner.asPlot");
  });
});

describe("who must be there", () => {
  const grid = () => page.getByTestId("schedule-grid");
  const scheduleOf = async () => {
    const { schedules } = await ask("ScheduleService/ListSchedules");
    return ask("ScheduleService/GetSchedule", { name: schedules[0].name });
  };
  const shift = async (name) => (await scheduleOf()).shifts.find((each) => each.name === name);
  const bar = (name) => page.locator(`[data-shift="${name}"]`);
  const cellOf = (name) => bar(name).locator("xpath=ancestor::*[@role='gridcell']");
  const minutesFrom = (before, after) => (Date.parse(after.startTime) - Date.parse(before.startTime)) / 60_000;
  let held; // the shift that is moved about

  test("required staff is computed, with shrinkage", async () => {
    await tab("planner.tabStaff");
    await says(page.getByTestId("planner-empty"), t("staff.emptyTitle"));
    await pictures("20-staff-empty");
    await page.getByTestId("planner-empty").getByRole("button").click();
    await dialog().getByLabel(t("staff.shrinkagePercent")).fill("12");
    await pictures("21-compute-dialog");
    await press("staff.computeNow", dialog());
    await page.getByTestId("staff-summary").waitFor({ timeout: 60_000 });
    await page.getByTestId("plot").first().waitFor();
    await pictures("22-staff");
    const { requiredStaff } = await ask("StaffingService/ListRequiredStaff");
    assert.equal(requiredStaff[0].shrinkage, 0.12);
    const { series, erlangCAgentHours } = await ask("StaffingService/GetRequiredStaff", { name: requiredStaff[0].name });
    const points = series.find(({ queues }) => queues.includes("queues/phone-nl")).points;
    assert.ok(erlangCAgentHours > 0 && points.some(({ required }) => required >= 2));
    assert.ok(points.every(({ contacts, serviceLevel }) => !contacts || serviceLevel >= 0.79)); // the queue's promise
    await says(page.getByTestId("staff-summary"), Math.round(requiredStaff[0].agentHours).toLocaleString("en-GB"));
  });

  test("labour rules are set, and what is known of a person", async () => {
    await tab("planner.tabSchedule");
    await says(page.getByTestId("planner-empty"), t("schedule.emptyTitle"));
    await pictures("23-schedule-empty");
    await press("schedule.more");
    await page.getByRole("menuitem", { name: t("labour.title") }).click();
    await dialog().getByLabel(t("labour.rest")).fill("11.5");
    await press("labour.addContract", dialog());
    await dialog().getByLabel(t("labour.id"), { exact: true }).nth(2).fill("evenings");
    await dialog().getByLabel(t("labour.fewestWeekly")).nth(2).fill("16");
    await dialog().getByLabel(t("labour.mostWeekly")).nth(2).fill("20");
    await pictures("24-labour-rules");
    await press("planner.save", dialog());
    await gone(dialog());
    const rules = await ask("ScheduleService/GetLabourRules");
    assert.equal(rules.rest, "41400s");
    assert.deepEqual(rules.contracts.at(-1), { ...rules.contracts.at(-1), id: "evenings", fewestWeekly: "57600s", mostWeekly: "72000s" });
  });

  test("a schedule is solved, and says how good it is while it runs", async () => {
    await page.getByTestId("planner-empty").getByRole("button", { name: t("schedule.solve") }).click();
    await dialog().getByLabel(t("schedule.weeks")).fill("2");
    await dialog().getByLabel(t("schedule.minutes")).fill("1");
    await pictures("25-solve-dialog");
    await press("schedule.solveNow", dialog());
    await gone(dialog());
    await says(page.getByTestId("operation"), t("operation.gap").split("{")[0]);
    await pictures("26-solving");
    await press("operation.takeBest");
    await page.getByTestId("schedule-row").first().waitFor({ timeout: 90_000 });
    await says(page.getByTestId("broken-rules"), "No broken rules");
    await page.getByTestId("shift").first().waitFor();
    await pictures("27-schedule");
    const schedule = await scheduleOf();
    assert.equal(schedule.startDate, monday);
    await says(page.getByTestId("schedule-figures"), t("schedule.paidHours"));
  });

  test("a shift is moved by keyboard, and brought back", async () => {
    held = (await scheduleOf()).shifts.find(({ startTime }) => startTime.startsWith(monday));
    await page.getByRole("searchbox", { name: t("schedule.findAgent") }).fill("a");
    await page.getByRole("searchbox", { name: t("schedule.findAgent") }).fill("");
    await cellOf(held.name).focus();
    for (let step = 0; step < 2; step += 1) await page.keyboard.press("ArrowRight");
    await page.getByTestId("undo-bar").waitFor();
    const moved = await until(() => shift(held.name), (now) => minutesFrom(held, now) > 0);
    assert.equal(minutesFrom(held, moved) % 2, 0);
    await pictures("28-moved");
    await page.keyboard.press("Control+z");
    await until(() => shift(held.name), (now) => minutesFrom(held, now) === 0);
  });

  test("and by the mouse, to another day; a rule that breaks is explained", async () => {
    const from = await bar(held.name).boundingBox();
    const width = (await cellOf(held.name).boundingBox()).width;
    const grip = { x: from.x + from.width / 2, y: from.y + from.height / 2 };
    const { shifts } = await scheduleOf();
    const mine = new Set(shifts.filter(({ agent }) => agent === held.agent).map(({ startTime }) => startTime.slice(0, 10)));
    const days = [1, 2, 3, 4, 5, 6].find((day) => mine.has(plusDays(monday, day))); // onto another shift of the same person
    await page.mouse.move(grip.x, grip.y);
    await page.mouse.down();
    await page.mouse.move(grip.x + days * width, grip.y, { steps: 12 });
    await pictures("29-dragging");
    await page.mouse.up();
    await until(() => shift(held.name), (now) => now.startTime.slice(0, 10) === plusDays(monday, days));
    await until(() => page.getByTestId("broken-rules").innerText(), (text) => !text.startsWith("No"));
    await pictures("30-broken");
    await page.getByTestId("broken-rules").click();
    // Two shifts at once may break other rules besides: hours of a day, rest.
    const overlap = dialog().getByTestId("broken-rule").filter({ hasText: t("rule.overlap") }).first();
    await overlap.waitFor();
    await pictures("31-broken-rules");
    await overlap.getByRole("button").click();
    await gone(dialog());
    assert.match(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), /broken rule/);
    await page.keyboard.press("Control+z");
    await until(() => shift(held.name), (now) => minutesFrom(held, now) === 0);
    await says(page.getByTestId("broken-rules"), "No broken rules");
  });

  test("a person's absence is noted, and a shift is opened", async () => {
    await page.getByTestId("schedule-row").first().getByRole("rowheader").getByRole("button").click();
    await dialog().getByLabel(t("labour.contract"), { exact: true }).selectOption("evenings");
    await press("labour.addAbsence", dialog());
    await dialog().getByLabel(t("planner.firstDay")).fill(plusDays(monday, 7));
    await dialog().getByLabel(t("planner.lastDay")).fill(plusDays(monday, 8));
    await pictures("32-planned-agent");
    await press("planner.save", dialog());
    await gone(dialog());
    const { plannedAgents } = await ask("ScheduleService/ListPlannedAgents");
    assert.ok(plannedAgents.some(({ contract, absences }) => contract === "evenings" && absences?.length === 1));
    const known = plannedAgents.find(({ contract }) => contract === "evenings");
    assert.deepEqual([known.earliestMinute ?? 0, known.latestMinute || 1440], [0, 1440]); // not asked about: not changed
    await page.keyboard.press("Control+z");
    await until(() => ask("ScheduleService/ListPlannedAgents"), (body) => body.plannedAgents.every(({ contract }) => contract !== "evenings"));
    await cellOf(held.name).focus();
    await page.keyboard.press("Enter");
    await pictures("33-shift-dialog");
    await page.keyboard.press("Escape");
    await press("schedule.day");
    await pictures("34-day");
    await press("schedule.week");
  });

  test("it is published", async () => {
    await press("schedule.publish");
    await pictures("35-publish");
    const despite = dialog().getByRole("checkbox");
    if (await despite.count()) await despite.check();
    await press("schedule.publishNow", dialog());
    await gone(dialog());
    await page.getByText(t("schedule.published"), { exact: true }).first().waitFor();
    assert.ok((await scheduleOf()).publishTime);
    assert.equal(await page.getByRole("button", { name: t("schedule.publish") }).count(), 0);
    await pictures("36-published");
    assert.ok(await grid().isVisible());
  });
});

describe("the desk", () => {
  let anna;
  after(() => anna?.leave());

  test("shows the shifts on a phone, in Dutch, and one is offered for a swap", async () => {
    anna = await Person.enter(browser, server, { language: "nl", width: 390, height: 844 });
    await anna.signIn("Anna Declercq");
    await anna.button("desk.startDay").click();
    await anna.page.getByTestId("next-due").click();
    const shifts = anna.page.getByTestId("my-shift");
    await shifts.first().waitFor();
    const last = plusDays(today, 13);
    const own = { agent: "agents/anna", startDate: today, endDate: last };
    const { shifts: planned } = await server.ask("ScheduleService/ListShifts", own, await server.token("agent", "agents/anna"));
    assert.equal(await shifts.count(), planned.length);
    await pictures("40-desk-shifts", anna);
    await shifts.first().getByRole("button", { name: anna.t("swap.ask") }).click();
    await shifts.first().getByRole("radio").first().check();
    await pictures("41-desk-swap", anna);
    await shifts.first().getByRole("button", { name: anna.t("swap.askNow"), exact: true }).click();
    await says(anna.page.getByTestId("swap-own"), anna.t("swap.asked"));
    await pictures("42-desk-asked", anna);
    for (const colorScheme of ["light", "dark"]) {
      await anna.appear(colorScheme);
      assert.deepEqual(await anna.violations("dialog"), []);
    }
    assert.deepEqual(anna.troubles, []);
  });

  test("and the planner sees it", async () => {
    await press("schedule.more");
    await page.getByRole("menuitem", { name: t("swap.title") }).click();
    await says(dialog().getByTestId("swap"), "Anna Declercq");
    await pictures("43-swaps");
    await page.keyboard.press("Escape");
    const { shiftSwaps } = await ask("ScheduleService/ListShiftSwaps");
    assert.deepEqual(shiftSwaps.map(({ fromAgent, state }) => [fromAgent, state]), [["agents/anna", "ASKED"]]);
  });
});

describe("the day itself", () => {
  test("the morning is brought in, and the rest of the day follows it", async () => {
    await tab("planner.tabToday");
    await page.getByTestId("intraday").waitFor();
    await pictures("50-today-before");
    await tab("planner.tabHistory");
    await press("history.import");
    await chooseFile("morning.csv", pastCounts({ first: today, days: 1, until: 12.5, levels: kLevels, weekend: 0.4, times: 2.5 }));
    await press("history.importNow", dialog());
    await dialog().getByTestId("import-done").waitFor();
    await page.keyboard.press("Escape");
    await tab("planner.tabToday");
    await says(page.getByTestId("intraday"), t("today.factor"));
    await pictures("51-today");
    const intraday = await ask("ForecastService/GetIntradayForecast", { queue: "queues/phone-nl" });
    assert.ok(intraday.factor > 1.05, String(intraday.factor));
    const rest = ({ points }, of) => points.filter((point) => point.actual === undefined).reduce((sum, point) => sum + (point[of] ?? 0), 0);
    assert.ok(rest(intraday, "expected") > rest(intraday, "model"), JSON.stringify(intraday.points.at(-1)));
  });

  test("and says how right it was, beside what nobody can beat", async () => {
    await tab("planner.tabAccuracy");
    await press("planner.allQueues");
    const rows = page.getByTestId("accuracy-row");
    await until(() => rows.count(), (count) => count === 2);
    const { rows: judged } = await ask("ForecastService/GetForecastAccuracy");
    const phone = judged.find(({ queue }) => queue === "queues/phone-nl");
    assert.ok(phone.noiseFloor > 0 && phone.wape > 0);
    await says(rows.filter({ hasText: "Telefoon" }), `${(phone.noiseFloor * 100).toFixed(1)}%`);
    await pictures("52-accuracy");
  });

  test("the page fits a narrow window, and had no error of its own", async () => {
    await page.setViewportSize({ width: 430, height: 900 });
    for (const name of ["Volumes", "Staff", "Schedule", "Today", "Accuracy", "History"]) {
      await tab(`planner.tab${name}`);
      await page.waitForLoadState("networkidle");
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wide <= 0, `${name} is ${wide} pixels too wide`);
      await pictures(`60-narrow-${name.toLowerCase()}`);
    }
    await page.setViewportSize({ width: 1440, height: 900 });
    assert.deepEqual(pieter.troubles, []);
  });
});

// Colours are the same in all languages, words the same in all colours; the longest words are German.
for (const [language, dark] of [["en", false], ["de", true]]) {
  test(`axe finds nothing wrong with any tab or dialog in ${language}, ${dark ? "dark" : "light"}`, async () => {
    const person = await Person.enter(browser, server, { language, dark, width: 1440, height: 900 });
    await person.signIn("Pieter De Smet");
    await person.open("/planner/volumes");
    const found = [];
    const look = async (place, within) => {
      await person.picture(`axe-${language}-${place.replace(/\W+/g, "-")}`);
      found.push(...(await person.violations(within)).map((line) => `${place}: ${line}`));
    };
    await visit(person, look, ["schedule.publish"]); // which has been published
    assert.deepEqual(found, []);
    await person.leave();
    assert.deepEqual(person.troubles, []);
  });
}
