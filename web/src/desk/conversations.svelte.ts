// The conversations of the chats that an agent holds. A browser opens six connections to one place, so
// only the two chats looked at last are streamed; the others are asked for every few seconds.
import type { Client } from "@connectrpc/connect";
import type { Assignment } from "../gen/wissel/v1/agent_pb";
import {
  ChatMessage_Author as Author,
  type ChatFileRules,
  type ChatMessage,
  type ChatService,
  type ChatUpdate,
} from "../gen/wissel/v1/chat_pb";
import { MessageLog, TypingSignal } from "../lib/message_log.svelte";
import { watch, type WatchStatus } from "../lib/watch";
import { isConversation } from "./contact";

const kStreams = 2;
const kAskMs = 3000;
const kSilenceMs = 25_000;

export class Conversation {
  readonly workItem: string;
  readonly log: MessageLog;
  readonly typing: TypingSignal;
  customerTyping = $state(false);
  customerPresent = $state(true);
  ended = $state(false);
  customerName = $state("");
  language = $state("");
  fileRules = $state.raw<ChatFileRules>();
  status = $state<WatchStatus>("connecting");
  /** What the agent has begun to write; kept while they look at another contact. */
  draft = $state("");
  #seen = $state(0n);
  #client: Client<typeof ChatService>;
  #stream: AbortController | undefined;

  constructor(client: Client<typeof ChatService>, workItem: string) {
    this.#client = client;
    this.workItem = workItem;
    this.log = new MessageLog(
      Author.AGENT,
      (text, requestId) => client.sendMessage({ workItem, text, requestId }),
      (piece) => client.uploadChatFile({ workItem, piece }),
    );
    this.typing = new TypingSignal(() => client.setTyping({ workItem }));
  }

  /** What the customer wrote since the agent last looked or answered. */
  get unread(): number {
    const { messages } = this.log;
    const answered = messages.findLast((message) => message.author === Author.AGENT)?.number ?? 0n;
    const from = answered > this.#seen ? answered : this.#seen;
    return messages.filter((message) => message.number > from).length;
  }

  get last(): ChatMessage | undefined {
    return this.log.messages.at(-1);
  }

  get streaming(): boolean {
    return this.#stream !== undefined;
  }

  async readFile(file: string, offset: bigint): Promise<Uint8Array> {
    return (await this.#client.downloadChatFile({ workItem: this.workItem, file, offset })).content;
  }

  markSeen(): void {
    this.#seen = this.log.lastNumber;
  }

  follow(): void {
    if (this.#stream || this.status === "refused") return;
    const stop = new AbortController();
    this.#stream = stop;
    void watch({
      open: (signal) =>
        this.#client.watchChat(
          { workItem: this.workItem, afterNumber: this.log.lastNumber },
          { signal },
        ),
      onMessage: (update) => this.#absorb(update),
      onStatus: (status) => (this.status = status),
      signal: stop.signal,
      silenceMs: kSilenceMs,
      quiet: true,
    });
  }

  unfollow(): void {
    this.#stream?.abort();
    this.#stream = undefined;
    this.customerTyping = false;
  }

  /** What is new, once; for a conversation that is not streamed. */
  async ask(): Promise<void> {
    if (this.status === "refused") return;
    try {
      const transcript = await this.#client.getTranscript({ workItem: this.workItem });
      this.log.merge(transcript.messages);
      this.customerName = transcript.customerDisplayName;
      this.language = transcript.language;
    } catch {
      // The next asking, or the stream once it is looked at, says whether it is gone.
    }
  }

  #absorb(update: ChatUpdate): void {
    this.log.merge(update.messages);
    this.customerTyping = update.customerTyping;
    this.customerPresent = update.customerPresent;
    this.ended = update.ended;
    this.fileRules = update.fileRules;
    if (update.customerDisplayName !== "") this.customerName = update.customerDisplayName;
    if (update.language !== "") this.language = update.language;
  }
}

export class Conversations {
  #client: Client<typeof ChatService>;
  #all = $state.raw<ReadonlyMap<string, Conversation>>(new Map());
  #recent: string[] = [];
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(client: Client<typeof ChatService>) {
    this.#client = client;
  }

  of(workItem: string): Conversation | undefined {
    return this.#all.get(workItem);
  }

  start(): () => void {
    this.#timer = setInterval(() => this.#askOthers(), kAskMs);
    return () => {
      clearInterval(this.#timer);
      for (const conversation of this.#all.values()) conversation.unfollow();
    };
  }

  /** Keeps one conversation for each chat that is held, and streams those looked at last. */
  follow(assignments: readonly Assignment[], selected: string | null): void {
    const chats = assignments.filter(({ channel }) => isConversation(channel));
    const held = chats.map((assignment) => assignment.workItem);
    const all = new Map<string, Conversation>();
    for (const { workItem, question } of chats) {
      // Who is asked about a chat reads it along.
      const about = question?.workItem ?? workItem;
      all.set(workItem, this.#all.get(workItem) ?? new Conversation(this.#client, about));
    }
    for (const [workItem, conversation] of this.#all) {
      if (!all.has(workItem)) conversation.unfollow();
    }
    if (held.length !== this.#all.size || held.some((name) => !this.#all.has(name))) {
      this.#all = all;
    }
    this.#stream(held, selected);
  }

  #stream(held: readonly string[], selected: string | null): void {
    const order = [selected, ...this.#recent, ...held].filter(
      (name): name is string => name !== null && held.includes(name),
    );
    this.#recent = [...new Set(order)];
    const streamed = new Set(this.#recent.slice(0, kStreams));
    for (const [workItem, conversation] of this.#all) {
      if (!streamed.has(workItem)) conversation.unfollow();
    }
    for (const workItem of streamed) this.#all.get(workItem)?.follow();
  }

  #askOthers(): void {
    for (const conversation of this.#all.values()) {
      if (!conversation.streaming) void conversation.ask();
    }
  }
}
