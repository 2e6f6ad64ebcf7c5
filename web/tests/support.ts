// What the tests share: streams that a test speaks into, and time that a test moves.
import { createRouterTransport, type ConnectRouter } from "@connectrpc/connect";
import { vi } from "vitest";
import { createClients, type Clients } from "../src/lib/transport";
import { ServerClock } from "../src/lib/clock.svelte";

/** One open server stream, spoken into by the test. */
export class Line<Request, Message> {
  readonly request: Request;
  closed = false;
  #messages: Message[] = [];
  #failure: unknown;
  #ended = false;
  #wake: () => void = () => undefined;

  constructor(request: Request) {
    this.request = request;
  }
  say(message: Message): void {
    this.#messages.push(message);
    this.#wake();
  }
  end(): void {
    this.#ended = true;
    this.#wake();
  }
  fail(reason: unknown): void {
    this.#failure = reason;
    this.#wake();
  }
  async *listen(signal: AbortSignal): AsyncGenerator<Message> {
    signal.addEventListener("abort", () => this.#wake());
    try {
      while (!signal.aborted) {
        const message = this.#messages.shift();
        if (message !== undefined) yield message;
        else if (this.#failure !== undefined) throw this.#failure;
        else if (this.#ended) return;
        else await new Promise<void>((wake) => (this.#wake = wake));
      }
    } finally {
      this.closed = true;
    }
  }
}

/** Each opening of a stream, in order. */
export class Lines<Request, Message> {
  readonly all: Line<Request, Message>[] = [];
  open = (request: Request, context: { signal: AbortSignal }): AsyncGenerator<Message> => {
    const line = new Line<Request, Message>(request);
    this.all.push(line);
    return line.listen(context.signal);
  };
  get last(): Line<Request, Message> {
    const line = this.all.at(-1);
    if (!line) throw new Error("no stream has been opened");
    return line;
  }
}

export function clientsOf(routes: (router: ConnectRouter) => void): Clients {
  return createClients(createRouterTransport(routes));
}

export function fakeTime(): void {
  vi.useFakeTimers({
    toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance", "Date"],
  });
  // No jitter: pauses are exact.
  vi.spyOn(Math, "random").mockReturnValue(0);
}

/** Moves time, and lets everything that it sets off happen. */
export async function pass(ms = 0): Promise<void> {
  await settle();
  await vi.advanceTimersByTimeAsync(ms);
  await settle();
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 12; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    await vi.advanceTimersByTimeAsync(0);
  }
}

export function timestamp(ms: number): { seconds: bigint; nanos: number } {
  return { seconds: BigInt(Math.floor(ms / 1000)), nanos: (ms % 1000) * 1e6 };
}

export function testClock(): ServerClock {
  return new ServerClock(
    () => performance.now(),
    () => Date.now(),
  );
}
