// What the address book has of the contacts in hand: who it is, what they wrote, what colleagues noted, and
// what came before. Not every contact is in it: one that another system entered is a number here.
import { Code, type Client } from "@connectrpc/connect";
import { equals } from "@bufbuild/protobuf";
import type { Assignment } from "../../gen/wissel/v1/agent_pb";
import {
  ContactEntry_Kind as Kind,
  ContactSchema,
  CustomerAddress_Kind as AddressKind,
  type Contact,
  type ContactEntry,
  type ContactService,
  type Customer,
} from "../../gen/wissel/v1/contact_pb";
import { codeOf, isOutage, problemOf, type Problem } from "../../lib/errors";
import { newRequestId } from "../../lib/request_id";
import { withRetry } from "../../lib/retry";

export const kReadAgainMs = 5_000;
const kPage = 10;

export class ContactFile {
  /** Of a consult, the work item that is asked about. */
  readonly workItem: string;
  contact = $state.raw<Contact>();
  customer = $state.raw<Customer>();
  /** Newest first, without this one. */
  earlier = $state.raw<Contact[]>([]);
  more = $state(false);
  /** The address book has no such contact. */
  missing = $state(false);
  problem = $state.raw<Problem>();
  /** A note that is being written. */
  note = $state("");
  #client: Client<typeof ContactService>;
  #next = "";
  #noteId = "";

  constructor(client: Client<typeof ContactService>, workItem: string) {
    this.#client = client;
    this.workItem = workItem;
  }

  /** Without a name, how they are reached. */
  get customerName(): string {
    return this.contact?.displayName || this.customer?.displayName || this.customer?.addresses[0]?.text || "";
  }

  get language(): string {
    return this.contact?.language || this.customer?.language || "";
  }

  /** Notes of colleagues on this contact, the latest last. */
  get notes(): ContactEntry[] {
    return this.contact?.entries.filter(({ kind }) => kind === Kind.NOTE) ?? [];
  }

  /** Those of the customer that are known, then what they wrote into a form. */
  get numbers(): string[] {
    const known = this.customer?.addresses.filter(({ kind }) => kind === AddressKind.PHONE).map(({ text }) => text) ?? [];
    const written = this.contact?.fields.map(({ value }) => value.trim()).filter((value) => /^[+0][\d ().\/-]{6,24}$/.test(value)) ?? [];
    return [...new Set([...known, ...written])];
  }

  async read(): Promise<void> {
    if (this.missing) return;
    try {
      const contact = await this.#client.getContact({ workItem: this.workItem });
      const first = this.contact === undefined;
      if (!this.contact || !equals(ContactSchema, this.contact, contact)) this.contact = contact;
      this.problem = undefined;
      if (first) await this.readCustomer();
    } catch (reason) {
      // Whether it is not there is nobody's business who may see nothing of it.
      const unknown = [Code.NotFound, Code.PermissionDenied, Code.Unimplemented].includes(codeOf(reason));
      if (unknown && !this.contact) this.missing = true;
      else if (!isOutage(reason) || !this.contact) this.problem = problemOf(reason);
    }
  }

  async readCustomer(): Promise<void> {
    const name = this.contact?.customer;
    if (!name) return;
    try {
      this.customer = await this.#client.getCustomer({ name });
      this.earlier = [];
      this.#next = "";
      await this.readMore();
    } catch (reason) {
      this.problem = problemOf(reason);
    }
  }

  async readMore(): Promise<void> {
    const page = await this.#client.listContacts({ customer: this.contact!.customer, pageSize: kPage, pageToken: this.#next });
    this.#next = page.nextPageToken;
    this.more = this.#next !== "";
    const known = new Set(this.earlier.map(({ name }) => name));
    this.earlier = [...this.earlier, ...page.contacts.filter(({ name }) => name !== this.contact?.name && !known.has(name))];
  }

  /** For colleagues. The same text is noted once, however often it is sent. */
  async addNote(text: string): Promise<void> {
    const contact = this.contact?.name;
    if (!contact || text.trim() === "") return;
    this.#noteId ||= newRequestId();
    const requestId = this.#noteId;
    await withRetry(() => this.#client.addNote({ contact, text: text.trim(), requestId }));
    this.#noteId = "";
    await this.read();
  }

  noteChanged(): void {
    this.#noteId = "";
  }
}

export class ContactFiles {
  #client: Client<typeof ContactService>;
  #all = $state.raw<ReadonlyMap<string, ContactFile>>(new Map());
  #selected: string | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(client: Client<typeof ContactService>) {
    this.#client = client;
  }

  of(workItem: string): ContactFile | undefined {
    return this.#all.get(workItem);
  }

  start(): () => void {
    // They may add to it, and colleagues may note something.
    this.#timer = setInterval(() => void this.#all.get(this.#selected ?? "")?.read(), kReadAgainMs);
    return () => clearInterval(this.#timer);
  }

  follow(assignments: readonly Assignment[], selected: string | null): void {
    const all = new Map<string, ContactFile>();
    const fresh: ContactFile[] = [];
    for (const { workItem, question } of assignments) {
      const about = question?.workItem ?? workItem;
      const known = this.#all.get(workItem);
      const file = known?.workItem === about ? known : new ContactFile(this.#client, about);
      if (file !== known) fresh.push(file);
      all.set(workItem, file);
    }
    if (fresh.length > 0 || all.size !== this.#all.size) this.#all = all;
    this.#selected = selected;
    for (const file of fresh) void file.read();
  }
}
