// Files in a chat, in a real browser: a customer on a phone and an agent at the desk send each other files; what is
// not taken is said in words, in four languages; nothing that came is ever shown as a page.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { languages, launch, Person } from "./lib/browser.mjs";
import { Server } from "./lib/server.mjs";

const kTopic = "queues/chat-benefits";
// A PNG of one pixel, and a PDF that is larger than one piece.
const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64",
);
const pdf = Buffer.concat([Buffer.from("%PDF-1.7\n"), Buffer.alloc(150_000, "x")]);

let server, browser, mia, anna;
before(async () => {
  server = await Server.start();
  browser = await launch();
  mia = await Person.enter(browser, server, { language: "nl", width: 390, height: 844 });
  anna = await Person.enter(browser, server, { language: "en", dark: true, width: 1440, height: 900 });
});
after(async () => {
  await Promise.all([mia, anna].map((person) => person?.leave()));
  await browser?.close();
  await server?.stop();
});

const log = (person) => person.page.getByRole("log");
const picker = (person) => person.page.locator('form.composer input[type="file"]');
const trouble = (person) => person.page.getByTestId("file-trouble");
const attachment = (person, name) => log(person).getByTestId("attachment").filter({ hasText: name });
const send = (person, name, buffer, mimeType = "text/html") => picker(person).setInputFiles({ name, mimeType, buffer });

async function start(person) {
  await person.open(`/chat?topic=${kTopic}`);
  await person.page.getByLabel(person.t("chat.question")).fill("?");
  await person.button("chat.start").click();
  await person.page.getByTestId("attach").waitFor();
}

// As a file that is saved; and even an answer that carries it is none that a browser would show.
async function saved(person, name) {
  const [download, answer] = await Promise.all([
    person.page.waitForEvent("download"),
    person.page.waitForResponse((response) => /\/Download\w+File$/.test(response.url())),
    attachment(person, name).click(),
  ]);
  const headers = answer.headers();
  assert.equal(headers["content-disposition"], "attachment");
  assert.equal(headers["content-security-policy"], "sandbox");
  assert.equal(headers["x-content-type-options"], "nosniff");
  assert.equal(download.suggestedFilename(), name);
  return readFileSync(await download.path());
}

describe("a customer on a phone and an agent", () => {
  before(async () => {
    await start(mia);
    await anna.signIn("Anna Declercq");
    await anna.page.getByRole("button", { name: anna.t("desk.startDay"), exact: true }).click();
    await anna.page.getByTestId("presence").waitFor();
    await anna.page.keyboard.press("Alt+p");
    await anna.page.getByTestId("offer").waitFor();
    await anna.page.keyboard.press("Alt+a");
    await anna.page.getByTestId("contact-panel").getByTestId("attach").waitFor();
  });

  test("the customer's file arrives at the desk, byte by byte", async () => {
    await send(mia, "beslissing.pdf", pdf);
    await attachment(mia, "beslissing.pdf").waitFor();
    await send(mia, "foto.png", png);
    await attachment(anna, "foto.png").waitFor();
    assert.deepEqual(await saved(anna, "beslissing.pdf"), pdf);
    assert.equal(await log(mia).getByRole("listitem").filter({ hasText: "beslissing.pdf" }).count(), 2, "a message and its file");
    await mia.picture("chat-files-phone");
    await anna.picture("chat-files-desk");
    assert.deepEqual(await mia.violations(), []);
    assert.deepEqual(await anna.violations(), []);
  });

  test("and the agent's at the customer, chosen by keyboard", async () => {
    const button = anna.page.getByTestId("contact-panel").getByTestId("attach");
    const choosing = anna.page.waitForEvent("filechooser");
    // The browser has been told to hand the chooser over before the key is pressed: a key is faster than that.
    await button.focus();
    await anna.page.waitForFunction(() => document.activeElement?.dataset.testid === "attach");
    await anna.page.keyboard.press("Enter");
    const chooser = await choosing;
    await chooser.setFiles({ name: "form.txt", mimeType: "text/plain", buffer: Buffer.from("fill me in") });
    await attachment(mia, "form.txt").waitFor();
    assert.deepEqual(await saved(mia, "form.txt"), Buffer.from("fill me in"));
  });

  test("what is no such file is said in words, can be discarded, and nothing came of it", async () => {
    await send(mia, "virus.exe", Buffer.from("MZ"));
    await send(mia, "page.html", Buffer.from("<script>alert(1)</script>"));
    await send(mia, "leeg.pdf", Buffer.alloc(0));
    await trouble(mia).nth(2).waitFor();
    // What the page lets pass, the server does not.
    await send(mia, "niet.pdf", Buffer.from("<html><script>alert(1)</script>"));
    await trouble(mia).nth(3).waitFor();
    assert.deepEqual(await trouble(mia).allTextContents(), [
      mia.t("chat.fileKind"), mia.t("chat.fileKind"), mia.t("chat.fileEmpty"), mia.t("chat.fileDiffers"),
    ]);
    await mia.picture("chat-files-refused");
    await mia.appear("dark");
    await mia.picture("chat-files-refused-dark");
    assert.deepEqual(await mia.violations(), []);
    await mia.appear("light");
    for (let left = 4; left > 0; --left) {
      await mia.button("chat.dismiss").first().click();
    }
    await trouble(mia).waitFor({ state: "detached" });
    assert.equal(await attachment(anna, ".exe").count() + await attachment(anna, "niet").count(), 0);
  });

  test("too many in a minute wait", async () => {
    for (const name of ["a.txt", "b.txt", "c.txt"]) await send(mia, name, Buffer.from("x"));
    await attachment(anna, "c.txt").waitFor();
    await send(mia, "d.txt", Buffer.from("x"));
    await trouble(mia).filter({ hasText: mia.t("chat.fileSoon") }).waitFor();
  });

  test("a message that is sent never stands twice", async () => {
    await mia.page.evaluate(() => {
      window.most = 0;
      const count = () => [...document.querySelectorAll(".text")].filter((e) => e.textContent.includes("eenmaal")).length;
      new MutationObserver(() => (window.most = Math.max(window.most, count()))).observe(document.body, { childList: true, subtree: true });
    });
    await mia.page.getByLabel(mia.t("chat.write")).fill("eenmaal");
    await mia.page.keyboard.press("Enter");
    await log(anna).getByText("eenmaal").waitFor();
    await log(mia).getByRole("listitem").filter({ hasText: "eenmaal" }).locator(".numeric").waitFor();
    assert.equal(await mia.page.evaluate(() => window.most), 1);
  });

  test("no page had an error of its own", () => {
    assert.deepEqual([...mia.troubles, ...anna.troubles], []);
  });
});

describe("in every language", () => {
  for (const language of languages) {
    test(`${language}: one that is too large`, async () => {
      const person = await Person.enter(browser, server, { language, width: 390, height: 844 });
      await start(person);
      await send(person, "photo.jpg", Buffer.alloc((5 << 20) + 1));
      const words = person.t("chat.fileSize").split("{size}");
      const said = await trouble(person).textContent();
      assert.ok(said.startsWith(words[0]) && said.includes("5"), said);
      assert.deepEqual(await person.violations(), []);
      await person.leave();
    });
  }
});
