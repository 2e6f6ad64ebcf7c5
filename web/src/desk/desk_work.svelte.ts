// What an agent has in hand, by whatever channel: conversations, mails, calls, and what the address book
// has of each. Lists, titles and marks ask here and need not know which it is.
import type { Assignment } from "../gen/wissel/v1/agent_pb";
import type { Clients } from "../lib/transport";
import { Calls } from "./call/calls.svelte";
import type { Known } from "./contact";
import { Conversations } from "./conversations.svelte";
import { QueueFacts } from "./facts/queue_facts.svelte";
import { Mails } from "./mail/mails.svelte";
import { ContactFiles } from "./person/contact_files.svelte";

export class DeskWork {
  readonly conversations: Conversations;
  readonly mails: Mails;
  readonly calls: Calls;
  readonly files: ContactFiles;
  readonly facts: QueueFacts;

  constructor(clients: Pick<Clients, "chat" | "mail" | "voice" | "contact" | "factSheet">) {
    this.conversations = new Conversations(clients.chat);
    this.mails = new Mails(clients.mail);
    this.calls = new Calls(clients.voice);
    this.files = new ContactFiles(clients.contact);
    this.facts = new QueueFacts(clients.factSheet);
  }

  of(workItem: string): Known {
    const talk = this.conversations.of(workItem) ?? this.mails.of(workItem);
    const file = this.files.of(workItem);
    return {
      customerName: talk?.customerName || file?.customerName || "",
      language: talk?.language || file?.language || "",
      unread: talk?.unread ?? 0,
      last: talk?.last,
    };
  }

  start(): () => void {
    const stops = [this.conversations.start(), this.mails.start(), this.files.start(), this.facts.start(), () => this.calls.stop()];
    return () => stops.forEach((stop) => stop());
  }

  follow(assignments: readonly Assignment[], selected: string | null): void {
    this.conversations.follow(assignments, selected);
    this.mails.follow(assignments, selected);
    this.calls.follow(assignments, selected);
    this.files.follow(assignments, selected);
    this.facts.follow(assignments, selected);
  }

  /** An answer that has been begun and not sent. */
  hasDraft(workItem: string): boolean {
    const mail = this.mails.of(workItem);
    return mail?.mayWrite === true && !mail.draft.empty;
  }

  /** The contact may go: what is typed is kept at once. */
  flush(workItem: string): void {
    void this.mails.of(workItem)?.draft.flush();
  }
}
