// One conversation as either side sees it: numbered messages from the server, each once and in order,
// and those of ours that are on their way. A message that could not be sent stays, to be sent again
// under the same request id.
import { Code } from "@connectrpc/connect";
import type { ChatFileRules, ChatMessage, ChatMessage_Author as Author } from "../gen/wissel/v1/chat_pb";
import { troubleAfter, troubleBefore, uploadFile, type TakePiece } from "./file_upload";
import { codeOf } from "./errors";
import { newRequestId } from "./request_id";
import { withRetry } from "./retry";

export interface Outgoing {
  requestId: string;
  /** Of a file its name. */
  text: string;
  failed: boolean;
  file?: File;
  /** Of a file, 0 to 1. */
  sent: number;
  /** Why it was not taken, in a sentence; empty: nobody knows. */
  trouble: string;
  /** It would be refused once more. */
  hopeless: boolean;
}

export type Send = (text: string, requestId: string) => Promise<ChatMessage>;

export class MessageLog {
  messages = $state.raw<ChatMessage[]>([]);
  outgoing = $state.raw<Outgoing[]>([]);
  #own: Author;
  #send: Send;
  #takePiece: TakePiece;
  #held = new Map<bigint, ChatMessage>();
  #chain: Promise<void> = Promise.resolve();
  #files: Promise<void> = Promise.resolve();

  constructor(own: Author, send: Send, takePiece: TakePiece = () => Promise.reject(new Error("no files here"))) {
    this.#own = own;
    this.#send = send;
    this.#takePiece = takePiece;
  }

  get lastNumber(): bigint {
    return this.messages.at(-1)?.number ?? 0n;
  }

  /** One of ours may come this way before the answer that says that it was sent. It is held until then, for it
      would stand twice. */
  merge(messages: readonly ChatMessage[]): void {
    const waits = this.outgoing.some((each) => !each.failed);
    const held = waits ? messages.filter(({ author }) => author === this.#own) : [];
    for (const message of held) this.#held.set(message.number, message);
    this.#show(messages.filter((message) => !held.includes(message)));
  }

  /** Sends `text` after those that are on their way. */
  send(text: string): Promise<void> {
    const outgoing = { requestId: newRequestId(), text, failed: false, sent: 0, trouble: "", hopeless: false };
    this.outgoing = [...this.outgoing, outgoing];
    return this.#enqueue(outgoing);
  }

  /** One file after the other, and beside the texts. */
  sendFile(file: File, rules: ChatFileRules): Promise<void> {
    const trouble = troubleBefore(file, rules);
    const failed = trouble !== "";
    const outgoing = { requestId: newRequestId(), text: file.name, failed, file, sent: 0, trouble, hopeless: failed };
    this.outgoing = [...this.outgoing, outgoing];
    return trouble === "" ? this.#enqueueFile(outgoing, file, rules) : Promise.resolve();
  }

  sendAgain(requestId: string, rules?: ChatFileRules): Promise<void> {
    const outgoing = this.outgoing.find((each) => each.requestId === requestId);
    if (!outgoing?.failed) return Promise.resolve();
    this.#mark(requestId, { failed: false, trouble: "", sent: 0 });
    if (outgoing.file && rules) return this.#enqueueFile(outgoing, outgoing.file, rules);
    return this.#enqueue(outgoing);
  }

  /** What was not sent, and will not be. */
  dismiss(requestId: string): void {
    this.outgoing = this.outgoing.filter((each) => each.requestId !== requestId || !each.failed);
  }

  clear(): void {
    this.messages = [];
    this.outgoing = [];
    this.#held.clear();
  }

  #enqueue({ requestId, text }: Outgoing): Promise<void> {
    this.#chain = this.#chain.then(() =>
      this.#settle(requestId, withRetry(() => this.#send(text, requestId)), () => ""),
    );
    return this.#chain;
  }

  #enqueueFile({ requestId }: Outgoing, file: File, rules: ChatFileRules): Promise<void> {
    this.#files = this.#files.then(() => {
      const progress = (sent: number) => this.#mark(requestId, { sent });
      const sending = uploadFile(file, requestId, this.#takePiece, progress);
      return this.#settle(requestId, sending, (reason) => troubleAfter(reason, rules));
    });
    return this.#files;
  }

  async #settle(requestId: string, sending: Promise<ChatMessage>, trouble: (reason: unknown) => string): Promise<void> {
    const sent: ChatMessage[] = [];
    try {
      sent.push(await sending);
      this.outgoing = this.outgoing.filter((each) => each.requestId !== requestId);
    } catch (reason) {
      this.#mark(requestId, { failed: true, trouble: trouble(reason), hopeless: codeOf(reason) === Code.InvalidArgument });
    }
    const waits = this.outgoing.some((each) => !each.failed);
    const upTo = sent[0]?.number ?? 0n;
    const shown = [...this.#held.values()].filter(({ number }) => !waits || number <= upTo);
    for (const { number } of shown) this.#held.delete(number);
    this.#show([...sent, ...shown]);
  }

  #show(messages: readonly ChatMessage[]): void {
    const all = new Map(this.messages.map((message) => [message.number, message]));
    for (const message of messages) if (!all.has(message.number)) all.set(message.number, message);
    if (all.size === this.messages.length) return;
    this.messages = [...all.values()].sort((a, b) => (a.number < b.number ? -1 : 1));
  }

  #mark(requestId: string, change: Partial<Outgoing>): void {
    this.outgoing = this.outgoing.map((each) =>
      each.requestId === requestId ? { ...each, ...change } : each,
    );
  }
}

/** Says "typing" at most once in three seconds; the server remembers it for five. */
export class TypingSignal {
  #tell: () => Promise<unknown>;
  #last = -Infinity;
  #now: () => number;

  constructor(tell: () => Promise<unknown>, now: () => number = () => performance.now()) {
    this.#tell = tell;
    this.#now = now;
  }

  typed(): void {
    const now = this.#now();
    if (now - this.#last < 3000) return;
    this.#last = now;
    // Lost typing signals harm nobody.
    this.#tell().catch(() => undefined);
  }

  sent(): void {
    this.#last = -Infinity;
  }
}
