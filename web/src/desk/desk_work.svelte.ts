// What an agent has in hand, by whatever channel: the conversations, the mails. Lists, titles and
// marks ask here and need not know which it is.
import type { Assignment } from "../gen/wissel/v1/agent_pb";
import type { Clients } from "../lib/transport";
import type { Known } from "./contact";
import { Conversations } from "./conversations.svelte";
import { Mails } from "./mail/mails.svelte";

export class DeskWork {
  readonly conversations: Conversations;
  readonly mails: Mails;

  constructor(clients: Pick<Clients, "chat" | "mail">) {
    this.conversations = new Conversations(clients.chat);
    this.mails = new Mails(clients.mail);
  }

  of(workItem: string): Known | undefined {
    return this.conversations.of(workItem) ?? this.mails.of(workItem);
  }

  start(): () => void {
    const stops = [this.conversations.start(), this.mails.start()];
    return () => stops.forEach((stop) => stop());
  }

  follow(assignments: readonly Assignment[], selected: string | null): void {
    this.conversations.follow(assignments, selected);
    this.mails.follow(assignments, selected);
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
