// The fact sheets of all queues, and what a team manager does with them. Each deed can be undone, on the version after
// it: what somebody else changed meanwhile is left alone.
import type { Client } from "@connectrpc/connect";
import { SvelteMap } from "svelte/reactivity";
import type { FactSheet, FactSheetRevision, FactSheetService } from "../gen/wissel/v1/fact_sheet_pb";
import { Deeds, wish } from "../lib/deeds.svelte";
import { problemOf, type Problem } from "../lib/errors";
import { t } from "../lib/i18n.svelte";
import { idOf } from "../lib/time";
import { idFor } from "./sheets";

/** What a form asks for. */
export interface Written {
  texts: { language: string; title: string; text: string }[];
  reviewDate: string;
}

export const queueOf = (sheet: string) => sheet.slice(0, sheet.indexOf("/factSheets/"));

export class FactsStore {
  sheets = new SvelteMap<string, FactSheet[]>();
  problem = $state.raw<Problem>();
  readonly deeds: Deeds;
  #client: Client<typeof FactSheetService>;

  constructor(client: Client<typeof FactSheetService>) {
    this.#client = client;
    this.deeds = new Deeds((about) => this.#titleOf(about));
  }

  async read(queues: readonly string[]): Promise<void> {
    try {
      await Promise.all(queues.map((queue) => this.#readQueue(queue)));
      this.problem = undefined;
    } catch (reason) {
      this.problem = problemOf(reason);
    }
  }

  async #readQueue(queue: string): Promise<void> {
    const { factSheets } = await this.#client.listFactSheets({ parent: queue });
    this.sheets.set(queue, factSheets);
  }

  /** Answers what went wrong, if something did. */
  async save(queue: string, written: Written, before?: FactSheet): Promise<Problem | undefined> {
    try {
      const after = before ? await this.#update(before.name, written, before.etag) : await this.#create(queue, idFor(written.texts[0]!.title, this.sheets.get(queue) ?? []), written);
      await this.#readQueue(queue);
      if (before && after.etag === before.etag) return undefined;
      const title = after.texts[0]!.title;
      this.deeds.did({
        text: before ? t("facts.changed", { title }) : t("facts.added", { title }),
        restores: "",
        undo: [{ about: after.name, step: () => this.#then(queue, before ? this.#update(after.name, before, after.etag) : this.#delete(after.name, after.etag)) }],
      });
      return undefined;
    } catch (reason) {
      return problemOf(reason);
    }
  }

  async remove(sheet: FactSheet): Promise<void> {
    const queue = queueOf(sheet.name);
    const gone = await this.deeds.one(sheet.name, () => this.#then(queue, this.#delete(sheet.name, sheet.etag)));
    if (!gone) return this.read([queue]);
    this.deeds.did({
      text: t("facts.removed", { title: sheet.texts[0]!.title }),
      restores: "",
      undo: [{ about: sheet.name, step: () => this.#then(queue, this.#create(queue, idOf(sheet.name), sheet)) }],
    });
  }

  async history(name: string): Promise<FactSheetRevision[]> {
    const { revisions } = await this.#client.listFactSheetRevisions({ name });
    return revisions;
  }

  #titleOf(name: string): string {
    return this.sheets.get(queueOf(name))?.find((sheet) => sheet.name === name)?.texts[0]?.title ?? idOf(name);
  }

  async #then(queue: string, deed: Promise<unknown>): Promise<void> {
    await deed;
    await this.#readQueue(queue);
  }

  #create(parent: string, factSheetId: string, { texts, reviewDate }: Written): Promise<FactSheet> {
    return wish((requestId) => this.#client.createFactSheet({ parent, factSheetId, factSheet: { texts, reviewDate }, requestId }));
  }

  #update(name: string, { texts, reviewDate }: Written, etag: string): Promise<FactSheet> {
    return wish((requestId) => this.#client.updateFactSheet({ factSheet: { name, texts, reviewDate, etag }, requestId }));
  }

  #delete(name: string, etag: string): Promise<unknown> {
    return wish((requestId) => this.#client.deleteFactSheet({ name, etag, requestId }));
  }
}
