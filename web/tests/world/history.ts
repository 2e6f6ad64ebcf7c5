// The history of the world, and a reader of one plain layout of files: date;time;queue;contacts.
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, type ConnectRouter } from "@connectrpc/connect";
import {
  HistoryImportPreviewSchema,
  HistoryMark_Kind,
  HistoryMarkSchema,
  HistoryService,
  type HistoryImportPreview,
  type HistoryMark,
  type ImportHistoryRequest,
} from "../../src/gen/wissel/v1/history_pb";
import { addDays } from "../../src/lib/dates";
import type { World } from "./base";

export class Histories {
  marks: HistoryMark[] = [];
  readonly pieces: { offset: bigint; size: number }[] = [];
  readonly imports: ImportHistoryRequest[] = [];
  /** Whether there is anything yet. */
  empty = false;
  #world: World;
  #uploads = new Map<string, Uint8Array>();

  constructor(world: World) {
    this.#world = world;
    this.marks = [
      create(HistoryMarkSchema, { name: "historyMarks/1", kind: HistoryMark_Kind.HOLIDAY, startDate: addDays(world.today, -15), label: "Armistice Day" }),
      create(HistoryMarkSchema, { name: "historyMarks/2", kind: HistoryMark_Kind.OUTAGE, queue: "queues/benefits", startDate: addDays(world.today, -6), label: "Lines down from 9 to 11" }),
    ];
  }

  /** As after a quarter of an hour. */
  forget(): void {
    this.#uploads.clear();
  }

  #bytes(file: { case?: string; value?: unknown }): Uint8Array {
    if (file.case === "content") return file.value as Uint8Array;
    const bytes = this.#uploads.get(file.value as string);
    if (!bytes) throw new ConnectError("the upload has gone", Code.NotFound);
    return bytes;
  }

  preview(bytes: Uint8Array, queue: string): HistoryImportPreview {
    const lines = new TextDecoder().decode(bytes).trim().split("\n");
    const header = (lines[0] ?? "").split(";");
    const faults = lines.slice(1).flatMap((line, index) => (Number(line.split(";").at(-1)) >= 0 ? [] : [{ line: BigInt(index + 2), text: `"${line.split(";").at(-1)}" is no count`, right: "a whole number from 0" }]));
    return create(HistoryImportPreviewSchema, {
      separator: ";",
      decimalComma: true,
      dateOrder: "dmy",
      timeZone: "Europe/Brussels",
      intervalMinutes: 30,
      columns: header.flatMap((text, index) => {
        const meaning = { date: "date", time: "time", queue: "queue", contacts: "arrivals" }[text];
        return meaning ? [{ meaning, place: index + 1 }] : [];
      }),
      ignoredColumns: header.filter((text) => !["date", "time", "queue", "contacts"].includes(text)),
      lines: BigInt(lines.length),
      series: [
        { queue: queue || "queues/benefits", firstTime: this.#world.at("2025-11-01", 480), lastTime: this.#world.at("2026-10-31", 1170), intervals: 8736n, arrivals: 391_204, gaps: 3n },
        { queue: "fax-line", firstTime: this.#world.at("2025-11-01", 480), lastTime: this.#world.at("2026-02-28", 1170), intervals: 2310n, arrivals: 9034, gaps: 0n, unknownQueue: true },
      ],
      faults,
      moreFaults: 0n,
      warnings: [{ line: 1203n, text: "1,140 contacts in half an hour; its weekday has 90", right: "" }],
      added: BigInt(lines.length - 1),
      unchanged: 12n,
      replaced: 4n,
    });
  }

  routes(router: ConnectRouter): void {
    const world = this.#world;
    router.service(HistoryService, {
      uploadHistoryPiece: ({ upload, offset, piece }) => {
        const name = upload || `historyUploads/${world.number()}`;
        const before = this.#uploads.get(name) ?? new Uint8Array();
        if (Number(offset) > before.length) throw new ConnectError("a piece is missing", Code.OutOfRange);
        this.pieces.push({ offset, size: piece.length });
        const whole = new Uint8Array(Number(offset) + piece.length);
        whole.set(before.subarray(0, Number(offset)));
        whole.set(piece, Number(offset));
        this.#uploads.set(name, whole);
        return { name, size: BigInt(whole.length) };
      },
      previewHistoryImport: ({ file, options }) => this.preview(this.#bytes(file), options?.queue ?? ""),
      importHistory: (request) => {
        const seen = this.preview(this.#bytes(request.file), "");
        if (seen.faults.length > 0) throw new ConnectError("line 2: is no count", Code.InvalidArgument);
        if (seen.replaced > 0n && !request.replace) throw new ConnectError("4 counts differ", Code.FailedPrecondition);
        this.imports.push(request);
        this.empty = false;
        return { added: seen.added, unchanged: seen.unchanged, replaced: seen.replaced, countedHere: 96n };
      },
      exportHistory: ({ format }) => ({
        content: new TextEncoder().encode("queue;start;arrivals\n"),
        contentType: format === 2 ? "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" : "text/csv",
        fileName: format === 2 ? "history.xlsx" : "history.csv",
      }),
      listHistorySeries: () => ({
        series: this.empty
          ? []
          : world.queues.map(({ name, size }, index) => ({
              queue: name,
              firstDate: addDays(world.today, -412),
              lastDate: addDays(world.today, -1),
              days: 412 - index * 3,
              arrivals: BigInt(size * 305),
              importedDays: 351,
              missingDays: index * 3,
            })),
      }),
      createHistoryMark: ({ historyMark }) => {
        const mark = create(HistoryMarkSchema, { ...historyMark!, name: `historyMarks/${world.number()}` });
        this.marks = [...this.marks, mark];
        return mark;
      },
      listHistoryMarks: () => ({ historyMarks: this.marks }),
      deleteHistoryMark: ({ name }) => {
        this.marks = this.marks.filter((each) => each.name !== name);
        return {};
      },
    });
  }
}
