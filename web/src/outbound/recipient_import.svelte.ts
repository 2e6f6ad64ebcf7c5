// Recipients out of a CSV file: all lines are checked, by the server's own rules, before one is sent.
import type { Client } from "@connectrpc/connect";
import { AddMailingRecipientResult_Kind as Kind, type Mailing, type MailingService } from "../gen/wissel/v1/mailing_pb";
import { problemOf, type Problem } from "../lib/errors";
import { withRetry } from "../lib/retry";
import { columnKey, parseCsv, type Row, type Table } from "./csv";

export const kBatch = 500;
const kOwnColumns = ["key", "address", "language", "customer"];

export interface Fault {
  line: number;
  column: string;
  what: string;
  right: string;
}

type Phase = "choose" | "checking" | "checked" | "importing" | "done";

export class RecipientImport {
  phase = $state<Phase>("choose");
  fileName = $state("");
  lines = $state(0);
  /** Of the lines, while they are checked or imported. */
  done = $state(0);
  faults = $state.raw<Fault[]>([]);
  /** What is wrong with the file as a whole: a column that the mailing does not know, or that is missing. */
  unknown = $state.raw<string[]>([]);
  missing = $state.raw<string[]>([]);
  added = $state(0);
  unchanged = $state(0);
  problem = $state.raw<Problem>();
  #client: Client<typeof MailingService>;
  #mailing: Mailing;
  #table: Table = { columns: [], rows: [] };
  #good: Row[] = [];

  constructor(client: Client<typeof MailingService>, mailing: Mailing) {
    this.#client = client;
    this.#mailing = mailing;
  }

  get fits(): boolean {
    return this.unknown.length === 0 && this.missing.length === 0;
  }
  get mayImport(): boolean {
    return this.phase === "checked" && this.fits && this.#good.length > 0 && this.problem === undefined;
  }
  get good(): number {
    return this.phase === "checked" ? this.lines - this.faults.length : 0;
  }

  async choose(file: Blob, name: string): Promise<void> {
    [this.fileName, this.faults, this.problem, this.done] = [name, [], undefined, 0];
    this.#table = parseCsv(await decoded(file));
    this.#good = this.#table.rows;
    this.lines = this.#table.rows.length;
    const known = [...kOwnColumns, ...this.#mailing.fields];
    const columns = this.#table.columns.map(columnKey);
    this.unknown = this.#table.columns.filter((column) => !known.includes(columnKey(column)));
    this.missing = ["address", ...this.#mailing.fields].filter((column) => !columns.includes(column));
    this.phase = "checking";
    if (this.fits) await this.#send(true);
    this.phase = "checked";
  }

  /** Whether all lines that are right have been taken. */
  async import(): Promise<boolean> {
    this.phase = "importing";
    [this.added, this.unchanged] = [0, 0];
    await this.#send(false);
    this.phase = this.problem ? "checked" : "done";
    return this.phase === "done";
  }

  // Lines that are refused are good no more.
  async #send(validateOnly: boolean): Promise<void> {
    const rows = this.#good;
    const good: Row[] = [];
    const faults: Fault[] = [...this.faults];
    this.done = 0;
    try {
      for (let from = 0; from < rows.length; from += kBatch) {
        const batch = rows.slice(from, from + kBatch);
        const recipients = batch.map((row) => this.#recipient(row));
        const { results } = await withRetry(() =>
          this.#client.addMailingRecipients({ mailing: this.#mailing.name, recipients, validateOnly }),
        );
        results.forEach((result, i) => {
          const row = batch[i]!;
          if (result.kind === Kind.REFUSED) {
            faults.push({ line: row.line, column: result.field, what: result.reason, right: result.right });
            return;
          }
          good.push(row);
          if (validateOnly) return;
          if (result.kind === Kind.ADDED) this.added += 1;
          else this.unchanged += 1;
        });
        this.done = Math.min(from + kBatch, rows.length);
        this.faults = faults;
      }
      this.#good = good;
    } catch (reason) {
      this.problem = problemOf(reason);
    }
  }

  #recipient(row: Row) {
    const cells = new Map(this.#table.columns.map((column, i) => [columnKey(column), (row.cells[i] ?? "").trim()]));
    return {
      key: cells.get("key") ?? "",
      address: cells.get("address") ?? "",
      language: cells.get("language") ?? "",
      customer: cells.get("customer") ?? "",
      fields: this.#mailing.fields.map((name) => ({ name, value: cells.get(name) ?? "" })),
    };
  }
}

// UTF-8, or Windows-1252 where it is none.
async function decoded(file: Blob): Promise<string> {
  const bytes = await file.arrayBuffer();
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}
