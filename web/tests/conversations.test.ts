import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { create } from "@bufbuild/protobuf";
import { AssignmentSchema } from "../src/gen/wissel/v1/agent_pb";
import {
  ChatMessage_Author as Author,
  ChatService,
  ChatUpdateSchema,
  type ChatUpdate,
  type WatchChatRequest,
} from "../src/gen/wissel/v1/chat_pb";
import { Channel } from "../src/gen/wissel/v1/common_pb";
import { Conversations } from "../src/desk/conversations.svelte";
import { clientsOf, fakeTime, Lines, pass } from "./support";

const held = (...numbers: number[]) =>
  numbers.map((number) =>
    create(AssignmentSchema, { workItem: `workItems/${number}`, channel: Channel.CHAT }),
  );

let lines: Lines<WatchChatRequest, ChatUpdate>;
let asked: string[];
let conversations: Conversations;
let stop: () => void;

beforeEach(() => {
  fakeTime();
  lines = new Lines();
  asked = [];
  const clients = clientsOf((router) =>
    router.service(ChatService, {
      watchChat: lines.open,
      getTranscript: (request) => {
        asked.push(request.workItem);
        return { workItem: request.workItem, messages: [{ number: 1n, author: Author.CUSTOMER, text: "hi" }] };
      },
    }),
  );
  conversations = new Conversations(clients.chat);
  stop = conversations.start();
});
afterEach(() => {
  stop();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const streamed = () =>
  lines.all.filter((line) => !line.closed).map((line) => line.request.workItem);

describe("the conversations of a desk", () => {
  it("streams the two looked at last and asks for the others", async () => {
    conversations.follow(held(1, 2, 3), "workItems/1");
    await pass();
    expect(streamed()).toEqual(["workItems/1", "workItems/2"]);
    await pass(3000);
    expect(asked).toEqual(["workItems/3"]);
    expect(conversations.of("workItems/3")?.unread).toBe(1);
    conversations.follow(held(1, 2, 3), "workItems/3");
    await pass();
    expect(streamed().sort()).toEqual(["workItems/1", "workItems/3"]);
  });

  it("lets go of a chat that is no longer held", async () => {
    conversations.follow(held(1), "workItems/1");
    await pass();
    conversations.follow([], null);
    await pass();
    expect(streamed()).toEqual([]);
    expect(conversations.of("workItems/1")).toBeUndefined();
  });

  it("leaves contacts of other channels alone", async () => {
    const call = create(AssignmentSchema, { workItem: "workItems/9", channel: Channel.VOICE });
    conversations.follow([call], "workItems/9");
    await pass(3000);
    expect(lines.all).toHaveLength(0);
    expect(asked).toEqual([]);
  });

  it("counts as unread what the customer wrote since the last look or answer", async () => {
    conversations.follow(held(1), "workItems/1");
    await pass();
    const customer = (number: bigint) => ({ number, author: Author.CUSTOMER, text: "?" });
    lines.last.say(
      create(ChatUpdateSchema, {
        messages: [customer(1n), { number: 2n, author: Author.AGENT, text: "!" }, customer(3n)],
        customerPresent: true,
        customerDisplayName: "Lotte",
      }),
    );
    await pass();
    const conversation = conversations.of("workItems/1")!;
    expect(conversation.customerName).toBe("Lotte");
    expect(conversation.unread).toBe(1);
    conversation.markSeen();
    expect(conversation.unread).toBe(0);
  });

  it("keeps what it knows and resumes after the last message", async () => {
    conversations.follow(held(1), "workItems/1");
    await pass();
    lines.last.say(
      create(ChatUpdateSchema, { messages: [{ number: 1n, text: "a" }, { number: 2n, text: "b" }] }),
    );
    await pass();
    lines.last.end();
    await pass(500);
    expect(lines.last.request.afterNumber).toBe(2n);
  });
});
