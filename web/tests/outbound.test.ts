// The page of outbound work: what a mailing is called, what a change sends, recipients out of a file.
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { beforeEach, describe, expect, it } from "vitest";
import {
  AddMailingRecipientResult_Kind as Kind,
  MailingRecipient_State as Recipient,
  MailingSchema,
  MailingService,
  Mailing_State as State,
  type AddMailingRecipientsRequest,
  type CreateMailingRequest,
  type Mailing,
  type UpdateMailingRequest,
} from "../src/gen/wissel/v1/mailing_pb";
import { OutboundService } from "../src/gen/wissel/v1/outbound_pb";
import { columnKey, parseCsv } from "../src/outbound/csv";
import { countOf, idOf, isOver, OutboundStore, remainingOf, standing, textsOf, totalOf } from "../src/outbound/outbound_store.svelte";
import { kBatch, RecipientImport } from "../src/outbound/recipient_import.svelte";
import { clientsOf } from "./support";

let mailings: Mailing[] = [];
let created: CreateMailingRequest[] = [];
let updated: UpdateMailingRequest[] = [];
let added: AddMailingRecipientsRequest[] = [];
let refusal: ConnectError | undefined;

const clients = clientsOf((router) => {
  router.service(MailingService, {
    listMailings: () => ({ mailings }),
    listMailingSenders: () => ({ senders: [{ address: "tax@example.org" }], canSend: true, hasUnsubscribePage: true }),
    createMailing: (request) => {
      created.push(request);
      if (refusal) throw refusal;
      return {};
    },
    updateMailing: (request) => {
      updated.push(request);
      return {};
    },
    addMailingRecipients: (request) => {
      if (refusal) throw refusal;
      added.push(request);
      return {
        results: request.recipients.map(({ address }) =>
          address.includes("@") ? { kind: Kind.ADDED } : { kind: Kind.REFUSED, field: "address", reason: "this is no mail address", right: "mia@example.org" },
        ),
      };
    },
  });
  router.service(OutboundService, { listOutboundLists: () => ({ lists: [] }) });
});

const mailing = (more: Partial<Mailing> = {}) =>
  create(MailingSchema, {
    name: "mailings/due",
    displayName: "Due",
    sender: "tax@example.org",
    fields: ["name", "due_date"],
    texts: [{ language: "nl", subject: "S", text: "T" }],
    rate: 60,
    state: State.DRAFT,
    ...more,
  } as Mailing);
const wantedOf = (from: Mailing) => ({ displayName: from.displayName, sender: from.sender, fields: from.fields, texts: textsOf(from), rate: from.rate });

beforeEach(() => {
  [mailings, created, updated, added, refusal] = [[], [], [], [], undefined];
});

describe("a file", () => {
  it("is cut at commas, semicolons or tabs, with quotes around what has one in it", () => {
    const table = parseCsv('\uFEFFAddress;Due date;Name\r\na@b.c;"1; 2";"Mia ""M"" Peeters"\r\n\r\nd@e.f;3;Bo');
    expect(table.columns.map(columnKey)).toEqual(["address", "due_date", "name"]);
    expect(table.rows).toEqual([
      { line: 2, cells: ["a@b.c", "1; 2", 'Mia "M" Peeters'] },
      { line: 4, cells: ["d@e.f", "3", "Bo"] },
    ]);
  });
  it("may have line ends in a quoted cell, and keeps count of its lines", () => {
    const table = parseCsv('address\tname\na@b.c\t"x\ny"\nd@e.f\tz\n');
    expect(table.rows.map(({ line }) => line)).toEqual([2, 4]);
    expect(table.rows[0]?.cells[1]).toBe("x\ny");
  });
  it("may be empty", () => {
    expect(parseCsv("")).toEqual({ columns: [], rows: [] });
  });
});

