// Rules as versions: in the browser a manager writes other rules, is told what is wrong with them, tries
// them against what was recorded, applies them and takes them back; a planner looks; `wissel rules` does
// the same at the prompt.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { launch, Person } from "./lib/browser.mjs";
import { Desk, sampleCenter, Server, wissel } from "./lib/server.mjs";

const kQueue = "queues/phone-nl";
// Who answers the phone may have two calls at once.
const kTwoCalls = `center:
  routing_profiles:
    - name: routingProfiles/phone
      display_name: Phone, two at once
      units: 100
      channels:
        - {channel: voice, limit: 2, cost: 50, offer_timeout: 20s}
`;
// A center with nothing but a profile, whatever waits.
const kNothingElse = "center:\n  display_name: Empty\n";

let folder, server, browser, token, integration, manager;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "wissel-e2e-"));
  server = await Server.start();
  browser = await launch();
  token = await server.token("manager");
  integration = await server.token("integration");
  await work();
  manager = await Person.enter(browser, server, { language: "en", width: 1440, height: 1000 });
  await manager.signIn("Mieke Aerts");
});
after(async () => {
  await manager?.leave();
  await browser?.close();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

// One call is answered; the next waits for as long as it lasts.
async function work() {
  const dirk = await Desk.open(server, "agents/dirk");
  const ring = () => server.ask("WorkService/CreateWorkItem", { workItem: { queue: kQueue } }, integration);
  const answer = async () => {
    const { offers } = await dirk.until((state) => (state.offers ?? []).length > 0);
    const { assignments } = await dirk.ask("AcceptOffer", { name: offers[0].name });
    return assignments[0].name;
  };
  const complete = (name) => dirk.ask("CompleteAssignment", { name, reasonCodes: ["answered"] });
  await ring();
  const first = await answer();
  await ring();
  await pause(2000);
  await complete(first);
  await complete(await answer());
}

const versions = async () =>
  (await server.ask("RulesService/ListRuleVersions", {}, token)).ruleVersions;
const newest = async () => (await versions())[0];
const rows = () => manager.page.getByTestId("rule-version");
const write = (text) => manager.page.getByLabel(manager.t("rules.draft")).fill(text);
const button = (key, values) => manager.page.getByRole("button", { name: manager.t(key, values), exact: true });
const dialog = () => manager.page.getByRole("dialog");

describe("the page of the rules", () => {
  let before;

  test("lists the versions, and says what lies between two of them", async () => {
    before = await newest();
    await manager.page.getByRole("link", { name: manager.t("rules.title") }).click();
    await manager.page.waitForURL(/\/rules$/);
    await rows().first().filter({ hasText: manager.t("rules.current") }).waitFor();
    await manager.page.getByTestId("rule-diff").first().waitFor();
    await manager.picture("rules-versions");
    assert.deepEqual(await manager.violations(), []);
  });

  test("says of rules that are wrong what, and in which line", async () => {
    await button("rules.write").click();
    await write(kTwoCalls.replace("limit: 2", "limit: 0"));
    await button("rules.check").click();
    const problem = manager.page.getByTestId("rules-problem");
    await problem.filter({ hasText: "limit" }).waitFor();
    assert.equal(await button("rules.apply").isDisabled(), true);
    await problem.getByRole("button").click();
    const chosen = await manager.page.evaluate(() => {
      const { value, selectionStart, selectionEnd } = document.activeElement;
      return value.slice(selectionStart, selectionEnd);
    });
    assert.match(chosen, /limit: 0|routingProfiles\/phone/);
    await manager.picture("rules-problem");
    assert.deepEqual(await manager.violations(), []);
  });

  test("what stands in the way is said, and nothing changes", async () => {
    const { name } = await server.ask("WorkService/CreateWorkItem", { workItem: { queue: kQueue } }, integration);
    await write(kNothingElse);
    await manager.page.getByLabel(manager.t("rules.whole")).check();
    await button("rules.check").click();
    await manager.page.getByTestId("rules-problem").first().filter({ hasText: `${kQueue} is used by 1` }).waitFor();
    assert.equal(await button("rules.apply").isDisabled(), true);
    await manager.page.getByLabel(manager.t("rules.whole")).uncheck();
    await server.ask("WorkService/CancelWorkItem", { name, cause: "CUSTOMER_LEFT" }, integration);
    assert.equal((await newest()).number, before.number);
  });

  test("tries the rules against what was recorded, with figures for every queue", async () => {
    await write(kTwoCalls);
    await button("rules.check").click();
    await manager.page.getByTestId("rule-diff").filter({ hasText: "two at once" }).first().waitFor();
    await button("rules.tryDraft").click();
    const headline = manager.page.getByTestId("rules-headline");
    await headline.waitFor();
    assert.match(await headline.textContent(), /^1 item would have waited \d(\.\d)?s less, 1 the same\.$/);
    await manager.page.getByTestId("rules-plot").filter({ hasText: "Telefoon" }).waitFor();
    await manager.picture("rules-tried");
    assert.deepEqual(await manager.violations(), []);
    assert.equal((await newest()).number, before.number, "a trial changes nothing");
  });

  test("applies them as one version, once somebody has said yes", async () => {
    await button("rules.apply").click();
    await dialog().getByTestId("rule-diff").first().waitFor();
    await dialog().getByLabel(manager.t("rules.note")).fill("a busy morning");
    await manager.picture("rules-apply");
    assert.deepEqual(await manager.violations(), []);
    await dialog().getByRole("button", { name: manager.t("rules.apply"), exact: true }).click();
    await rows().first().filter({ hasText: "a busy morning" }).waitFor();
    const now = await newest();
    assert.equal(now.user, "users/mieke");
    assert.equal(now.current, true);
    await manager.page.emulateMedia({ colorScheme: "dark" });
    await manager.picture("rules-applied-dark");
    assert.deepEqual(await manager.violations(), []);
    await manager.page.emulateMedia({ colorScheme: "light" });
  });

  test("and takes them back", async () => {
    await button("rules.goBack", { number: before.number }).click();
    await dialog().getByTestId("rule-diff").first().waitFor();
    await manager.picture("rules-back");
    await dialog().getByRole("button", { name: manager.t("rules.goBack", { number: before.number }) }).click();
    await rows().first().filter({ hasText: manager.t("rules.restores", { number: before.number }) }).waitFor();
    const now = await newest();
    assert.equal(now.restoredVersion, before.number);
    const diff = await server.ask("RulesService/DiffRuleVersions", { from: before.number, to: now.number }, token);
    assert.deepEqual(diff, {});
    const { auditEntries } = await server.ask("AuditService/ListAuditEntries", {}, token);
    assert.equal(auditEntries[0].kind, "RULES_ROLLED_BACK");
    assert.equal(auditEntries[1].kind, "RULES_APPLIED");
  });

  test("a planner looks and tries, and changes nothing; agents see nothing of it", async () => {
    const planner = await Person.enter(browser, server, { language: "de", width: 800, height: 1000 });
    await planner.signIn("Pieter De Smet");
    await planner.page.getByRole("link", { name: planner.t("rules.title") }).click();
    await planner.page.getByTestId("rule-version").first().waitFor();
    await planner.button("rules.write").click();
    assert.equal(await planner.page.getByRole("button", { name: planner.t("rules.apply"), exact: true }).count(), 0);
    await planner.picture("rules-planner-de");
    assert.deepEqual(await planner.violations(), []);
    assert.deepEqual(planner.troubles, []);
    await planner.leave();
    const anna = await server.token("agent", "agents/anna");
    assert.equal((await server.call("RulesService/ListRuleVersions", {}, anna)).status, 403);
    const eyes = await server.token("planner");
    const apply = { rules: { yaml: kTwoCalls }, expectedVersion: before.number };
    assert.equal((await server.call("RulesService/ApplyRules", apply, eyes)).status, 403);
  });

  test("nothing went wrong in the page", () => assert.deepEqual(manager.troubles, []));
});

describe("wissel rules", () => {
  const rules = (name, ...args) => wissel("rules", name, ...args);
  const online = () => ["--grpc", server.grpc, "--token", token];
  const file = (name, text) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const json = async (...args) => {
    const { code, stdout, stderr } = await rules(...args, "--json");
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout);
  };

  test("lists and compares, of a server and of its folder", async () => {
    for (const where of [online(), ["--data", server.data]]) {
      const { ruleVersions } = await json("list", "--limit", "3", ...where);
      assert.equal(ruleVersions.length, 3);
      assert.equal(ruleVersions[1].note, "a busy morning");
      const { stdout } = await rules("diff", ruleVersions[2].number, ruleVersions[1].number, ...where);
      assert.match(stdout, /routingProfiles\/phone\n {2}display_name: .* -> Phone, two at once/);
      const shown = await rules("show", "current", ...where);
      assert.match(shown.stdout, /^# Version \d+ of .*\ncenter:\n/);
    }
  });

  test("validates, with an exit code", async () => {
    const good = file("good.yaml", kTwoCalls);
    const bad = file("bad.yaml", kTwoCalls.replace("limit: 2", "limit: 0"));
    for (const where of [online(), ["--data", server.data]]) {
      const right = await rules("validate", good, ...where);
      assert.equal(right.code, 0, right.stderr);
      assert.match(right.stdout, /good\.yaml: right\. Against version \d+:\nroutingProfiles\/phone/);
      const wrong = await rules("validate", bad, ...where);
      assert.equal(wrong.code, 1);
      assert.match(wrong.stderr, /bad\.yaml:\d+: .*limit/);
    }
    assert.equal((await rules("validate", sampleCenter, ...online())).code, 0, "the file that it runs by");
  });

  test("tries, applies and rolls back", async () => {
    const path = file("two.yaml", kTwoCalls);
    for (const where of [online(), ["--data", server.data]]) {
      const { code, stdout, stderr } = await rules("dry-run", path, ...where);
      assert.equal(code, 0, stderr);
      assert.match(stdout, /^1 items? would have waited \d\.\d s less, 1 the same\.\n/);
      assert.match(stdout, /queues\/phone-nl +recorded/);
    }
    const applied = await json("apply", path, "--note", "from the prompt", ...online());
    assert.equal(applied.note, "from the prompt");
    const twice = await rules("apply", path, ...online());
    assert.equal(twice.code, 1);
    assert.match(twice.stderr, /nothing would change/);
    const late = await rules("rollback", "3", "--expected", "5", ...online());
    assert.equal(late.code, 1);
    assert.match(late.stderr, /the rules are of version \d+ by now/);
    const [, back] = (await json("list", ...online())).ruleVersions;
    const { code, stdout } = await rules("rollback", back.number, ...online());
    assert.equal(code, 0);
    assert.match(stdout, /^version \d+: /);
  });

  test("says what it takes", async () => {
    assert.equal((await rules("list")).code, 2);
    const { code, stdout } = await rules("dry-run", "--help");
    assert.equal(code, 0);
    assert.match(stdout, /--until/);
    const none = await rules("diff", "1", "many", ...online());
    assert.equal(none.code, 1);
    assert.match(none.stderr, /"many" is no version; its number, or "current"/);
    assert.equal((await rules("show", "99999", ...online())).code, 1);
  });
});
