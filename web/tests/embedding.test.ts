// The chat page in a frame: whom it listens to, and whom it tells what.
import { describe, expect, it } from "vitest";
import { Embedding, type Host } from "../src/chat/embedding.svelte";

const kSite = "https://www.example.org";

function framed() {
  const said: { message: unknown; to: string }[] = [];
  const host: Host = { postMessage: (message, to) => void said.push({ message, to }) };
  const embedding = new Embedding(host);
  const hear = (data: unknown, { source = host as unknown, origin = kSite } = {}) =>
    embedding.hear({ source, origin, data });
  return { embedding, said, hear };
}

describe("the chat page in a frame", () => {
  it("says nothing of the chat before it knows who is around it", () => {
    const { embedding, said } = framed();
    embedding.begin();
    embedding.tell(3, true);
    embedding.close();
    expect(said).toEqual([{ message: { wissel: "ready" }, to: "*" }]);
  });

  it("tells the site that spoke first, and no other", () => {
    const { embedding, said, hear } = framed();
    embedding.tell(3, true);
    hear({ wissel: "shown", shown: false });
    expect(said).toEqual([{ message: { wissel: "state", unread: 3, going: true }, to: kSite }]);
    hear({ wissel: "shown", shown: true }, { origin: "https://evil.example" });
    expect(embedding.shown).toBe(false);
    embedding.close();
    expect(said.at(-1)).toEqual({ message: { wissel: "close" }, to: kSite });
  });

  it("hears the window around it alone, and only what it knows", () => {
    const { embedding, said, hear } = framed();
    hear({ wissel: "shown", shown: true }, { source: {} });
    for (const strange of [null, "shown", 7, { shown: true }, { wissel: "state" }]) hear(strange);
    expect(embedding.shown).toBe(false);
    expect(said).toEqual([]);
    hear({ wissel: "shown", shown: "yes" });
    expect(embedding.shown).toBe(false);
    hear({ wissel: "shown", shown: true });
    expect(embedding.shown).toBe(true);
  });
});
