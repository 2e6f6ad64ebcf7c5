// A surge, from the radar to the books, in the browser: six weeks are imported, a spike is named within two
// minutes and says why; what is proposed is done with one click each and taken back: the partner's step,
// surge mode, the announcement, the move of two people; the day's books close, and a restart forgets nothing.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { launch, Person } from "./lib/browser.mjs";
import { Desk, Server, wissel } from "./lib/server.mjs";
import { until } from "./lib/until.mjs";

const kQueue = "queues/phone-nl";
const kName = "Telefoon";
const kTopic = "letter-of-monday";
const kSpike = 40;
const kNamedWithinMs = 150_000;
const kQuarterMs = 900_000;
const kWeekMs = 7 * 86_400_000;
const kPartner = "Helpline Antwerp";
const kText = "The letter of Monday was sent by mistake. You need not do anything.";

const data = mkdtempSync(join(tmpdir(), "wissel-radar-"));
const file = join(data, "weeks.csv");
let server, browser, admin, integration, manager, board, beating;

// Three calls, one of them about permits, in every quarter of the six hours around now, in each of the last six weeks.
function weeks() {
  const lines = ["start,queue,arrivals,topic"];
  const quarter = Math.floor(Date.now() / kQuarterMs) * kQuarterMs;
  for (let week = 1; week <= 6; week += 1) {
    for (let i = -12; i <= 12; i += 1) {
      const start = new Date(quarter - week * kWeekMs + i * kQuarterMs);
      lines.push(`${start.toISOString()},phone-nl,3,`, `${start.toISOString()},phone-nl,1,permits`);
    }
  }
  return `${lines.join("\n")}\n`;
}

async function begin() {
  server = await Server.start({ data });
  admin = await server.token("admin");
  integration = await server.token("integration");
}

before(async () => {
  writeFileSync(file, weeks());
  const imported = await wissel("history", "import", file, "--data", data);
  assert.equal(imported.code, 0, imported.stderr);
  assert.match(imported.stdout, /^300 intervals of 15 minutes written/);
  await begin();
  browser = await launch();
  manager = await Person.enter(browser, server, { language: "en", width: 1440, height: 960 });
  board = await Person.enter(browser, server, { language: "nl", width: 1920, height: 1080 });
});
after(async () => {
  clearInterval(beating);
  await Promise.all([manager, board].map((person) => person?.leave()));
  await browser?.close();
  await server?.stop();
  rmSync(data, { recursive: true, force: true });
});

const alarms = () => manager.page.getByTestId("radar-alarm");
const ofQueue = () => alarms().filter({ hasNotText: kTopic });
const ofTopic = () => alarms().filter({ hasText: kTopic });
const proposal = (card, text) => card.getByTestId("proposal").filter({ hasText: text });
const row = () => manager.page.getByTestId("queue-row").filter({ hasText: kName });
const bar = () => manager.page.getByTestId("undo-bar");
const live = () => server.ask("LiveService/GetLive", {}, admin);
const waitingIn = async (queue) => Number((await live()).queues.find(({ name }) => name === queue).waiting ?? 0);
const number = (value) => Number(value ?? 0);

describe("the history", () => {
  test("is imported once, and a fault names its line", async () => {
    const again = await wissel("history", "import", file, "--data", data);
    assert.equal(again.code, 0, again.stderr);
    const wrong = join(data, "wrong.csv");
    writeFileSync(wrong, "start,queue,arrivals\n2026-03-02T09:05:00Z,phone-nl,3\n");
    const refused = await wissel("history", "import", wrong, "--data", data);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /wrong\.csv:2: 2026-03-02 09:05 does not begin an interval of 15 minutes/);
  });
});

