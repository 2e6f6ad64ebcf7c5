// The past, by the command line: looked at first, brought in, given out and brought in again; with a
// server on the same folder, whose quarters then show what was imported.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Server, wissel } from "./lib/server.mjs";
import { until } from "./lib/until.mjs";

const data = mkdtempSync(join(tmpdir(), "wissel-history-"));
const file = join(data, "maart.csv");
const history = (...args) => wissel("history", ...args, "--data", data);
let server, admin;

// March 2026 as a Belgian spreadsheet has it: the clock is put forward on the 29th.
function march() {
  const lines = ["Overzicht oproepen;;;", "Datum;Tijd;Wachtrij;Aangeboden;GBT"];
  for (let day = 1; day <= 31; day += 1) {
    for (let quarter = 0; quarter < 96; quarter += 1) {
      const hour = Math.floor(quarter / 4);
      if (day === 29 && hour === 2) continue;
      const two = (number) => String(number).padStart(2, "0");
      lines.push(`${two(day)}/03/2026;${hour}:${two((quarter % 4) * 15)};Telefoon NL;${(day + quarter) % 9};"120,5"`);
    }
  }
  return `\uFEFF${lines.join("\r\n")}\r\n`;
}
const rename = ["--rename", "Telefoon NL=phone-nl"];
const kIntervals = 31 * 96 - 4;

before(async () => {
  writeFileSync(file, march());
  server = await Server.start({ data });
  admin = await server.token("admin");
});
after(async () => {
  await server?.stop();
  rmSync(data, { recursive: true, force: true });
});

describe("an import", () => {
  test("says what it does not know, and nothing is written", async () => {
    const refused = await history("import", file);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /maart\.csv:3: "Telefoon NL" is no queue: .*--rename "Telefoon NL=telefoon-nl"/);
    assert.match(refused.stderr, /2972 faults, nothing was imported/);
    const wrong = await history("import", file, "--column", "calls=Aangeboden");
    assert.equal(wrong.code, 2);
  });

  test("is looked at first", async () => {
    // The zone is the center's: the server has told the history.
    const looked = await until(
      () => history("import", file, ...rename, "--dry-run", "--json"),
      ({ code, stdout }) => code === 0 && JSON.parse(stdout).zone === "Europe/Brussels",
    );
    const preview = JSON.parse(looked.stdout);
    assert.equal(preview.layout.separator, ";");
    assert.equal(preview.layout.headerLine, 2);
    assert.equal(preview.layout.intervalMinutes, 15);
    assert.equal(preview.series[0].first, "2026-03-01T00:00:00+01:00");
    assert.equal(preview.series[0].end, "2026-04-01T00:00:00+02:00");
    assert.equal(preview.series[0].new, kIntervals);
    assert.equal(preview.series[0].gapCount, 0);
    const text = await history("import", file, ...rename, "--dry-run");
    assert.match(text.stdout, /zone +Europe\/Brussels/);
  });

  test("is done once, and what is other needs a word", async () => {
    const first = await history("import", file, ...rename);
    assert.equal(first.code, 0, first.stderr);
    assert.match(first.stdout, new RegExp(`^${kIntervals} intervals of 15 minutes written`));
    const again = await history("import", file, ...rename);
    assert.match(again.stdout, new RegExp(`^0 intervals of 15 minutes written, ${kIntervals} known already`));
    const other = join(data, "other.csv");
    writeFileSync(other, "start,queue,arrivals\n2026-03-02 09:00,phone-nl,77\n");
    const refused = await history("import", other);
    assert.equal(refused.code, 1);
    assert.match(refused.stdout, /2026-03-02T09:00:00\+01:00: 2, .* -> 77/);
    const replaced = await history("import", other, "--replace");
    assert.match(replaced.stdout, /1 replaced/);
  });

  test("is seen by the server", async () => {
    const day = { queue: "queues/phone-nl", startTime: "2026-03-02T08:00:00Z", endTime: "2026-03-02T08:30:00Z" };
    const { intervals } = await server.ask("LiveService/ListIntervals", day, admin);
    assert.equal(intervals.length, 2);
    assert.equal(Number(intervals[0].arrivals), 77);
  });
});

describe("an export", () => {
  test("comes in again as the same", async () => {
    const out = join(data, "out.csv");
    const days = ["--from", "2026-03-01", "--to", "2026-03-31"];
    const written = await history("export", "--queue", "phone-nl", ...days, "--output", out);
    assert.equal(written.code, 0, written.stderr);
    assert.equal(readFileSync(out, "utf8").split("\n").length, kIntervals + 2);
    const again = await history("import", out);
    assert.match(again.stdout, new RegExp(`^0 intervals of 15 minutes written, ${kIntervals} known already`));
    const hours = await history("export", "--queue", "phone-nl", ...days, "--interval-min", "60", "--format", "json");
    const rows = hours.stdout.trim().split("\n").map((line) => JSON.parse(line));
    assert.equal(rows.length, 31 * 24 - 1);
    assert.equal(rows[0].start, "2026-03-01T00:00:00+01:00");
    assert.equal(rows[0].arrivals, 1 + 2 + 3 + 4);
    const sheet = join(data, "march.xlsx");
    const spreadsheet = await history("export", ...days, "--format", "xlsx", "--output", sheet);
    assert.equal(spreadsheet.code, 0, spreadsheet.stderr);
    assert.ok(existsSync(sheet));
    const unknown = await history("export", "--queue", "nowhere", ...days);
    assert.equal(unknown.code, 1);
    assert.match(unknown.stderr, /nothing is known of a queue "nowhere"/);
  });
});

describe("a recount", () => {
  test("comes to the same, while the server runs", async () => {
    const integration = await server.token("integration");
    for (let i = 0; i < 5; i += 1) {
      await server.ask("WorkService/CreateWorkItem", { workItem: { queue: "queues/phone-nl" }, requestId: `r${i}` }, integration);
    }
    const today = new Date().toLocaleDateString("sv", { timeZone: "Europe/Brussels" });
    const counts = () => history("export", "--from", today, "--to", today);
    const arrived = (csv) => csv.split("\n").reduce((sum, line) => sum + Number(/,phone-nl,/.test(line) ? line.split(",")[5] : 0), 0);
    const before = await until(counts, ({ stdout }) => arrived(stdout) === 5);
    const recounted = await history("recount");
    assert.equal(recounted.code, 0, recounted.stderr);
    assert.match(recounted.stdout, /^\d+ events counted anew/);
    assert.equal((await counts()).stdout, before.stdout);
  });
});

describe("marks", () => {
  test("are made, listed and taken away", async () => {
    const made = await history("mark", "add", "--kind", "holiday", "--label", 'a "day" off', "--from", "2026-03-29", "--json");
    const mark = JSON.parse(made.stdout);
    assert.equal(mark.start, "2026-03-29T00:00:00+01:00");
    assert.equal(mark.end, "2026-03-30T00:00:00+02:00");
    const listed = await history("mark", "list", "--queue", "phone-nl", "--json");
    assert.deepEqual(JSON.parse(listed.stdout), mark);
    assert.equal((await history("mark", "add", "--kind", "party", "--from", "2026-03-29")).code, 1);
    assert.equal((await history("mark", "delete", String(mark.id))).code, 0);
    assert.equal((await history("mark", "delete", String(mark.id))).code, 1);
    assert.equal((await history("mark", "list")).stdout, "");
  });
});
