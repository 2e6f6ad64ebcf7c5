import { afterEach, describe, expect, it } from "vitest";
import { create } from "@bufbuild/protobuf";
import { EstimatedWaitSchema } from "../src/gen/wissel/v1/common_pb";
import { waitInWords } from "../src/chat/wait_words";
import { i18n } from "../src/lib/i18n.svelte";

afterEach(() => i18n.use("en"));

const wait = (p50: number, p80: number) =>
  create(EstimatedWaitSchema, {
    p50: { seconds: BigInt(p50 * 60), nanos: 0 },
    p80: { seconds: BigInt(p80 * 60), nanos: 0 },
  });

describe("how long it will be", () => {
  it("is said in whole minutes", () => {
    expect(waitInWords(wait(4, 7))).toBe("About 4 minutes, hardly more than 7 minutes.");
    expect(waitInWords(wait(1, 2))).toBe("About 1 minute, hardly more than 2 minutes.");
    expect(waitInWords(wait(0, 3))).toBe("Probably less than a minute, hardly more than 3 minutes.");
    expect(waitInWords(wait(0, 1))).toBe("Probably within a minute.");
    expect(waitInWords(wait(40, 40))).toBe("About 40 minutes.");
    expect(waitInWords(wait(75, 90))).toBe("About 1 hour 15 minutes, hardly more than 1 hour 30 minutes.");
  });

  it("is not said where nothing honest can be", () => {
    expect(waitInWords(undefined)).toBe("");
  });

  it("is said in the customer's language", async () => {
    await i18n.use("nl");
    expect(waitInWords(wait(4, 7))).toBe("Ongeveer 4 minuten, zelden meer dan 7 minuten.");
    await i18n.use("fr");
    expect(waitInWords(wait(4, 7)).replace(/\s/gu, " ")).toBe(
      "Environ 4 minutes, rarement plus de 7 minutes.",
    );
    await i18n.use("de");
    expect(waitInWords(wait(4, 7))).toBe("Ungefähr 4 Minuten, kaum mehr als 7 Minuten.");
  });
});
