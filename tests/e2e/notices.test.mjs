// A customer chooses on their page, without script, of which stages a mail tells them; a real mail server brings the
// mails, once each, also when the center's process is killed in between.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { launch, Person } from "./lib/browser.mjs";
import { Exim, header, missing } from "./lib/exim.mjs";
import { Desk, root, Server } from "./lib/server.mjs";
import { until } from "./lib/until.mjs";

const configuration = (smtpPort) => `
server: {web: "${join(root, "web/dist")}", customer_pages: "${join(root, "web/customer")}"}
center:
  display_name: Tax office
  time_zone: Europe/Brussels
  routing_profiles:
    - name: routingProfiles/mail
      units: 100
      channels: [{channel: email, limit: 3, cost: 30}]
  queues:
    - {name: queues/mail, display_name: Taxes, channel: email, answer_within: 4h}
  agents:
    - {name: agents/anna, display_name: Anna, routing_profile: routingProfiles/mail}
mail:
  addresses:
    - {address: tax@center.test, queue: queues/mail, display_name: Tax office}
  smtp: {address: "127.0.0.1:${smtpPort}", tls: plain}
  public_url: https://wissel.center.test
tracking:
  notice_delay: 1s
`;

let folder, data, server, exim, admin, anna, browser, mia, item;
const start = () => Server.start({ config: join(folder, "center.yaml"), data, demo: false, args: ["--lmtp", "127.0.0.1:0"] });
const portOf = (address) => Number(address.split(":")[1]);
const arrived = (mails) => until(() => exim.box("mia"), (box) => box.length >= mails);
const act = (method, more = {}) => anna.ask(method, { name: `agents/anna/assignments/${item.split("/")[1]}`, ...more });
before(async () => {
  assert.equal(missing, undefined, "the mail server is missing: ./dev setup --tests");
  folder = mkdtempSync(join(tmpdir(), "wissel-notices-"));
  data = join(folder, "data");
  exim = await Exim.start(1);
  writeFileSync(join(folder, "center.yaml"), configuration(exim.port));
  server = await start();
  exim.configure(portOf(server.lmtp));
  admin = await server.token("admin");
  anna = await Desk.open(server, "agents/anna");
  browser = await launch();
  mia = await Person.enter(browser, server, { language: "nl", width: 390, height: 844 });
});
after(async () => {
  await mia?.leave();
  await browser?.close();
  await server?.stop();
  await exim?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe("notices of stages", () => {
  let path;

  test("are chosen on the page that the acknowledgement leads to", async () => {
    await exim.submit("mia@home.test", "tax@center.test", "From: Mia Peeters <mia@home.test>\nTo: tax@center.test\nSubject: Mijn belasting\nMessage-ID: <one@home.test>\nDate: Thu, 26 Nov 2026 09:00:00 +0100\n\nDag, ik heb nog een vraag over mijn belasting van dit jaar.\n");
    const [ack] = await arrived(1);
    [path] = ack.match(/\/track\/[\w-]{22}/);
    await mia.open(`${path}?lang=nl`);
    const boxes = mia.page.getByRole("group", { name: "Laat het mij per mail weten wanneer" });
    assert.equal(await boxes.getByRole("checkbox", { checked: true }).count(), 0);
    await boxes.getByLabel("iemand eraan begint").check();
    await boxes.getByLabel("het beantwoord of afgesloten is").check();
    await mia.page.getByRole("button", { name: "Bewaren" }).click();
    await mia.page.getByText("Uw keuze van mails is bewaard.").waitFor();
    assert.equal(await boxes.getByRole("checkbox", { checked: true }).count(), 2);
    await mia.page.screenshot({ path: join(process.env.WISSEL_SCREENSHOTS ?? folder, "notices-page.png"), fullPage: true });
    assert.deepEqual(await mia.violations(), []);
  });

  test("tell that somebody has taken it up, in the customer's language and thread", async () => {
    const { offers } = await until(() => anna.ask("GetAgentState", {}), (state) => state.offers?.length > 0);
    item = offers[0].workItem;
    await anna.ask("AcceptOffer", { name: offers[0].name });
    const notice = (await arrived(2))[1];
    assert.match(header(notice, "Subject"), /^Uw aanvraag \d+: Er werkt iemand aan$/);
    assert.equal(header(notice, "Auto-Submitted"), "auto-generated");
    assert.equal(header(notice, "In-Reply-To"), undefined);
    assert.match(header(notice, "References"), /<one@home\.test>/);
    assert.ok(notice.includes(`https://wissel.center.test${path}`));
  });

  test("survive a kill: what came meanwhile is told, and nothing twice", async () => {
    await act("CompleteAssignment");
    await server.killHard();
    server = await start();
    exim.configure(portOf(server.lmtp));
    mia.server = server;
    const ended = (await arrived(3))[2];
    assert.match(header(ended, "Subject"), /^Uw aanvraag \d+: Beantwoord$/);
    await server.killHard();
    server = await start();
    exim.configure(portOf(server.lmtp));
    mia.server = server;
  });

  test("are not sent for a customer's own deeds; a choice is kept until it is taken back", async () => {
    await mia.open(`${path}?lang=nl`);
    await mia.page.locator("#text").fill("Toch nog iets.");
    await mia.page.locator("form:has(#text) button").click();
    const again = await until(
      async () => (await server.ask("WorkService/ListWorkItems", { queue: "queues/mail" }, admin)).workItems ?? [],
      (items) => items.length === 1,
    );
    assert.notEqual(again[0].name, item);
    anna.server = server;
    const { offers } = await until(() => anna.ask("GetAgentState", {}), (state) => state.offers?.length > 0);
    item = offers[0].workItem;
    await anna.ask("AcceptOffer", { name: offers[0].name });
    const box = await arrived(4);
    assert.match(header(box[3], "Subject"), /Er werkt iemand aan$/);
    await mia.open(`${path}?lang=nl`);
    const ticked = mia.page.getByRole("checkbox", { checked: true });
    while ((await ticked.count()) > 0) await ticked.first().uncheck();
    await mia.page.getByRole("button", { name: "Bewaren" }).click();
    await mia.page.getByText("Uw keuze van mails is bewaard.").waitFor();
    const { notices = [] } = await server.ask("TrackingService/GetTracking", { token: path.split("/")[2] });
    assert.deepEqual(notices, []);
    assert.equal((await exim.box("mia")).length, 4);
  });
});
