// A headless Chromium, and people in it: each with a window, a language and what they see.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { root } from "./server.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export const languages = ["en", "nl", "fr", "de"];

const messages = Object.fromEntries(
  languages.map((language) => [
    language,
    JSON.parse(readFileSync(join(root, `web/messages/${language}.json`), "utf8")),
  ]),
);

/** The pages' texts. */
export const words = (language) => messages[language];

export function launch() {
  const executablePath = ["/usr/bin/chromium", "/usr/bin/google-chrome"].find(existsSync);
  return chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-gpu"],
  });
}

export class Person {
  static async enter(browser, server, { language = "nl", dark = false, width = 1280, height = 800 } = {}) {
    const person = new Person();
    person.server = server;
    person.language = language;
    person.context = await browser.newContext({
      locale: { en: "en-GB", nl: "nl-BE", fr: "fr-BE", de: "de-BE" }[language],
      timezoneId: "Europe/Brussels",
      colorScheme: dark ? "dark" : "light",
      viewport: { width, height },
      reducedMotion: "reduce",
    });
    person.page = await person.context.newPage();
    person.page.setDefaultTimeout(15_000);
    person.troubles = [];
    person.page.on("pageerror", (error) => person.troubles.push(error.message));
    return person;
  }

  // A text of the pages in this person's language; `values` fill its simple places.
  t(key, values = {}) {
    const text = messages[this.language][key];
    if (text === undefined) throw new Error(`no message ${key}`);
    return Object.entries(values).reduce((filled, [name, value]) => filled.replace(`{${name}}`, value), text);
  }

  async open(path) {
    await this.page.goto(this.server.http + path);
  }

  // As one of the demonstration's people.
  async signIn(displayName) {
    await this.open("/");
    await this.page.getByRole("button", { name: displayName }).click();
    await this.page.waitForURL(/\/(desk|live|planner)/);
  }

  button(key, values) {
    return this.page.getByRole("button", { name: this.t(key, values) });
  }

  // What axe finds wrong with the page, or with a part or a frame of it, as it is now, one line each.
  async violations(within, frame = this.page) {
    if (!(await frame.evaluate(() => "axe" in window))) await frame.evaluate(axe);
    await this.#settled();
    return frame.evaluate(async (place) => {
      const { violations } = await window.axe.run(place ?? document);
      return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(" ")} ${node.failureSummary}`));
    }, within);
  }

  // With this appearance of the device.
  async appear(colorScheme) {
    await this.page.emulateMedia({ colorScheme });
    await this.#settled();
  }

  // Until all is drawn as it stays: no colour is on its way to another.
  #settled() {
    return this.page.evaluate(async () => {
      await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
      const ending = document.getAnimations().filter(({ effect }) => effect.getComputedTiming().endTime !== Infinity);
      await Promise.allSettled(ending.map(({ finished }) => finished));
    });
  }

  // A picture of the page, where WISSEL_SCREENSHOTS names a folder.
  async picture(name) {
    const folder = process.env.WISSEL_SCREENSHOTS;
    if (folder) await this.page.screenshot({ path: join(folder, `${name}.png`) });
  }

  leave() {
    return this.context.close();
  }
}