describe("the radar", () => {
  test("says nothing while nothing is unusual", async () => {
    await server.ask(
      "ConfigService/UpdateQueue",
      {
        queue: {
          name: kQueue,
          requirement: {
            steps: [
              {
                skills: [{ skill: "skills/language-nl", minLevel: 7 }],
                constraint: { not: { test: { attribute: "partner", operator: "EQUALS", texts: ["partners/helpline"] } } },
                expiresAfter: "1800s",
              },
              { skills: [{ skill: "skills/language-nl", minLevel: 4 }] },
            ],
          },
          surge: { mergeDuplicates: true },
          overflow: { after: "1800s", queue: "queues/phone-fr" },
        },
        updateMask: "requirement,surge,overflow",
      },
      admin,
    );
    const sander = await Desk.open(server, "agents/sander"); // of the partner
    const hugo = await Desk.open(server, "agents/hugo"); // speaks no Dutch
    const beat = (desk) => desk.call("Heartbeat", { agent: desk.agent });
    beating = setInterval(() => void Promise.all([sander, hugo].map(beat)), 8_000);
    await manager.signIn("Mieke Aerts");
    const strip = manager.page.getByTestId("radar");
    await strip.filter({ hasText: "at most one false alarm in 7 days" }).waitFor({ timeout: kNamedWithinMs });
    await manager.picture("radar-quiet");
    assert.deepEqual(await manager.violations(), []);
    const { radar } = await live();
    assert.equal(radar.seriesByHistory, 2);
    assert.deepEqual(radar.alarms ?? [], []);
  });

  test("names a spike, its topic, and what can be done", async () => {
    const began = Date.now();
    for (let i = 0; i < kSpike; i += 1) {
      await server.ask("WorkService/CreateWorkItem", { workItem: { queue: kQueue, topic: kTopic } }, integration);
    }
    await ofTopic().waitFor({ timeout: kNamedWithinMs });
    await ofQueue().waitFor();
    console.log(`named after ${Math.round((Date.now() - began) / 1000)} s`);
    await ofQueue().filter({ hasText: manager.t("radar.more") }).waitFor();
    await proposal(ofQueue(), "on to Téléphone").waitFor();
    for (const text of [kPartner, "Announce to 40", "Surge mode", "Choose 1 idle agent"]) {
      await proposal(ofQueue(), text).waitFor();
    }
    await manager.picture("radar-alarm");
    assert.deepEqual(await manager.violations(), []);
    await manager.page.emulateMedia({ colorScheme: "dark" });
    await ofQueue().getByTestId("radar-why").locator("summary").click();
    await manager.picture("radar-alarm-dark");
    assert.deepEqual(await manager.violations(), []);
    await manager.page.emulateMedia({ colorScheme: "light" });
    // All of it, when the minute in which the last one came is over.
    const all = ({ radar: { alarms: standing } }) => standing.every(({ observed }) => number(observed) === kSpike);
    const { radar } = await until(live, all, kNamedWithinMs);
    const alarm = radar.alarms.find(({ topic }) => !topic);
    assert.equal(alarm.queue, kQueue);
    assert.equal(alarm.direction, "UP");
    assert.equal(alarm.basis, "HISTORY");
    assert.ok(alarm.expected < 5 && number(alarm.expectedHigh) < kSpike);
    const series = await server.ask("LiveService/GetRadarSeries", { queue: kQueue, topic: kTopic }, admin);
    assert.equal(series.points.reduce((all, point) => all + number(point.observed), 0), kSpike);
    const text = await (await fetch(`${server.http}/metrics`)).text();
    assert.match(text, /wissel_radar_alarms\{direction="up",queue="phone-nl"\} 2/);
    const agent = await server.token("agent", "agents/anna");
    assert.equal((await server.call("LiveService/GetRadarSeries", { queue: kQueue }, agent)).status, 403);
    assert.equal((await server.call("LiveService/ListIntervals", {}, agent)).status, 403);
  });

  test("stands on the wallboard", async () => {
    await board.signIn("Mieke Aerts");
    await board.page.getByRole("link", { name: board.t("wall.title") }).click();
    await board.page.getByTestId("wall-alarm").filter({ hasText: kTopic }).waitFor();
    await board.picture("radar-wallboard");
    assert.deepEqual(await board.violations(), []);
  });

  test("the partner's step is opened with one click, and closed by one", async () => {
    const before = await waitingIn(kQueue);
    await proposal(ofQueue(), kPartner).click();
    await row().getByTestId("opened-step").filter({ hasText: kPartner }).waitFor();
    await bar().filter({ hasText: kPartner }).waitFor();
    await until(() => waitingIn(kQueue), (now) => now === before - 1); // sander took one
    await manager.page.keyboard.press("Control+z");
    await row().getByTestId("opened-step").waitFor({ state: "detached" });
  });

  test("surge mode is proposed, done, taken back and proposed again", async () => {
    await proposal(ofQueue(), "Surge mode").click();
    await row().getByTestId("surge").waitFor();
    await proposal(ofQueue(), "Surge mode").waitFor({ state: "detached" });
    await manager.page.keyboard.press("Control+z");
    await row().getByTestId("surge").waitFor({ state: "detached" });
    await proposal(ofQueue(), "Surge mode").waitFor();
  });

  test("who waits about the topic is told, with the topic filled in", async () => {
    await proposal(ofTopic(), "Announce to").click();
    const dialog = manager.page.getByRole("dialog");
    await dialog.getByLabel(manager.t("notice.text")).fill(kText);
    await manager.picture("radar-announce");
    await dialog.getByRole("button", { name: manager.t("notice.announce") }).click();
    await bar().filter({ hasText: kText }).waitFor();
    const { notices } = await server.ask("SurgeService/ListNotices", {}, admin);
    assert.deepEqual(notices.map(({ queue, topic }) => [queue, topic]), [[kQueue, kTopic]]);
    await manager.page.keyboard.press("Control+z");
    await until(
      () => server.ask("SurgeService/ListNotices", {}, admin),
      ({ notices: left }) => (left ?? []).length === 0,
    );
  });

  test("idle people are chosen", async () => {
    await proposal(ofQueue(), "Choose 1 idle agent").click();
    await manager.page.getByTestId("people-tools").waitFor();
    const hugo = manager.page.getByTestId("agent-row").filter({ hasText: "Hugo Simon" });
    assert.equal(await hugo.getByRole("checkbox").isChecked(), true);
  });

  test("two people move to another team; the deed is undone, and done again", async () => {
    const names = { "Hugo Simon": "agents/hugo", "Sander Vos": "agents/sander" };
    const teams = async () => {
      const { agents } = await live();
      return Object.values(names).map((name) => agents.find((agent) => agent.name === name).team ?? "");
    };
    const before = await teams();
    const move = async () => {
      await manager.page.getByTestId("people-tools").getByRole("button", { name: manager.t("act.toTeam") }).click();
      const dialog = manager.page.getByRole("dialog");
      await dialog.getByRole("radio", { name: "Brussels" }).check();
      await dialog.getByRole("button", { name: manager.t("act.apply") }).click();
      await bar().filter({ hasText: "Brussels" }).waitFor();
    };
    const choose = (name) =>
      manager.page.getByTestId("agent-row").filter({ hasText: name }).getByRole("checkbox").press("Space");
    await choose("Sander Vos");
    await move();
    await until(teams, (now) => now.every((team) => team === "teams/brussels"));
    await manager.page.keyboard.press("Control+z");
    await until(teams, (now) => now.join() === before.join());
    for (const name of Object.keys(names)) {
      const box = manager.page.getByTestId("agent-row").filter({ hasText: name }).getByRole("checkbox");
      if (!(await box.isChecked())) await box.press("Space");
    }
    await move();
    await until(teams, (now) => now.every((team) => team === "teams/brussels"));
    for (const name of Object.keys(names)) {
      const box = manager.page.getByTestId("agent-row").filter({ hasText: name }).getByRole("checkbox");
      if (await box.isChecked()) await box.press("Space");
    }
  });

  test("the record says who did it", async () => {
    const { auditEntries } = await server.ask("AuditService/ListAuditEntries", { subject: kQueue }, admin);
    const text = JSON.stringify(auditEntries);
    for (const deed of ["opened_step", "surge", "sent by mistake"]) assert.match(text, new RegExp(deed));
  });

  test("who waits too long is sent on, and comes back", async () => {
    const before = await waitingIn(kQueue);
    await proposal(ofQueue(), "on to Téléphone").click();
    await bar().filter({ hasText: "sent on to Téléphone" }).waitFor();
    await until(() => waitingIn(kQueue), (now) => now === 0);
    await manager.picture("radar-sent-on");
    await manager.page.keyboard.press("Control+z");
    // Hugo, who speaks French, rings for one meanwhile.
    await until(() => waitingIn(kQueue), (now) => now >= before - 1);
  });
});

