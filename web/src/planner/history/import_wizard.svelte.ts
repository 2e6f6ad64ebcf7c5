// A file of past counts on its way in: sent (in pieces, when it is large), understood, looked at, imported.
// Nothing is written before the last step, and nothing that is there is replaced without being asked for.
import { Code, type Client } from "@connectrpc/connect";
import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  HistoryImportOptionsSchema,
  type HistoryImportPreview,
  type HistoryService,
  type ImportHistoryResponse,
} from "../../gen/wissel/v1/history_pb";
import { wish } from "../../lib/deeds.svelte";
import { codeOf, problemOf, type Problem } from "../../lib/errors";
import { withRetry } from "../../lib/retry";

const kMiB = 1024 * 1024;
/** The contract's: what is larger comes in pieces. */
export const kAtOnce = 3 * kMiB;
export const kPiece = kMiB;

export type Options = Required<Pick<MessageInitShape<typeof HistoryImportOptionsSchema>, "timeZone" | "dateOrder" | "queue" | "intervalMinutes">>;
type Sent = { case: "content"; value: Uint8Array } | { case: "upload"; value: string };
export type Phase = "choose" | "sending" | "reading" | "preview" | "importing" | "done";

const kFoundOut: Options = { timeZone: "", dateOrder: "", queue: "", intervalMinutes: 0 };

export class ImportWizard {
  phase = $state<Phase>("choose");
  file = $state.raw<{ name: string; size: number } | null>(null);
  /** Of the file, what has been sent: 0 to 1. */
  progress = $state(0);
  /** What a person says of the file; empty: it is found out. */
  options = $state.raw<Options>(kFoundOut);
  preview = $state.raw<HistoryImportPreview>();
  replace = $state(false);
  result = $state.raw<ImportHistoryResponse>();
  problem = $state.raw<Problem>();
  #client: Client<typeof HistoryService>;
  #blob: Blob | undefined;
  #sent: Sent | undefined;
  #turn = 0;

  constructor(client: Client<typeof HistoryService>) {
    this.#client = client;
  }

  get faulty(): boolean {
    return (this.preview?.faults.length ?? 0) > 0;
  }
  /** Whether counts that are there would change. */
  get replaces(): boolean {
    return (this.preview?.replaced ?? 0n) > 0n;
  }
  get mayImport(): boolean {
    return this.phase === "preview" && this.preview !== undefined && !this.faulty && (!this.replaces || this.replace);
  }

  reset(): void {
    this.#turn += 1;
    this.phase = "choose";
    this.file = null;
    this.#blob = this.#sent = undefined;
    this.preview = this.result = this.problem = undefined;
    this.options = kFoundOut;
    this.replace = false;
  }

  async choose(blob: Blob, name: string): Promise<void> {
    this.reset();
    this.file = { name, size: blob.size };
    this.#blob = blob;
    await this.#read();
  }

  /** Understood anew, as the person says. */
  async correct(change: Partial<Options>): Promise<void> {
    this.options = { ...this.options, ...change };
    await this.#read();
  }

  async import(): Promise<boolean> {
    if (!this.mayImport) return false;
    this.phase = "importing";
    try {
      this.result = await this.#asked((file) =>
        wish((requestId) => this.#client.importHistory({ file, options: this.options, replace: this.replace, requestId })),
      );
      this.phase = "done";
      return true;
    } catch (reason) {
      this.problem = problemOf(reason);
      this.phase = "preview";
      return false;
    }
  }

  async #read(): Promise<void> {
    const turn = (this.#turn += 1);
    this.problem = undefined;
    try {
      const preview = await this.#asked((file) => {
        if (turn === this.#turn) this.phase = "reading";
        return withRetry(() => this.#client.previewHistoryImport({ file, options: this.options }));
      });
      if (turn !== this.#turn) return;
      this.preview = preview;
      this.replace = false;
      this.phase = "preview";
    } catch (reason) {
      if (turn !== this.#turn) return;
      this.problem = problemOf(reason);
      this.phase = this.preview ? "preview" : "choose";
    }
  }

  // What was sent is kept for a while only: a file that has gone is sent once more.
  async #asked<T>(call: (file: Sent) => Promise<T>): Promise<T> {
    this.#sent ??= await this.#send();
    try {
      return await call(this.#sent);
    } catch (reason) {
      if (codeOf(reason) !== Code.NotFound || this.#sent.case !== "upload") throw reason;
      this.#sent = await this.#send();
      return call(this.#sent);
    }
  }

  async #send(): Promise<Sent> {
    const blob = this.#blob!;
    this.phase = "sending";
    this.progress = 0;
    if (blob.size <= kAtOnce) return { case: "content", value: await bytesOf(blob) };
    let upload = "";
    for (let offset = 0; offset < blob.size; offset += kPiece) {
      const piece = await bytesOf(blob.slice(offset, offset + kPiece));
      const answer = await withRetry(() => this.#client.uploadHistoryPiece({ upload, offset: BigInt(offset), piece }));
      if (blob !== this.#blob) throw new Error("another file was chosen");
      upload = answer.name;
      this.progress = Math.min(1, (offset + kPiece) / blob.size);
    }
    return { case: "upload", value: upload };
  }
}

async function bytesOf(blob: Blob): Promise<Uint8Array> {
  return new Uint8Array(await blob.arrayBuffer());
}
