// The chat in another site: two sites with names of their own include /widget.js, one of which may. In a real
// browser: by mouse and keyboard, what is read aloud, what is counted, what the other site gets to see.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { languages, launch, Person } from "./lib/browser.mjs";
import { sampleCenter, Server, Desk } from "./lib/server.mjs";
import { until } from "./lib/until.mjs";

const kTopic = "queues/chat-benefits";

// A site of its own origin with one page, whatever the path, under a policy as strict as can be.
async function site(page) {
  const server = createServer((request, response) => {
    const { html, policy } = page(request.url);
    response.writeHead(200, { "content-type": "text/html; charset=utf-8", "content-security-policy": policy });
    response.end(html);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return {
    origin: `http://localhost:${server.address().port}`,
    stop: () => new Promise((done) => server.close(done)),
  };
}

// The sample center, with a section `chat`; paths in it are relative to where it was.
function centerFor(folder, origin) {
  const text = readFileSync(sampleCenter, "utf8").replaceAll("../../", `${dirname(sampleCenter)}/../../`);
  const file = join(folder, "center.yaml");
  writeFileSync(file, `${text}\nchat:\n  embed_origins: ["${origin}"]\n`);
  return file;
}

let server, browser, friend, stranger, folder, anna;
const near = () => server.http.replace("127.0.0.1", "localhost");
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "wissel-widget-"));
  const page = (path) => {
    // Of one site with the center's, as www.city.example and desk.city.example are; else of another, where a
    // browser keeps nothing for the frame.
    const desk = path.startsWith("/far") ? server.http : near();
    return {
      html: `<!doctype html><html lang="nl"><title>Gemeente</title><main><h1>Gemeente</h1><a href="/more">Meer</a></main>
<script src="${desk}/widget.js" data-topic="${kTopic}" async></script></html>`,
      policy: `default-src 'none'; script-src ${desk}; frame-src ${desk} ${server.http}`,
    };
  };
  friend = await site(page);
  stranger = await site(page);
  server = await Server.start({ config: centerFor(folder, friend.origin) });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await Promise.all([friend?.stop(), stranger?.stop()]);
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const visit = (person, where) => person.page.goto(where);
const button = (person) => person.page.locator("button.open");
const dialog = (person) => person.page.getByRole("dialog", { name: person.t("widget.title") });
const frame = (person) => person.page.frameLocator("iframe");
const says = (locator, text) => locator.filter({ hasText: text }).first().waitFor();
// What is in the frame, for axe.
const inFrame = (person) => person.page.frames().find((each) => each.url().startsWith(`${near()}/chat`));
const focused = (person) =>
  person.page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.className ?? document.activeElement?.tagName);

describe("a site that may", () => {
  let els;
  before(async () => {
    els = await Person.enter(browser, server, { language: "nl", width: 1100, height: 800 });
    await visit(els, friend.origin);
    await button(els).waitFor();
  });
  after(() => els?.leave());

  test("has a button, one name and no cookie", async () => {
    await els.page.getByRole("button", { name: els.t("widget.open"), expanded: false }).waitFor();
    const names = await els.page.evaluate(() => {
      const clean = document.createElement("iframe");
      clean.style.display = "none";
      document.body.append(clean);
      const known = new Set(Object.getOwnPropertyNames(clean.contentWindow));
      clean.remove();
      return Object.getOwnPropertyNames(window).filter((name) => !known.has(name) && !/^\d+$/.test(name));
    });
    assert.deepEqual(names, ["wisselChat"]);
    assert.deepEqual(await els.context.cookies(), []);
    assert.deepEqual(await els.violations(), []);
  });

  test("opens and closes it by keyboard, and the focus returns", async () => {
    await button(els).focus();
    await els.page.keyboard.press("Enter");
    await dialog(els).waitFor();
    await els.page.getByRole("button", { name: els.t("widget.open"), expanded: true }).waitFor();
    assert.equal(await focused(els), "close");
    await frame(els).getByLabel(els.t("chat.question")).waitFor();
    await els.page.keyboard.press("Escape");
    await dialog(els).waitFor({ state: "hidden" });
    await until(async () => (await focused(els)) === "open");
    // Opened again, the page in it has the focus, and Escape is heard there too.
    await els.page.keyboard.press("Enter");
    await dialog(els).waitFor();
    await frame(els).getByLabel(els.t("chat.name")).focus();
    await els.page.keyboard.press("Escape");
    await dialog(els).waitFor({ state: "hidden" });
    await until(async () => (await focused(els)) === "open");
  });

  test("its topic is chosen already, in the language of its page", async () => {
    await button(els).click();
    assert.equal(await frame(els).locator(`input[value="${kTopic}"]`).isChecked(), true);
    await els.picture("widget-start");
    await frame(els).getByLabel(els.t("chat.question")).fill("Wanneer krijg ik mijn uitkering?");
    await frame(els).getByRole("button", { name: els.t("chat.start") }).click();
    await says(frame(els).getByTestId("chat-status"), els.t("chat.next"));
    assert.deepEqual(await els.violations(), []);
    assert.deepEqual(await els.violations(undefined, inFrame(els)), []);
  });

  test("counts what is said while it is closed", async () => {
    anna = await Desk.open(server, "agents/anna");
    const offered = await anna.until((state) => state.offers?.length > 0);
    await anna.ask("AcceptOffer", { name: offered.offers[0].name });
    const { workItem } = offered.offers[0];
    const reply = (text) => server.ask("ChatService/SendMessage", { workItem, text }, anna.token);
    await reply("Dag Els");
    await says(frame(els).getByRole("log"), "Dag Els");
    // Until the chat in the frame knows that nobody sees it, which it answers.
    const known = els.page.evaluate(
      () => new Promise((heard) => addEventListener("message", ({ data }) => data?.wissel === "state" && heard())),
    );
    await els.page.getByRole("button", { name: els.t("widget.close") }).click();
    await known;
    await reply("Ik kijk het na");
    await reply("Morgen");
    await els.page.getByRole("button", { name: els.t("widget.unread", { count: 2 }) }).waitFor();
    await says(els.page.getByRole("status"), els.t("widget.unread", { count: 2 }));
    await els.picture("widget-unread");
    assert.deepEqual(await els.violations(), []);
  });

  test("the chat goes on on its next page, without a click", async () => {
    await els.page.getByRole("link", { name: "Meer" }).click();
    await els.page.waitForURL(`${friend.origin}/more`);
    await els.page.getByRole("button", { name: els.t("widget.unread", { count: 2 }) }).waitFor();
    await button(els).click();
    await says(frame(els).getByRole("log"), "Morgen");
    await els.page.getByRole("button", { name: els.t("widget.open"), exact: true }).waitFor();
  });

  test("its own messages are heard by nobody, and it hears none of the page's", async () => {
    // From the page itself, as from any script on it: neither is the other window.
    await els.page.evaluate(() => postMessage({ wissel: "state", unread: 99, going: true }, "*"));
    await els.page.evaluate(() => postMessage({ wissel: "close" }, "*"));
    await frame(els).locator("body").evaluate(() => postMessage({ wissel: "shown", shown: false }, "*"));
    await dialog(els).waitFor();
    assert.equal(await els.page.getByRole("button", { name: "99" }).count(), 0);
    assert.deepEqual(els.troubles, []);
  });
});

