// A customer fills in a form and follows it, on a phone and in a browser that runs no script; an agent reads it.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, Person } from "./lib/browser.mjs";
import { Server } from "./lib/server.mjs";

let server, browser;
before(async () => {
  server = await Server.start();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const phone = { width: 390, height: 844 };
const page = (person) => person.page;
const text = (person) => page(person).locator("main").innerText();
const items = async (token) =>
  (await server.ask("WorkService/ListWorkItems", { queue: "queues/mail-general" }, token)).workItems ?? [];

describe("without script", () => {
  let context, customer, track;
  before(async () => {
    context = await browser.newContext({ javaScriptEnabled: false, locale: "nl-BE", viewport: phone });
    customer = await context.newPage();
    customer.setDefaultTimeout(15_000);
  });
  after(() => context?.close());

  test("what is missing is said, and what was typed stays", async () => {
    await customer.goto(`${server.http}/form/complaint`);
    assert.equal(await customer.locator("h1").innerText(), "Een klacht");
    await customer.getByLabel("Uw mailadres").fill("mia@example.org");
    // A browser would stop here; one that does not is told by the server.
    await customer.locator("form").evaluate((form) => form.setAttribute("novalidate", ""));
    await customer.getByRole("button", { name: "Versturen" }).click();
    await customer.locator(".problems").waitFor();
    assert.match(await customer.locator(".problems").innerText(), /2 dingen/);
    assert.equal(await customer.getByLabel("Uw mailadres").inputValue(), "mia@example.org");
  });

  test("it is sent once, and leads to where it stands", async () => {
    const admin = await server.token("admin");
    const before = (await items(admin)).length;
    await customer.getByLabel("Waarover gaat het?").selectOption("waiting");
    await customer.getByLabel("Wat is er gebeurd?").fill("Ik wacht <b>al</b> een maand.");
    await customer.getByRole("button", { name: "Versturen" }).click();
    await customer.waitForURL(/\/track\/[\w-]{22}/);
    track = customer.url();
    assert.match(await customer.locator("main").innerText(), /wacht op zijn beurt/);
    assert.equal((await items(admin)).length, before + 1);
  });

  test("not now, and go on", async () => {
    await customer.getByRole("button", { name: "Nu even niet" }).click();
    await customer.getByText("Gepauzeerd, zoals u vroeg").waitFor();
    await customer.getByRole("button", { name: "Ga verder" }).click();
    await customer.getByText("wacht op zijn beurt").waitFor();
  });

  test("what is added is there, as text", async () => {
    await customer.getByLabel("Iets toevoegen").fill("<script>alert(1)</script> en nog iets");
    await customer.getByRole("button", { name: "Versturen" }).click();
    await customer.getByText("Uw bericht is toegevoegd.").waitFor();
    assert.match(await customer.locator(".messages").innerText(), /<script>alert\(1\)<\/script> en nog iets/);
  });

  test("it can be withdrawn, and taken up again", async () => {
    await customer.getByRole("button", { name: "Ik heb geen antwoord meer nodig" }).click();
    await customer.getByText("Geannuleerd", { exact: true }).waitFor();
    const first = await customer.locator("h1").innerText();
    await customer.getByLabel("Iets toevoegen").fill("Toch wel.");
    await customer.getByRole("button", { name: "Versturen" }).click();
    await customer.getByText("wacht op zijn beurt").waitFor();
    assert.notEqual(await customer.locator("h1").innerText(), first, "it has a new reference");
  });

  test("a link that opens nothing says so", async () => {
    const answer = await customer.goto(`${track.slice(0, track.indexOf("/track/"))}/track/AAAAAAAAAAAAAAAAAAAAAA`);
    assert.equal(answer.status(), 404);
    assert.match(await customer.locator("main").innerText(), /bestaat niet/);
  });
});

describe("to look at", () => {
  for (const [language, dark] of [["en", false], ["fr", true], ["de", false]]) {
    test(`the form and where it stands, in ${language}`, async () => {
      const person = await Person.enter(browser, server, { language, dark, ...phone });
      await person.open("/form/complaint");
      assert.deepEqual(await person.violations(), []);
      await person.picture(`form-${language}`);
      await page(person).locator("select").selectOption("manner");
      await page(person).locator("textarea").fill("…");
      await page(person).locator("button[type=submit]").click();
      await page(person).waitForURL(/\/track\//);
      await page(person).locator("#text").fill("2026 — 12.30 h");
      await page(person).locator("button[type=submit]").click();
      await page(person).locator(".done").waitFor();
      assert.deepEqual(await person.violations(), []);
      await person.picture(`track-${language}`);
      assert.ok((await text(person)).length > 50);
      await person.leave();
      assert.deepEqual(person.troubles, []);
    });
  }

  test("what is wrong, on a large screen", async () => {
    const person = await Person.enter(browser, server, { language: "en" });
    await person.open("/form/complaint");
    await page(person).locator("form").evaluate((form) => form.setAttribute("novalidate", ""));
    await page(person).locator("#field-mail").fill("nobody");
    await page(person).locator("button[type=submit]").click();
    await page(person).locator(".problems").waitFor();
    assert.deepEqual(await person.violations(), []);
    await person.picture("form-problems");
    await person.leave();
  });
});

test("an agent reads it at the desk, what is added too, and the customer sees that somebody has it", async () => {
  const { reference, trackingToken: token } = await server.ask("FormService/SubmitForm", {
    form: "forms/complaint",
    language: "nl",
    fields: [{ name: "topic", value: "manner" }, { name: "what", value: "Niemand <i>belde</i> terug." }],
  });
  const admin = await server.token("admin");
  for (const { name } of await items(admin)) {
    if (name !== `workItems/${reference}`) await server.ask("WorkService/CancelWorkItem", { name, cause: "WITHDRAWN" }, admin);
  }
  const anna = await Person.enter(browser, server, { language: "nl" });
  await anna.signIn("Anna Declercq");
  await anna.button("desk.startDay").click();
  await page(anna).getByTestId("presence").getByRole("button", { name: anna.t("presence.available") }).click();
  await page(anna).getByTestId("offer").getByRole("button", { name: anna.t("desk.accept") }).click();
  const record = page(anna).getByTestId("contact-record");
  await record.getByText("Hoe ik behandeld werd").waitFor();
  await record.getByText("Niemand <i>belde</i> terug.").waitFor();
  await server.ask("TrackingService/AddTrackingMessage", { token, text: "En nu nog altijd niet." });
  await record.getByText("En nu nog altijd niet.").waitFor();
  assert.deepEqual(await anna.violations(), []);
  await anna.picture("desk-form");
  assert.equal((await server.ask("TrackingService/GetTracking", { token })).stage, "IN_HAND");
  await anna.leave();
  assert.deepEqual(anna.troubles, []);
});

test("one address cannot flood", async () => {
  const statuses = [];
  for (let i = 0; i < 8; i += 1) {
    const sent = await fetch(`${server.http}/form/complaint`, {
      method: "POST",
      redirect: "manual",
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ topic: "waiting", what: "flood", requestId: `flood-${i}` }),
    });
    statuses.push(sent.status);
  }
  assert.ok(statuses.includes(429), statuses.join(" "));
});

test("a form of another site is not taken", async () => {
  const sent = await fetch(`${server.http}/form/complaint`, {
    method: "POST",
    redirect: "manual",
    headers: { "Content-Type": "application/x-www-form-urlencoded", Origin: "https://elsewhere.example" },
    body: new URLSearchParams({ topic: "waiting", what: "x" }),
  });
  assert.equal(sent.status, 403);
});
