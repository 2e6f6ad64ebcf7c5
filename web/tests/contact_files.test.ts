import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { AssignmentSchema } from "../src/gen/wissel/v1/agent_pb";
import { ContactEntry_Kind as Kind, ContactSchema, ContactService, CustomerAddress_Kind as AddressKind, type AddNoteRequest } from "../src/gen/wissel/v1/contact_pb";
import { ContactFiles, kReadAgainMs } from "../src/desk/person/contact_files.svelte";
import { wishOf } from "../src/desk/desk_shortcuts";
import { clientsOf, fakeTime, pass } from "./support";

const held = (...items: string[]) => items.map((workItem) => create(AssignmentSchema, { workItem }));
const contact = { name: "forms/a", customer: "customers/mia", displayName: "Mia", fields: [{ name: "Phone", value: "02 555 01 23" }, { name: "When", value: "2026" }] };

let asked: string[];
let notes: AddNoteRequest[];
let refuseNotes: boolean;
let files: ContactFiles;
let stop: () => void;
beforeEach(() => {
  fakeTime();
  asked = [];
  notes = [];
  refuseNotes = false;
  const clients = clientsOf((router) =>
    router.service(ContactService, {
      getContact: ({ workItem }) => {
        asked.push(workItem);
        if (workItem !== "workItems/1") throw new ConnectError("not yours", Code.PermissionDenied);
        const entries = notes.map(({ text }, index) => ({ number: BigInt(index + 1), text, kind: Kind.NOTE }));
        return create(ContactSchema, { ...contact, entries });
      },
      getCustomer: () => ({ name: "customers/mia", displayName: "Mia Peeters", addresses: [{ kind: AddressKind.PHONE, text: "+3225550123" }, { kind: AddressKind.EMAIL, text: "mia@home.test" }] }),
      listContacts: ({ pageToken }) => (pageToken ? { contacts: [{ name: "chats/c" }] } : { contacts: [contact, { name: "chats/b" }], nextPageToken: "2" }),
      addNote: (request) => {
        if (refuseNotes) throw new ConnectError("too long", Code.InvalidArgument);
        notes.push(request);
        return {};
      },
    }),
  );
  files = new ContactFiles(clients.contact);
  stop = files.start();
});
afterEach(() => {
  stop();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("what the address book has of the contacts in hand", () => {
  it("is who it is, how they are reached, and what came before, a page at a time", async () => {
    files.follow(held("workItems/1"), "workItems/1");
    await pass();
    const file = files.of("workItems/1")!;
    expect(file.customerName).toBe("Mia");
    expect(file.numbers).toEqual(["+3225550123", "02 555 01 23"]);
    expect(file.earlier.map(({ name }) => name)).toEqual(["chats/b"]);
    await file.readMore();
    expect(file.earlier.map(({ name }) => name)).toEqual(["chats/b", "chats/c"]);
    expect(file.more).toBe(false);
  });

  it("is read again for the contact that is looked at alone", async () => {
    files.follow(held("workItems/1", "workItems/2"), "workItems/1");
    await pass(2 * kReadAgainMs);
    expect(asked.filter((name) => name === "workItems/1")).toHaveLength(3);
  });

  it("is nothing for a contact of another system, which is not asked for again", async () => {
    files.follow(held("workItems/2"), "workItems/2");
    await pass(3 * kReadAgainMs);
    const file = files.of("workItems/2")!;
    expect(file.missing).toBe(true);
    expect(file.problem).toBeUndefined();
    expect(asked).toEqual(["workItems/2"]);
  });

  it("takes a note once, and shows it", async () => {
    files.follow(held("workItems/1"), "workItems/1");
    await pass();
    const file = files.of("workItems/1")!;
    await file.addNote(" She knows. ");
    expect(notes).toMatchObject([{ contact: "forms/a", text: "She knows." }]);
    expect(file.notes.map(({ text }) => text)).toEqual(["She knows."]);
    await file.addNote("  ");
    expect(notes).toHaveLength(1);
    refuseNotes = true;
    await expect(file.addNote("more")).rejects.toThrow("too long");
  });
});

it("no shortcut means two things", () => {
  const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
  const press = (key: string) => ({ key, code: `Key${key}`, altKey: true, ctrlKey: false, metaKey: false, shiftKey: false, target: null });
  const wishes = letters.map((key) => wishOf(press(key), true)).filter(Boolean);
  expect(new Set(wishes).size).toBe(wishes.length);
  expect(wishes).toContain("hangUp");
});