test("another site has the chat too, though its browser keeps nothing for the frame", async () => {
  const far = await Person.enter(browser, server, { language: "nl" });
  await visit(far, `${friend.origin}/far`);
  await button(far).click();
  await frame(far).getByLabel(far.t("chat.question")).waitFor();
  assert.deepEqual(far.troubles, []);
  await far.leave();
});

describe("a site that may not", () => {
  test("gets the script, and an empty frame", async () => {
    const zoe = await Person.enter(browser, server, { language: "nl" });
    const refused = zoe.page.waitForEvent("console", { predicate: (line) => /frame-ancestors/.test(line.text()) });
    await visit(zoe, stranger.origin);
    await button(zoe).click();
    await refused;
    assert.equal(await frame(zoe).getByLabel(zoe.t("chat.question")).count(), 0);
    // Who cannot see it can still close it.
    await zoe.page.keyboard.press("Escape");
    await dialog(zoe).waitFor({ state: "hidden" });
    await zoe.leave();
  });

  test("nor does any site get another page into a frame", async () => {
    const zoe = await Person.enter(browser, server, { language: "nl" });
    await visit(zoe, friend.origin);
    for (const path of ["/", "/desk", "/chat/"]) {
      const refused = zoe.page.waitForEvent("console", { predicate: (line) => /frame-ancestors/.test(line.text()) });
      await zoe.page.evaluate((src) => {
        const frame = document.createElement("iframe");
        frame.src = src;
        document.body.append(frame);
      }, server.http + path);
      await refused;
    }
    await zoe.leave();
  });
});

for (const language of languages) {
  for (const dark of [false, true]) {
    test(`on a phone, in ${language}, ${dark ? "dark" : "light"}, axe finds nothing`, async () => {
      const person = await Person.enter(browser, server, { language, dark, width: 375, height: 667 });
      await visit(person, friend.origin);
      // The page says which language it is in; the tag goes before it.
      await person.page.evaluate(([src, language]) => {
        document.querySelectorAll("div").forEach((each) => each.shadowRoot && each.remove());
        delete window.wisselChat;
        const script = document.createElement("script");
        script.src = src;
        script.dataset.language = language;
        document.body.append(script);
      }, [`${near()}/widget.js`, language]);
      await person.page.getByRole("button", { name: person.t("widget.open") }).click();
      await frame(person).getByLabel(person.t("chat.question")).waitFor();
      const box = await dialog(person).boundingBox();
      assert.deepEqual([box.x, box.y, box.width, box.height], [0, 0, 375, 667]);
      assert.deepEqual(await person.violations(), []);
      assert.deepEqual(await person.violations(undefined, inFrame(person)), []);
      await person.picture(`widget-phone-${language}-${dark ? "dark" : "light"}`);
      await person.page.getByRole("button", { name: person.t("widget.close") }).click();
      await dialog(person).waitFor({ state: "hidden" });
      assert.deepEqual(person.troubles, []);
      await person.leave();
    });
  }
}
