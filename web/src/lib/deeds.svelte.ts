// What somebody did on a page, and the way back. The last deed stands in a bar (ui/UndoBar); behind it
// wait the earlier ones that can be undone. Every undo is made on the version after the deed, so what
// somebody else has changed since is left alone, and the page says so.
import { Code } from "@connectrpc/connect";
import { announcer } from "./announce.svelte";
import { codeOf, problemOf } from "./errors";
import { t } from "./i18n.svelte";
import { newRequestId } from "./request_id";
import { withRetry } from "./retry";

export interface Deed {
  /** What was done: "Anna and Ben are in Brussels now". */
  text: string;
  /** What an undo restores; empty: it cannot be undone. */
  restores: string;
  undo: { about: string; step: () => Promise<unknown> }[];
}

/** A call that carries a request id, so that it can be repeated over a short outage. */
export function wish<T>(call: (requestId: string) => Promise<T>): Promise<T> {
  const requestId = newRequestId();
  return withRetry(() => call(requestId));
}

// Nobody takes back more than this.
const kDeedsKept = 20;

export class Deeds {
  /** The last deed, until it is undone, dismissed or followed by another. */
  last = $state.raw<Deed | null>(null);
  busy = $state(false);
  /** Makes a deed of what is still under way, so that an undo takes back the last thing that was seen. */
  finish: () => Promise<void> = () => Promise.resolve();
  // Earlier ones that can be undone, the latest last.
  #earlier: Deed[] = [];
  #undoing = false;
  #more = 0;
  #called: (about: string) => string;

  /** `called`: what a resource is called in a sentence. */
  constructor(called: (about: string) => string) {
    this.#called = called;
  }

  did(deed: Deed): void {
    if (this.last && this.last.undo.length > 0) this.#earlier.push(this.last);
    this.#earlier = this.#earlier.slice(-kDeedsKept);
    this.last = deed;
  }

  /** Asked again while it runs, the deed before follows. */
  async undo(): Promise<void> {
    if (this.#undoing) this.#more += 1;
    if (this.#undoing || this.busy) return;
    this.#undoing = true;
    try {
      await this.finish();
      do await this.#undoLast();
      while (this.#more-- > 0);
    } finally {
      this.#undoing = false;
      this.#more = 0;
    }
  }

  async #undoLast(): Promise<void> {
    const deed = this.last;
    if (!deed || deed.undo.length === 0) return;
    this.last = this.#earlier.pop() ?? null;
    let undone = 0;
    await this.working(async () => {
      for (const { about, step } of deed.undo) {
        try {
          await step();
          undone += 1;
        } catch (reason) {
          this.#notUndone(about, reason);
        }
      }
    });
    if (undone > 0) announcer.note(t("act.undone", { what: deed.text }));
  }

  dismiss(): void {
    this.last = null;
    this.#earlier = [];
  }

  async working(work: () => Promise<void>): Promise<void> {
    this.busy = true;
    try {
      await work();
    } finally {
      this.busy = false;
    }
  }

  /** Those for whom it went well; of the others the page says why not. */
  async forEach(names: readonly string[], work: (name: string) => Promise<void>): Promise<string[]> {
    const done: string[] = [];
    await this.working(async () => {
      for (const name of names) {
        try {
          await work(name);
          done.push(name);
        } catch (reason) {
          const problem = problemOf(reason);
          const text = t("act.failed", { name: this.#called(name), why: t(problem.key) });
          announcer.note(text, "error", [problem.sentence, problem.right].filter(Boolean).join(": "));
        }
      }
    });
    return done;
  }

  async one(about: string, work: () => Promise<void>): Promise<boolean> {
    return (await this.forEach([about], work)).length > 0;
  }

  #notUndone(about: string, reason: unknown): void {
    const name = this.#called(about);
    const overtaken = codeOf(reason) === Code.Aborted;
    const problem = problemOf(reason);
    const text = overtaken ? t("act.notUndoneChanged", { name }) : t("act.notUndone", { name });
    announcer.note(text, "error", overtaken ? "" : problem.sentence);
  }
}
