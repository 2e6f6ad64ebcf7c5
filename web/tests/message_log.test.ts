import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Code, ConnectError } from "@connectrpc/connect";
import { create } from "@bufbuild/protobuf";
import { ChatMessage_Author as Author, ChatFileRulesSchema, ChatMessageSchema, UploadChatFileResponseSchema } from "../src/gen/wissel/v1/chat_pb";
import { ErrorDetailSchema } from "../src/gen/wissel/v1/common_pb";
import { MessageLog, TypingSignal } from "../src/lib/message_log.svelte";
import { fakeTime, pass } from "./support";

const message = (number: number, text: string, author = Author.CUSTOMER) =>
  create(ChatMessageSchema, { number: BigInt(number), text, author });
const rules = create(ChatFileRulesSchema, { largestBytes: 200_000n, endings: [".pdf", ".png"] });
const fileOf = (name: string, size: number) => new File([new Uint8Array(size)], name);

beforeEach(fakeTime);
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("a conversation", () => {
  it("holds each message once, in order", () => {
    const log = new MessageLog(Author.CUSTOMER, () => Promise.reject(new Error("unused")));
    log.merge([message(2, "b"), message(1, "a")]);
    log.merge([message(2, "b"), message(3, "c")]);
    expect(log.messages.map((each) => each.text)).toEqual(["a", "b", "c"]);
    expect(log.lastNumber).toBe(3n);
  });

  it("shows what is on its way, then the message itself", async () => {
    let deliver: () => void = () => undefined;
    const log = new MessageLog(
      Author.CUSTOMER,
      (text) => new Promise((resolve) => (deliver = () => resolve(message(1, text)))),
    );
    void log.send("hello");
    await pass();
    expect(log.outgoing.map((each) => each.text)).toEqual(["hello"]);
    log.merge([message(1, "hello"), message(2, "welcome", Author.AGENT)]);
    expect(log.messages.map((each) => each.text), "not twice").toEqual(["welcome"]);
    deliver();
    await pass();
    expect(log.outgoing).toEqual([]);
    expect(log.messages.map((each) => each.text)).toEqual(["hello", "welcome"]);
  });

  it("shows what arrived though its answer was lost", async () => {
    let fail: () => void = () => undefined;
    const lost = new ConnectError("gone", Code.FailedPrecondition);
    const log = new MessageLog(Author.CUSTOMER, () => new Promise((_, reject) => (fail = () => reject(lost))));
    void log.send("hello");
    await pass();
    log.merge([message(1, "hello")]);
    expect(log.messages).toEqual([]);
    fail();
    await pass();
    expect(log.messages).toHaveLength(1);
    log.dismiss(log.outgoing[0]!.requestId);
    expect(log.outgoing).toEqual([]);
  });

  it("sends in the order of writing", async () => {
    const order: string[] = [];
    const log = new MessageLog(Author.CUSTOMER, async (text) => {
      order.push(text);
      return message(order.length, text);
    });
    void log.send("one");
    void log.send("two");
    await pass();
    expect(order).toEqual(["one", "two"]);
  });

  it("keeps what could not be sent, and sends it again under the same id", async () => {
    const ids: string[] = [];
    let closed = true;
    const log = new MessageLog(Author.CUSTOMER, async (text, requestId) => {
      ids.push(requestId);
      if (closed) throw new ConnectError("too long", Code.InvalidArgument);
      return message(1, text);
    });
    void log.send("hello");
    await pass();
    expect(log.outgoing).toMatchObject([{ text: "hello", failed: true }]);
    closed = false;
    void log.sendAgain(log.outgoing[0]!.requestId);
    await pass();
    expect(log.outgoing).toEqual([]);
    expect(ids[1]).toBe(ids[0]);
  });
});

describe("a file", () => {
  it("goes in pieces, in order, and is one message", async () => {
    const offsets: number[] = [];
    const log = new MessageLog(Author.CUSTOMER, () => Promise.reject(new Error("unused")), async (piece) => {
      offsets.push(Number(piece.offset));
      const nextOffset = piece.offset + BigInt(piece.content.length);
      const whole = nextOffset === piece.sizeBytes;
      return create(UploadChatFileResponseSchema, { nextOffset, message: whole ? message(1, "") : undefined });
    });
    await log.sendFile(fileOf("letter.PDF", 100_000), rules);
    expect(offsets).toEqual([0, 45_056, 90_112]);
    expect(log.messages).toHaveLength(1);
    expect(log.outgoing).toEqual([]);
  });

  it("begins again where the server has forgotten its beginning", async () => {
    const offsets: number[] = [];
    const log = new MessageLog(Author.CUSTOMER, () => Promise.reject(new Error("unused")), async (piece) => {
      offsets.push(Number(piece.offset));
      if (offsets.length === 2) {
        const detail = { desc: ErrorDetailSchema, value: { field: "piece.offset" } };
        throw new ConnectError("unknown", Code.FailedPrecondition, undefined, [detail]);
      }
      const nextOffset = piece.offset + BigInt(piece.content.length);
      const whole = nextOffset === piece.sizeBytes;
      return create(UploadChatFileResponseSchema, { nextOffset, message: whole ? message(1, "") : undefined });
    });
    await log.sendFile(fileOf("letter.pdf", 50_000), rules);
    expect(offsets).toEqual([0, 45_056, 0, 45_056]);
    expect(log.messages).toHaveLength(1);
  });

  it("is refused here where the server would refuse it, in words", async () => {
    let pieces = 0;
    const log = new MessageLog(Author.CUSTOMER, () => Promise.reject(new Error("unused")), () => {
      pieces += 1;
      return Promise.reject(new Error("unused"));
    });
    await log.sendFile(fileOf("setup.exe", 10), rules);
    await log.sendFile(fileOf("photo.png", 200_001), rules);
    await log.sendFile(fileOf("empty.pdf", 0), rules);
    expect(pieces).toBe(0);
    expect(log.outgoing.map(({ failed, trouble }) => failed && trouble !== "")).toEqual([true, true, true]);
    expect(new Set(log.outgoing.map(({ trouble }) => trouble)).size).toBe(3);
  });
});

describe("typing", () => {
  it("is told at most once in three seconds, and anew after a message", () => {
    let now = 0;
    const tell = vi.fn(() => Promise.resolve());
    const typing = new TypingSignal(tell, () => now);
    typing.typed();
    now = 2900;
    typing.typed();
    expect(tell).toHaveBeenCalledTimes(1);
    now = 3000;
    typing.typed();
    expect(tell).toHaveBeenCalledTimes(2);
    typing.sent();
    now = 3100;
    typing.typed();
    expect(tell).toHaveBeenCalledTimes(3);
  });
});