describe("the day's books", () => {
  test("close, queue by queue and in all, and by the quarter", async () => {
    await until(
      () => server.ask("LiveService/ListIntervals", today(), admin),
      ({ intervals }) => (intervals ?? []).reduce((all, one) => all + number(one.arrivals), 0) === kSpike,
    );
    await manager.button("books.title").click();
    const books = manager.page.getByTestId("books");
    await books.waitFor();
    await manager.page.getByTestId("books-plot").waitFor();
    const checks = await books.getByTestId("book-check").allInnerTexts();
    assert.ok(checks.length > 5);
    for (const check of checks) assert.equal(check, manager.t("books.closes"));
    await manager.picture("books");
    assert.deepEqual(await manager.violations(), []);
    await manager.page.emulateMedia({ colorScheme: "dark" });
    await manager.picture("books-dark");
    assert.deepEqual(await manager.violations(), []);
    await manager.page.keyboard.press("Escape");
    // The same from the history, which is written a little later: what was offered in the quarters and did
    // not end waits.
    const { queues } = await live();
    const sumOf = (intervals, queue, field) =>
      intervals.filter((one) => one.queue === queue.name).reduce((all, one) => all + number(one[field]), 0);
    const { intervals } = await until(
      () => server.ask("LiveService/ListIntervals", today(), admin),
      ({ intervals: all }) => queues.every((queue) => sumOf(all, queue, "offered") === number(queue.offered)),
    );
    for (const queue of queues) {
      const sum = (field) => sumOf(intervals, queue, field);
      for (const field of ["offered", "answered", "abandoned", "endedOtherwise"]) {
        assert.equal(sum(field), number(queue[field]), `${queue.name} ${field}`);
      }
      const open = sum("offered") - sum("answered") - sum("abandoned") - sum("endedOtherwise");
      assert.equal(open, number(queue.waiting), queue.name);
    }
  });
});

function today() {
  const from = new Date(Date.now() - 3_600_000);
  const to = new Date(Date.now() + 60_000);
  return { startTime: from.toISOString(), endTime: to.toISOString() };
}

describe("a restart", () => {
  test("keeps what is usual, the alarms and the books", async () => {
    const before = await live();
    assert.equal(before.radar.seriesByHistory, 3); // a topic that came up today is judged by its queue
    clearInterval(beating);
    assert.equal(await server.stop(), 0);
    await begin();
    const { radar, queues } = await live();
    assert.equal(radar.seriesByHistory, before.radar.seriesByHistory);
    assert.deepEqual(
      radar.alarms.map(({ queue, topic, onsetTime }) => [queue, topic, onsetTime]),
      before.radar.alarms.map(({ queue, topic, onsetTime }) => [queue, topic, onsetTime]),
    );
    const of = (list) => list.find(({ name }) => name === kQueue);
    assert.equal(of(queues).offered, of(before.queues).offered);
    const { intervals } = await server.ask("LiveService/ListIntervals", today(), admin);
    assert.equal(intervals.reduce((all, one) => all + number(one.arrivals), 0), kSpike);
  });
});
