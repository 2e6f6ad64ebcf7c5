import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Code, ConnectError } from "@connectrpc/connect";
import { create } from "@bufbuild/protobuf";
import {
  ChatTopicSchema,
  CustomerChatService,
  CustomerChatUpdate_State as ChatState,
  CustomerChatUpdateSchema,
  type CustomerChatUpdate,
  type StartChatRequest,
  type WatchCustomerChatRequest,
} from "../src/gen/wissel/v1/chat_pb";
import { ChatStore, type KeptChat } from "../src/chat/chat_store.svelte";
import { clientsOf, fakeTime, Lines, pass } from "./support";

let lines: Lines<WatchCustomerChatRequest, CustomerChatUpdate>;
let kept: KeptChat | null;
let starts: StartChatRequest[];
let outages: number;
let store: ChatStore;
let stop: () => void;

const wish = {
  topic: create(ChatTopicSchema, { name: "queues/chat", displayName: "Help", open: true }),
  displayName: "Lotte",
  language: "nl",
  firstMessage: "Dag",
};

function open(): void {
  const clients = clientsOf((router) =>
    router.service(CustomerChatService, {
      watchCustomerChat: lines.open,
      startChat: (request) => {
        starts.push(request);
        if (outages-- > 0) throw new ConnectError("restarting", Code.Unavailable);
        return { chat: "chats/1", secret: "s3cret" };
      },
      leaveChat: () => ({}),
    }),
  );
  store = new ChatStore(clients.customerChat, {
    read: () => kept,
    write: (chat) => (kept = chat),
  });
  stop = store.start();
}

beforeEach(() => {
  fakeTime();
  lines = new Lines();
  kept = null;
  starts = [];
  outages = 0;
});
afterEach(() => {
  stop();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("a customer's chat", () => {
  it("starts once, keeps its secret and shows the place in line", async () => {
    outages = 1;
    open();
    await Promise.all([store.begin(wish), pass(400)]);
    expect(starts).toHaveLength(2);
    expect(starts[1]?.requestId).toBe(starts[0]?.requestId);
    expect(kept).toEqual({ chat: "chats/1", secret: "s3cret", topic: "Help" });
    await pass();
    lines.last.say(create(CustomerChatUpdateSchema, { state: ChatState.WAITING, place: 3n }));
    await pass();
    expect(store.state).toBe(ChatState.WAITING);
    expect(store.update?.place).toBe(3n);
  });

  it("survives a reload", async () => {
    kept = { chat: "chats/1", secret: "s3cret", topic: "Help" };
    open();
    await pass();
    expect(lines.last.request).toMatchObject({ chat: "chats/1", secret: "s3cret", afterNumber: 0n });
    lines.last.say(
      create(CustomerChatUpdateSchema, {
        state: ChatState.WITH_AGENT,
        messages: [{ number: 1n, text: "Dag" }],
      }),
    );
    await pass();
    expect(store.log.messages).toHaveLength(1);
  });

  it("opens its stream anew while nothing is said, after the last message", async () => {
    kept = { chat: "chats/1", secret: "s3cret", topic: "Help" };
    open();
    await pass();
    lines.last.say(
      create(CustomerChatUpdateSchema, { state: ChatState.WAITING, messages: [{ number: 1n, text: "a" }] }),
    );
    await pass(20_001);
    expect(lines.all).toHaveLength(2);
    expect(lines.last.request.afterNumber).toBe(1n);
    expect(store.connection).toBe("live");
  });

  it("stops watching at the end", async () => {
    kept = { chat: "chats/1", secret: "s3cret", topic: "Help" };
    open();
    await pass();
    lines.last.say(create(CustomerChatUpdateSchema, { state: ChatState.ENDED }));
    await pass(60_000);
    expect(store.ended).toBe(true);
    expect(lines.all).toHaveLength(1);
    store.forget();
    expect(kept).toBeNull();
    expect(store.kept).toBeNull();
  });

  it("says that it is over when the server no longer knows it", async () => {
    kept = { chat: "chats/1", secret: "old", topic: "Help" };
    open();
    await pass();
    lines.last.fail(new ConnectError("no such chat", Code.NotFound));
    await pass();
    expect(store.ended).toBe(true);
  });
});
