import { afterEach, describe, expect, it } from "vitest";
import { Code, ConnectError } from "@connectrpc/connect";
import { wishOf } from "../src/desk/desk_shortcuts";
import { isOutage, problemOf } from "../src/lib/errors";
import { clockTime, count, dayName, elapsed, percent, spoken } from "../src/lib/format";
import { i18n, preferredLanguage, t } from "../src/lib/i18n.svelte";
import { awayReasonName } from "../src/lib/labels";
import { ErrorDetailSchema } from "../src/gen/wissel/v1/common_pb";

afterEach(() => i18n.use("en"));

describe("the language", () => {
  it("is that of the address, else the one chosen, else the browser's, else English", () => {
    expect(preferredLanguage("fr", "de", ["nl-BE"])).toBe("fr");
    expect(preferredLanguage(null, "de", ["nl-BE"])).toBe("de");
    expect(preferredLanguage(null, null, ["pt", "nl-BE", "en"])).toBe("nl");
    expect(preferredLanguage("xx", null, ["pt"])).toBe("en");
  });

  it("changes every word and figure at once", async () => {
    expect(t("presence.available")).toBe("Available");
    await i18n.use("nl");
    expect(t("presence.available")).toBe("Beschikbaar");
    expect(t("desk.titleOffers", { count: 2 })).toBe("2 aanbiedingen");
    expect(count(1234567)).toBe("1.234.567");
    expect(awayReasonName("lunch")).toBe("Lunch");
    await i18n.use("de");
    expect(spoken(90_000)).toBe("1 Minute 30 Sekunden");
    await i18n.use("fr");
    expect(percent(0.8).replace(/\s/gu, " ")).toBe("80 %");
  });

  it("leaves away reasons that it does not know as they were configured, in words", () => {
    expect(awayReasonName("quality-check")).toBe("Quality check");
  });
});

describe("durations", () => {
  it("run as a clock", () => {
    expect(elapsed(-5)).toBe("0:00");
    expect(elapsed(7_999)).toBe("0:07");
    expect(elapsed(760_000)).toBe("12:40");
    expect(elapsed(11_109_000)).toBe("3:05:09");
    expect(elapsed(3 * 86_400_000)).toBe("3 days");
  });

  it("are spoken in at most two units", () => {
    expect(spoken(20_000)).toBe("20 seconds");
    expect(spoken(4 * 3_600_000)).toBe("4 hours");
    expect(spoken(0)).toBe("0 seconds");
  });

  it("of days leave the names of days as they are", () => {
    expect(spoken(2 * 86_400_000)).toBe("2 days");
    expect(dayName("2026-12-01")).toMatch(/^Tue,? 1 Dec$/);
    expect(spoken(86_400_000)).toBe("1 day");
  });

  it("of a day are told in 24 hours", () => {
    expect(clockTime(new Date(2026, 0, 5, 15, 4).getTime())).toBe("15:04");
  });
});

describe("errors", () => {
  it("are said in the page's language, with the server's own sentence", () => {
    const error = new ConnectError("unknown queue", Code.NotFound, undefined, [
      { desc: ErrorDetailSchema, value: { field: "queue", right: "one of six" } },
    ]);
    expect(problemOf(error)).toEqual({
      key: "error.notFound",
      sentence: "unknown queue",
      field: "queue",
      right: "one of six",
    });
  });

  it("tell an outage from a refusal", () => {
    expect(isOutage(new ConnectError("", Code.Unavailable))).toBe(true);
    expect(isOutage(new TypeError("Failed to fetch"))).toBe(true);
    expect(isOutage(new ConnectError("", Code.Aborted))).toBe(false);
    expect(isOutage(new ConnectError("", Code.Unauthenticated))).toBe(false);
  });
});

describe("shortcuts", () => {
  const press = (key: string, code: string, more: object = {}) => ({
    key,
    code,
    altKey: true,
    ctrlKey: false,
    metaKey: false,
    shiftKey: false,
    target: null,
    ...more,
  });

  it("go by the letter on the key, wherever it is", () => {
    expect(wishOf(press("a", "KeyQ"), true)).toBe("accept");
    expect(wishOf(press("x", "KeyX"), true)).toBe("decline");
  });

  it("go by the place where the option key makes another character", () => {
    expect(wishOf(press("å", "KeyA"), true)).toBe("accept");
  });

  it("take figures by their place, shifted or not", () => {
    expect(wishOf(press("é", "Digit2"), true)).toEqual({ select: 1 });
    expect(wishOf(press("2", "Digit2", { shiftKey: true }), true)).toEqual({ select: 1 });
  });

  it("leave other combinations to the browser", () => {
    expect(wishOf(press("a", "KeyA", { ctrlKey: true }), true)).toBeUndefined();
    expect(wishOf(press("a", "KeyA", { altKey: false }), true)).toBeUndefined();
    expect(wishOf(press("d", "KeyD"), true)).toBeUndefined();
  });

  it("open the help with ? unless that is switched off", () => {
    const help = press("?", "Slash", { altKey: false, shiftKey: true });
    expect(wishOf(help, true)).toBe("help");
    expect(wishOf(help, false)).toBeUndefined();
  });
});
