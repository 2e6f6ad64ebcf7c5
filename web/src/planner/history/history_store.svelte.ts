// What is known of the past: series with their gaps, marks of days that were not as usual, and all of it
// out again as a file.
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Client } from "@connectrpc/connect";
import {
  ExportHistoryRequest_Format as Format,
  HistoryMarkSchema,
  type ExportHistoryResponse,
  type HistoryMark,
  type HistoryService,
  type ListHistorySeriesResponse_Series as Series,
} from "../../gen/wissel/v1/history_pb";
import { wish, type Deeds } from "../../lib/deeds.svelte";
import { problemOf, type Problem } from "../../lib/errors";
import { t } from "../../lib/i18n.svelte";
import { Aliases } from "../aliases";

export interface Extract {
  queue: string;
  startDate: string;
  endDate: string;
  intervalMinutes: number;
  format: Format;
}

export class HistoryStore {
  /** Undefined until they are read. */
  series = $state.raw<Series[]>();
  marks = $state.raw<HistoryMark[]>([]);
  problem = $state.raw<Problem>();
  #client: Client<typeof HistoryService>;
  #deeds: Deeds;
  #names = new Aliases();

  constructor(client: Client<typeof HistoryService>, deeds: Deeds) {
    this.#client = client;
    this.#deeds = deeds;
  }

  async load(): Promise<void> {
    try {
      const [{ series }] = await Promise.all([this.#client.listHistorySeries({}), this.#readMarks()]);
      this.series = series;
      this.problem = undefined;
    } catch (reason) {
      this.problem = problemOf(reason);
    }
  }

  async #readMarks(): Promise<void> {
    this.marks = (await this.#client.listHistoryMarks({})).historyMarks;
  }

  async mark(mark: MessageInitShape<typeof HistoryMarkSchema>): Promise<Problem | undefined> {
    return this.#doing(async () => {
      const { name, label } = await this.#put(mark);
      this.#deeds.did({
        text: t("history.marked", { label }),
        restores: t("history.restoresUnmarked"),
        undo: [{ about: label, step: () => this.#take(name) }],
      });
    });
  }

  async unmark(mark: HistoryMark): Promise<Problem | undefined> {
    return this.#doing(async () => {
      await this.#take(mark.name);
      this.#deeds.did({
        text: t("history.unmarked", { label: mark.label }),
        restores: t("act.restores", { before: mark.label }),
        undo: [
          {
            about: mark.label,
            step: async () => {
              const again = await this.#put({ ...mark, name: "" });
              this.#names.became(mark.name, again.name);
            },
          },
        ],
      });
    });
  }

  export(extract: Extract): Promise<ExportHistoryResponse> {
    return this.#client.exportHistory(extract);
  }

  async #put(historyMark: MessageInitShape<typeof HistoryMarkSchema>): Promise<HistoryMark> {
    const made = await wish((requestId) => this.#client.createHistoryMark({ historyMark, requestId }));
    await this.#readMarks();
    return made;
  }
  async #take(name: string): Promise<void> {
    await wish((requestId) => this.#client.deleteHistoryMark({ name: this.#names.now(name), requestId }));
    await this.#readMarks();
  }

  async #doing(work: () => Promise<void>): Promise<Problem | undefined> {
    try {
      await this.#deeds.working(work);
      return undefined;
    } catch (reason) {
      return problemOf(reason);
    }
  }
}
