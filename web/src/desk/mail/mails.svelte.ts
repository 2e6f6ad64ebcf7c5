// The mails of the contacts that an agent has. There is no stream of them: the thread that is looked at is
// read again every few seconds, the others more seldom.
import { equals } from "@bufbuild/protobuf";
import type { Client } from "@connectrpc/connect";
import type { Assignment } from "../../gen/wissel/v1/agent_pb";
import {
  MailEntry_Author as Author,
  MailEntry_State as State,
  MailThreadSchema,
  type MailEntry,
  type MailService,
  type MailThread,
} from "../../gen/wissel/v1/mail_pb";
import { isOutage, problemOf, type Problem } from "../../lib/errors";
import { idOf } from "../../lib/time";
import { Draft } from "./draft.svelte";
import { firstLine } from "./mail_text";

export const kReadAgainMs = 5_000;
// So many rounds of the above.
const kOthersEvery = 3;

export class MailWork {
  /** Whose mails they are; of a consult, the one that is asked about. */
  readonly workItem: string;
  /** Who is asked about it reads along. */
  readonly mayWrite: boolean;
  readonly draft: Draft;
  thread = $state.raw<MailThread>();
  problem = $state.raw<Problem>();
  /** The last reading failed: what is shown may be old. */
  stale = $state(false);
  #client: Client<typeof MailService>;
  #seen = $state(0);
  #closed = false;

  constructor(client: Client<typeof MailService>, workItem: string, mayWrite: boolean) {
    this.#client = client;
    this.workItem = workItem;
    this.mayWrite = mayWrite;
    this.draft = new Draft(client, workItem);
  }

  get customerName(): string {
    return this.thread?.customerDisplayName ?? "";
  }

  get language(): string {
    return this.thread?.language ?? "";
  }

  /** Mails of the customer since the agent last looked or answered. */
  get unread(): number {
    const entries = this.thread?.entries ?? [];
    const answered = entries.findLast((entry) => entry.author === Author.AGENT && isMail(entry));
    const from = Math.max(this.#seen, answered ? numberOf(answered) : 0);
    return entries.filter((entry) => entry.author === Author.CUSTOMER && numberOf(entry) > from).length;
  }

  get last(): { text: string } | undefined {
    const last = this.thread?.entries.findLast((entry) => entry.author === Author.CUSTOMER);
    return last && { text: firstLine(last.text) || last.subject };
  }

  markSeen(): void {
    const last = this.thread?.entries.at(-1);
    if (last) this.#seen = numberOf(last);
  }

  async read(): Promise<void> {
    try {
      const thread = await this.#client.getMailThread({ workItem: this.workItem });
      if (this.#closed) return;
      const first = this.thread === undefined;
      if (!this.thread || !equals(MailThreadSchema, this.thread, thread)) this.thread = thread;
      this.problem = undefined;
      this.stale = false;
      if (first && this.mayWrite) await this.draft.open(thread);
    } catch (reason) {
      if (this.#closed) return;
      if (this.thread && isOutage(reason)) this.stale = true;
      else this.problem = problemOf(reason);
    }
  }

  close(): void {
    this.#closed = true;
    this.draft.close();
  }
}

/** One that was taken back is no mail any more. */
export function isMail(entry: MailEntry): boolean {
  return !entry.event && entry.state !== State.CANCELLED;
}

export function numberOf(entry: MailEntry): number {
  return Number(idOf(entry.name));
}

export class Mails {
  #client: Client<typeof MailService>;
  #all = $state.raw<ReadonlyMap<string, MailWork>>(new Map());
  #selected: string | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;
  #round = 0;

  constructor(client: Client<typeof MailService>) {
    this.#client = client;
  }

  of(workItem: string): MailWork | undefined {
    return this.#all.get(workItem);
  }

  /** The contact in hand whose mail that is, "mails/{thread}/entries/{number}". */
  ofMail(entry: string): MailWork | undefined {
    return [...this.#all.values()].find(({ thread }) => thread && entry.startsWith(`${thread.name}/`));
  }

  start(): () => void {
    this.#timer = setInterval(() => this.#readAgain(), kReadAgainMs);
    return () => {
      clearInterval(this.#timer);
      for (const mail of this.#all.values()) mail.close();
    };
  }

  /** Keeps one for each contact by mail that is held; what is typed stays while another is looked at. */
  follow(assignments: readonly Assignment[], selected: string | null): void {
    const held = assignments.filter(({ contact }) => contact.startsWith("mails/"));
    const fresh: MailWork[] = [];
    const all = new Map<string, MailWork>();
    for (const { workItem, question } of held) {
      const about = question?.workItem ?? workItem;
      const known = this.#all.get(workItem);
      const work = known?.workItem === about ? known : new MailWork(this.#client, about, question === undefined);
      if (work !== known) fresh.push(work);
      all.set(workItem, work);
    }
    const gone = [...this.#all].filter(([workItem, mail]) => all.get(workItem) !== mail);
    for (const [, mail] of gone) mail.close();
    if (fresh.length > 0 || gone.length > 0) this.#all = all;
    const looked = selected === this.#selected ? undefined : all.get(selected ?? "");
    this.#selected = selected;
    for (const mail of new Set([...fresh, ...(looked ? [looked] : [])])) void mail.read();
  }

  #readAgain(): void {
    this.#round += 1;
    for (const [workItem, mail] of this.#all) {
      if (workItem === this.#selected || this.#round % kOthersEvery === 0) void mail.read();
    }
  }
}
