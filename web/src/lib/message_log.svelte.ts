// One conversation as either side sees it: numbered messages from the server, each once and in order,
// and those of ours that are on their way. A message that could not be sent stays, to be sent again
// under the same request id.
import type { ChatMessage } from "../gen/wissel/v1/chat_pb";
import { newRequestId } from "./request_id";
import { withRetry } from "./retry";

export interface Outgoing {
  requestId: string;
  text: string;
  failed: boolean;
}

export type Send = (text: string, requestId: string) => Promise<ChatMessage>;

export class MessageLog {
  messages = $state.raw<ChatMessage[]>([]);
  outgoing = $state.raw<Outgoing[]>([]);
  #send: Send;
  #chain: Promise<void> = Promise.resolve();

  constructor(send: Send) {
    this.#send = send;
  }

  get lastNumber(): bigint {
    return this.messages.at(-1)?.number ?? 0n;
  }

  merge(messages: readonly ChatMessage[]): void {
    const known = new Set(this.messages.map((message) => message.number));
    const fresh = messages.filter((message) => !known.has(message.number));
    if (fresh.length === 0) return;
    this.messages = [...this.messages, ...fresh].sort((a, b) => (a.number < b.number ? -1 : 1));
  }

  /** Sends `text` after those that are on their way. */
  send(text: string): Promise<void> {
    const outgoing = { requestId: newRequestId(), text, failed: false };
    this.outgoing = [...this.outgoing, outgoing];
    return this.#enqueue(outgoing);
  }

  sendAgain(requestId: string): Promise<void> {
    const outgoing = this.outgoing.find((each) => each.requestId === requestId);
    if (!outgoing?.failed) return Promise.resolve();
    this.#mark(requestId, false);
    return this.#enqueue(outgoing);
  }

  #enqueue({ requestId, text }: Outgoing): Promise<void> {
    this.#chain = this.#chain.then(async () => {
      try {
        const sent = await withRetry(() => this.#send(text, requestId));
        this.outgoing = this.outgoing.filter((each) => each.requestId !== requestId);
        this.merge([sent]);
      } catch {
        this.#mark(requestId, true);
      }
    });
    return this.#chain;
  }

  #mark(requestId: string, failed: boolean): void {
    this.outgoing = this.outgoing.map((each) =>
      each.requestId === requestId ? { ...each, failed } : each,
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