describe("recipients from a file", () => {
  const file = (text: string) => new Blob([text]);

  it("are checked first, and those that are right are sent", async () => {
    const files = new RecipientImport(clients.mailing, mailing());
    await files.choose(file("address,Name,Due date\na@b.c,Mia,1 May\nnobody,Bo,2 May\n"), "due.csv");
    expect(added.map(({ validateOnly }) => validateOnly)).toEqual([true]);
    expect(files.faults).toEqual([{ line: 3, column: "address", what: "this is no mail address", right: "mia@example.org" }]);
    expect([files.good, files.mayImport]).toEqual([1, true]);
    expect(await files.import()).toBe(true);
    expect([files.phase, files.added]).toEqual(["done", 1]);
    expect(added[1]?.recipients.map(({ address }) => address)).toEqual(["a@b.c"]);
    expect(added[1]?.recipients[0]?.fields.map(({ name, value }) => [name, value])).toEqual([
      ["name", "Mia"],
      ["due_date", "1 May"],
    ]);
  });

  it("are not sent when a column is missing or means nothing", async () => {
    const files = new RecipientImport(clients.mailing, mailing());
    await files.choose(file("address,name,iban\na@b.c,Mia,BE1\n"), "due.csv");
    expect([files.unknown, files.missing]).toEqual([["iban"], ["due_date"]]);
    expect(files.mayImport).toBe(false);
    expect(added).toEqual([]);
  });

  it("go in batches, whose progress is told", async () => {
    const lines = Array.from({ length: kBatch + 1 }, (_, i) => `p${i}@b.c,x,y`);
    const files = new RecipientImport(clients.mailing, mailing());
    await files.choose(file(["address,name,due_date", ...lines].join("\n")), "due.csv");
    expect(added.map(({ recipients }) => recipients.length)).toEqual([kBatch, 1]);
    expect(files.done).toBe(kBatch + 1);
  });

  it("say what the server refuses as a whole", async () => {
    refusal = new ConnectError("its mails are going out", Code.FailedPrecondition);
    const files = new RecipientImport(clients.mailing, mailing());
    await files.choose(file("address,name,due_date\na@b.c,x,y\n"), "due.csv");
    expect(files.problem?.sentence).toBe("its mails are going out");
    expect(files.mayImport).toBe(false);
  });

  it("are read as Windows-1252 where they are no UTF-8", async () => {
    const files = new RecipientImport(clients.mailing, mailing());
    await files.choose(new Blob([new Uint8Array([...new TextEncoder().encode("address,name,due_date\na@b.c,Zo"), 0xeb, ...new TextEncoder().encode(",1\n")])]), "due.csv");
    expect(added[0]?.recipients[0]?.fields[0]?.value).toBe("Zoë");
  });
});

describe("a mailing", () => {
  it("gets a name of its own out of what it is called", async () => {
    expect(idOf("Forms due: 2ème vague!")).toBe("forms-due-2eme-vague");
    expect(idOf("2026")).toBe("mailing");
    mailings = [mailing()];
    const store = new OutboundStore(clients.mailing, clients.outbound);
    await store.read();
    expect(await store.save(wantedOf(mailing()), undefined)).toBeUndefined();
    expect(created[0]?.mailingId).toBe("due-2");
  });

  it("is changed in what differs alone", async () => {
    const store = new OutboundStore(clients.mailing, clients.outbound);
    await store.save({ ...wantedOf(mailing()), rate: 5, displayName: "Due now" }, mailing());
    expect(updated[0]?.fields).toEqual(["display_name", "rate"]);
    await store.save(wantedOf(mailing()), mailing());
    expect(updated.length).toBe(1);
  });

  it("says what was refused", async () => {
    refusal = new ConnectError("there is no field {nmae}", Code.InvalidArgument);
    const store = new OutboundStore(clients.mailing, clients.outbound);
    expect((await store.save(wantedOf(mailing()), undefined))?.sentence).toBe("there is no field {nmae}");
  });

  it("is counted by states, and stands as it stands", () => {
    const counts = [
      { state: Recipient.SENT, recipients: 7n },
      { state: Recipient.PENDING, recipients: 2n },
      { state: Recipient.SENDING, recipients: 1n },
    ] as Mailing["counts"];
    const running = mailing({ state: State.RUNNING, counts });
    expect([totalOf(running), remainingOf(running), countOf(running, Recipient.SENT)]).toEqual([10, 3, 7]);
    expect(standing(running).key).toBe("outbound.running");
    expect(standing(mailing({ state: State.RUNNING, trouble: "the mail server cannot be reached" })).key).toBe("outbound.held");
    expect([State.STOPPED, State.FINISHED, State.PAUSED].map((state) => isOver(mailing({ state })))).toEqual([true, true, false]);
  });
});
