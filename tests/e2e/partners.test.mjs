// Partners, in the browser: a manager opens the partner's step for a call that waits, takes it back and
// opens it again; the partner page shows who took what, what is owed and what was settled, live.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, Person } from "./lib/browser.mjs";
import { Desk, Server } from "./lib/server.mjs";

const kQueue = "queues/phone-nl";
const kPartner = "Helpline Antwerp";

let server, browser, admin, integration, manager, dirk, sander;
before(async () => {
  server = await Server.start();
  browser = await launch();
  admin = await server.token("admin");
  integration = await server.token("integration");
  await share([{ share: 0.5 }, { partner: "partners/helpline", share: 0.5 }]);
  dirk = await Desk.open(server, "agents/dirk");
  sander = await Desk.open(server, "agents/sander");
  manager = await Person.enter(browser, server, { language: "en", width: 1440, height: 960 });
  await manager.signIn("Mieke Aerts");
});
after(async () => {
  await manager?.leave();
  await browser?.close();
  await server?.stop();
});

const share = (shares) =>
  server.ask(
    "ConfigService/UpdateQueue",
    { queue: { name: kQueue, partnerAllocation: { shares, serviceLevelFloor: 0.7 } }, updateMask: "partnerAllocation" },
    admin,
  );
const ring = () => server.ask("WorkService/CreateWorkItem", { workItem: { queue: kQueue } }, integration);
const stateOf = async ({ name }) => (await server.ask("WorkService/GetWorkItem", { name }, integration)).state;
const row = () => manager.page.getByTestId("queue-row").filter({ hasText: "Telefoon" });
const button = (key, values) => manager.page.getByRole("button", { name: manager.t(key, values), exact: true });

async function takeNext(desk) {
  const { offers } = await desk.until((state) => (state.offers ?? []).length > 0);
  await desk.ask("AcceptOffer", { name: offers[0].name });
}

describe("partners", () => {
  let waiting;

  test("the partner's step is opened for who waits, undone, and opened again", async () => {
    await ring();
    await takeNext(dirk);
    waiting = await ring();
    assert.equal(await stateOf(waiting), "WAITING");
    await row().getByRole("button").first().click();
    await sander.ask("SetPresence", { agent: sander.agent, presence: "AWAY", awayReason: "break" });
    await button("act.openStep", { what: kPartner }).click();
    await row().getByTestId("opened-step").filter({ hasText: kPartner }).waitFor();
    await manager.page.getByTestId("undo-bar").filter({ hasText: kPartner }).waitFor();
    await manager.picture("partners-step-open");
    assert.deepEqual(await manager.violations(), []);
    await manager.page.keyboard.press("Control+z");
    await row().getByTestId("opened-step").waitFor({ state: "detached" });
    await button("act.openStep", { what: kPartner }).click();
    await row().getByTestId("opened-step").waitFor();
    // The partner's people take calls by themselves.
    await sander.ask("SetPresence", { agent: sander.agent, presence: "AVAILABLE" });
    assert.equal(await stateOf(waiting), "ACTIVE");
    await button("act.closeStep", { what: kPartner }).click();
    await row().getByTestId("opened-step").waitFor({ state: "detached" });
  });

  test("the partner page shows what each took and is owed", async () => {
    await manager.page.getByRole("link", { name: manager.t("partners.title") }).click();
    await manager.page.waitForURL(/\/partners$/);
    const panel = manager.page.getByTestId("allocation").filter({ hasText: "Telefoon" });
    const of = (name) => panel.getByTestId("partner-row").filter({ hasText: name });
    await of(kPartner).getByTestId("taken").filter({ hasText: "1 (50%)" }).waitFor();
    await of(manager.t("partners.house")).getByTestId("credit").filter({ hasText: "0.0" }).waitFor();
    await manager.picture("partners-page");
    assert.deepEqual(await manager.violations(), []);

    // Live: the next call is counted while the page stands.
    const { assignments } = await dirk.until((state) => (state.assignments ?? []).length > 0);
    await dirk.ask("CompleteAssignment", { name: assignments[0].name, reasonCodes: ["answered"] });
    await ring();
    await takeNext(dirk);
    await of(manager.t("partners.house")).getByTestId("taken").filter({ hasText: "2 (67%)" }).waitFor();
  });

  test("and what was settled, as a table with bars", async () => {
    await share([{ share: 0.7 }, { partner: "partners/helpline", share: 0.3 }]);
    const settled = manager.page.getByTestId("settlement-row");
    await settled.first().filter({ hasText: "2 of 1.5" }).waitFor();
    await manager.picture("partners-settled");
    assert.deepEqual(await manager.violations(), []);
    await manager.page.emulateMedia({ colorScheme: "dark" });
    await manager.picture("partners-settled-dark");
    assert.deepEqual(await manager.violations(), []);
  });

  test("the record says who opened the step", async () => {
    const { auditEntries } = await server.ask("AuditService/ListAuditEntries", { subject: kQueue }, admin);
    assert.match(JSON.stringify(auditEntries), /opened_step/);
  });

  test("agents see nothing of it", async () => {
    const { status } = await server.call("PartnerService/ListPartnerAllocations", {}, dirk.token);
    assert.equal(status, 403);
  });
});
