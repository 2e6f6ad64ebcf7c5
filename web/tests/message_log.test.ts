import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Code, ConnectError } from "@connectrpc/connect";
import { create } from "@bufbuild/protobuf";
import { ChatMessageSchema } from "../src/gen/wissel/v1/chat_pb";
import { MessageLog, TypingSignal } from "../src/lib/message_log.svelte";
import { fakeTime, pass } from "./support";

const message = (number: number, text: string) =>
  create(ChatMessageSchema, { number: BigInt(number), text });

beforeEach(fakeTime);
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("a conversation", () => {
  it("holds each message once, in order", () => {
    const log = new MessageLog(() => Promise.reject(new Error("unused")));
    log.merge([message(2, "b"), message(1, "a")]);
    log.merge([message(2, "b"), message(3, "c")]);
    expect(log.messages.map((each) => each.text)).toEqual(["a", "b", "c"]);
    expect(log.lastNumber).toBe(3n);
  });

  it("shows what is on its way, then the message itself", async () => {
    let deliver: () => void = () => undefined;
    const log = new MessageLog(
      (text) => new Promise((resolve) => (deliver = () => resolve(message(1, text)))),
    );
    void log.send("hello");
    await pass();
    expect(log.outgoing.map((each) => each.text)).toEqual(["hello"]);
    log.merge([message(1, "hello")]);
    deliver();
    await pass();
    expect(log.outgoing).toEqual([]);
    expect(log.messages).toHaveLength(1);
  });

  it("sends in the order of writing", async () => {
    const order: string[] = [];
    const log = new MessageLog(async (text) => {
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
    const log = new MessageLog(async (text, requestId) => {
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
