// What a screen reader should say now, and short notes for everyone: one live region each, in App.
import { problemOf } from "./errors";
import { t } from "./i18n.svelte";

export interface Note {
  id: number;
  kind: "error" | "info";
  text: string;
  // The server's own words, in English.
  detail: string;
}

const kNoteMs = 8000;

class Announcer {
  polite = $state("");
  urgent = $state("");
  notes = $state<Note[]>([]);
  #next = 1;

  say(text: string): void {
    this.polite = text;
  }

  /** Interrupts: for offers only. */
  shout(text: string): void {
    this.urgent = text;
  }

  note(text: string, kind: Note["kind"] = "info", detail = ""): void {
    const id = this.#next++;
    this.notes = [...this.notes.slice(-2), { id, kind, text, detail }];
    setTimeout(() => this.dismiss(id), kNoteMs);
  }

  dismiss(id: number): void {
    this.notes = this.notes.filter((note) => note.id !== id);
  }

  failed(reason: unknown): void {
    const problem = problemOf(reason);
    this.note(t(problem.key), "error", [problem.sentence, problem.right].filter(Boolean).join(": "));
  }
}

export const announcer = new Announcer();
