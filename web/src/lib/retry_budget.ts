// How many calls a page may make once more: a tenth of all, and one now and then, so that an outage ends even for a
// page that asks little (Google's Site Reliability Engineering, chapter 21).

export const kMostRetries = 10;
const kShare = 0.1;
const kMsForOne = 2_000;

export class RetryBudget {
  #tokens = kMostRetries;
  #filledAt: number;

  constructor(private readonly now: () => number = () => Date.now()) {
    this.#filledAt = now();
  }

  /** A first try. */
  noteRequest(): void {
    this.#tokens = Math.min(kMostRetries, this.#tokens + kShare);
  }

  /** False: not now. */
  takeRetry(): boolean {
    const now = this.now();
    this.#tokens = Math.min(kMostRetries, this.#tokens + Math.max(0, now - this.#filledAt) / kMsForOne);
    this.#filledAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}

export const retryBudget = new RetryBudget();
