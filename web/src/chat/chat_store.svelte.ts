// A customer's chat: started here, kept over a reload by its name and secret, watched until its end.
import { Code, type Client } from "@connectrpc/connect";
import {
  ChatMessage_Author as Author,
  CustomerChatUpdate_State as ChatState,
  type ChatTopic,
  type CustomerChatService,
  type CustomerChatUpdate,
} from "../gen/wissel/v1/chat_pb";
import { codeOf } from "../lib/errors";
import { MessageLog, TypingSignal } from "../lib/message_log.svelte";
import { newRequestId } from "../lib/request_id";
import { delay, withRetry } from "../lib/retry";
import { watch, type WatchStatus } from "../lib/watch";

/** What opens the conversation again after a reload. The secret never goes into an address. */
export interface KeptChat {
  chat: string;
  secret: string;
  topic: string;
}

export interface ChatMemory {
  read(): KeptChat | null;
  write(chat: KeptChat | null): void;
}

export interface Wish {
  topic: ChatTopic;
  displayName: string;
  language: string;
  firstMessage: string;
}

// Nothing is sent while nothing changes: after this long the stream is opened anew, unseen.
const kSilenceMs = 20_000;
const kAskTopicsMs = 3000;

export class ChatStore {
  center = $state("");
  topics = $state.raw<ChatTopic[] | null>(null);
  /** The topics could not be fetched. */
  unreachable = $state(false);
  kept = $state.raw<KeptChat | null>(null);
  update = $state.raw<CustomerChatUpdate | null>(null);
  connection = $state<WatchStatus>("connecting");
  /** The server no longer knows this conversation. */
  lost = $state(false);
  readonly log: MessageLog;
  readonly typing: TypingSignal;

  #client: Client<typeof CustomerChatService>;
  #memory: ChatMemory;
  #stop: AbortController | undefined;
  #requestId = newRequestId();

  constructor(client: Client<typeof CustomerChatService>, memory: ChatMemory) {
    this.#client = client;
    this.#memory = memory;
    this.kept = memory.read();
    this.log = new MessageLog(
      Author.CUSTOMER,
      (text, requestId) => client.sendCustomerMessage({ ...this.#key(), text, requestId }),
      (piece) => client.uploadCustomerFile({ ...this.#key(), piece }),
    );
    this.typing = new TypingSignal(() => client.setCustomerTyping(this.#key()));
  }

  get state(): ChatState {
    if (this.lost) return ChatState.ENDED;
    return this.update?.state ?? ChatState.STATE_UNSPECIFIED;
  }

  get ended(): boolean {
    return this.state === ChatState.ENDED;
  }

  /** Watches the kept conversation, if there is one. */
  start(): () => void {
    this.#watch();
    return () => this.#stop?.abort();
  }

  async loadTopics(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const answer = await this.#client.listChatTopics({}, { signal });
        this.center = answer.center;
        this.topics = answer.topics;
        this.unreachable = false;
        return;
      } catch {
        this.unreachable = !signal.aborted;
        await delay(kAskTopicsMs, signal);
      }
    }
  }

  /** Starts a chat; repeated after a failure it is the same one. Throws what the server refused. */
  async begin(wish: Wish): Promise<void> {
    const { topic, ...rest } = wish;
    const answer = await withRetry(() =>
      this.#client.startChat({ topic: topic.name, ...rest, requestId: this.#requestId }),
    );
    this.#requestId = newRequestId();
    this.kept = { chat: answer.chat, secret: answer.secret, topic: topic.displayName };
    this.#memory.write(this.kept);
    this.#watch();
  }

  /** A wish that changed is another request. */
  changeWish(): void {
    this.#requestId = newRequestId();
  }

  /** The notice was the answer; the conversation ends. */
  async acceptNotice(notice: string): Promise<void> {
    const requestId = newRequestId();
    await withRetry(() => this.#client.acceptNotice({ ...this.#key(), notice, requestId }));
  }

  async mailTranscript(address: string): Promise<void> {
    const requestId = newRequestId();
    await this.#client.mailTranscript({ ...this.#key(), address, requestId });
  }

  /** Where they are answered if nobody comes before closing time. */
  async leaveMailAddress(address: string): Promise<void> {
    const requestId = newRequestId();
    await this.#client.leaveMailAddress({ ...this.#key(), address, requestId });
  }

  async readFile(file: string, offset: bigint): Promise<Uint8Array> {
    return (await this.#client.downloadCustomerFile({ ...this.#key(), file, offset })).content;
  }

  async leave(): Promise<void> {
    const requestId = newRequestId();
    await withRetry(() => this.#client.leaveChat({ ...this.#key(), requestId }));
  }

  /** Back to the beginning, after the end. */
  forget(): void {
    this.#stop?.abort();
    this.#memory.write(null);
    this.kept = null;
    this.update = null;
    this.lost = false;
    this.log.clear();
  }

  #key(): { chat: string; secret: string } {
    return { chat: this.kept?.chat ?? "", secret: this.kept?.secret ?? "" };
  }

  #watch(): void {
    if (!this.kept) return;
    this.#stop?.abort();
    const stop = new AbortController();
    this.#stop = stop;
    void watch({
      open: (signal) =>
        this.#client.watchCustomerChat(
          { ...this.#key(), afterNumber: this.log.lastNumber },
          { signal },
        ),
      onMessage: (update) => {
        this.update = update;
        this.log.merge(update.messages);
        if (update.state === ChatState.ENDED) stop.abort();
      },
      onStatus: (status) => (this.connection = status),
      onRefused: (reason) => {
        const code = codeOf(reason);
        const gone = [Code.NotFound, Code.PermissionDenied, Code.FailedPrecondition];
        this.lost = gone.includes(code);
      },
      signal: stop.signal,
      silenceMs: kSilenceMs,
      quiet: true,
    });
  }
}
