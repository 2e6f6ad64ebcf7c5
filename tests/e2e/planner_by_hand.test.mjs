// The planner's path by hand: every deed with keyboard and mouse in the page, as a planner does it, from a file of past
// counts to the shifts on an agent's phone and the rest of today. What the page says is held against the services.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { launch, Person } from "./lib/browser.mjs";
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
    await person.page.emulateMedia({ colorScheme });
    await person.picture(`hand-${name}-${colorScheme}`);
  }
  await person.page.emulateMedia({ colorScheme: "light" });
}

async function chooseFile(name, text, button = "history.chooseFile") {
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), press(button, dialog())]);
  await chooser.setFiles({ name, mimeType: "text/csv", buffer: Buffer.from(text) });
}

// Ctrl+Z, and the bar says what was taken back.
async function undo() {
  await page.keyboard.press("Control+z");
  await says(page.getByTestId("undo-bar"), t("act.undone", { what: "" }));
}

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
    assert.ok(sums[0] < sums[1] && sums[1] < sums[2] && sums[2] < sums[3], String(sums));
    await cards.nth(2).click();
    await page.waitForURL(/scenario=high/);
    assert.equal(await page.getByLabel(t("planner.scenario"), { exact: true }).inputValue(), "high");
    await pictures("12-volumes-high");
    await cards.nth(1).click();
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
    await undo();
    await until(() => ask("ForecastService/ListOverrides"), (body) => (body.overrides ?? []).length === 0);
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
    await undo();
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
