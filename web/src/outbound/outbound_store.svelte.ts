// Mailings and lists as the server has them: read again every few seconds, and at once after a change.
import type { Client } from "@connectrpc/connect";
import {
  MailingRecipient_State as Recipient,
  Mailing_State as State,
  type Mailing,
  type MailingPreview,
  type MailingRecipient,
  type MailingSender,
  type MailingService,
} from "../gen/wissel/v1/mailing_pb";
import {
  OutboundEntry_State as Entry,
  OutboundList_State as ListState,
  type OutboundEntry,
  type OutboundList,
  type OutboundService,
} from "../gen/wissel/v1/outbound_pb";
import { problemOf, type Problem } from "../lib/errors";
import type { MessageKey } from "../lib/i18n.svelte";
import { repeat } from "../lib/retry";
import type { Tone } from "./states";

export const kRefreshMs = 2000;

export interface WantedText {
  language: string;
  subject: string;
  text: string;
}

/** What a form asks for. */
export interface Wanted {
  displayName: string;
  sender: string;
  fields: string[];
  texts: WantedText[];
  rate: number;
}

/** "Forms that are due, wave 2" as "forms-that-are-due-wave-2": the last part of a name. */
export function idOf(displayName: string): string {
  const plain = displayName.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  const id = plain.replace(/[^a-z0-9]+/g, "-").replace(/^[^a-z]+/, "").slice(0, 56).replace(/-+$/, "");
  return id === "" ? "mailing" : id;
}

export class OutboundStore {
  mailings = $state.raw<Mailing[]>();
  lists = $state.raw<OutboundList[]>([]);
  senders = $state.raw<MailingSender[]>([]);
  hasUnsubscribePage = $state(false);
  canSend = $state(true);
  /** When it was last read, something went wrong. */
  problem = $state.raw<Problem>();
  #mailing: Client<typeof MailingService>;
  #outbound: Client<typeof OutboundService>;

  constructor(mailing: Client<typeof MailingService>, outbound: Client<typeof OutboundService>) {
    this.#mailing = mailing;
    this.#outbound = outbound;
  }

  /** Until the returned function is called. */
  run(): () => void {
    return repeat(() => this.read(), kRefreshMs);
  }

  async read(): Promise<void> {
    try {
      const [{ mailings }, { lists }, known] = await Promise.all([
        this.#mailing.listMailings({}),
        this.#outbound.listOutboundLists({}),
        this.#mailing.listMailingSenders({}),
      ]);
      [this.mailings, this.lists, this.senders] = [mailings, lists, known.senders];
      [this.hasUnsubscribePage, this.canSend] = [known.hasUnsubscribePage, known.canSend];
      this.problem = undefined;
    } catch (reason) {
      this.problem = problemOf(reason);
    }
  }

  /** Made, or changed in what differs from `seen`. */
  save(wanted: Wanted, seen: Mailing | undefined): Promise<Problem | undefined> {
    return this.#change(async () => {
      if (!seen) {
        await this.#mailing.createMailing({ mailingId: this.#freeId(wanted.displayName), mailing: wanted });
        return;
      }
      const fields = changed(wanted, seen);
      if (fields.length > 0) await this.#mailing.updateMailing({ mailing: { name: seen.name, ...wanted }, fields });
    });
  }

  #freeId(displayName: string): string {
    const id = idOf(displayName);
    const taken = new Set(this.mailings?.map(({ name }) => name.slice("mailings/".length)));
    for (let number = 1; ; ++number) {
      const candidate = number === 1 ? id : `${id}-${number}`;
      if (!taken.has(candidate)) return candidate;
    }
  }

  start = (name: string) => this.#change(() => this.#mailing.startMailing({ name }));
  pause = (name: string) => this.#change(() => this.#mailing.pauseMailing({ name }));
  stop = (name: string) => this.#change(() => this.#mailing.stopMailing({ name }));
  startList = (name: string) => this.#change(() => this.#outbound.startOutboundList({ name }));
  pauseList = (name: string) => this.#change(() => this.#outbound.pauseOutboundList({ name }));
  stopList = (name: string) => this.#change(() => this.#outbound.stopOutboundList({ name }));

  async recipients(mailing: string, state: Recipient, pageToken: string): Promise<{ all: MailingRecipient[]; next: string }> {
    const page = await this.#mailing.listMailingRecipients({ mailing, state, pageToken, pageSize: 50 });
    return { all: page.recipients, next: page.nextPageToken };
  }
  preview = (recipient: string): Promise<MailingPreview> => this.#mailing.previewMailing({ recipient });

  async entries(list: string, state: Entry, pageToken: string): Promise<{ all: OutboundEntry[]; next: string }> {
    const page = await this.#outbound.listOutboundEntries({ list, state, pageToken, pageSize: 50 });
    return { all: page.entries, next: page.nextPageToken };
  }

  async #change(change: () => Promise<unknown>): Promise<Problem | undefined> {
    try {
      await change();
    } catch (reason) {
      return problemOf(reason);
    }
    await this.read();
    return undefined;
  }
}

function changed(wanted: Wanted, seen: Mailing): string[] {
  const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
  const fields: string[] = [];
  if (wanted.displayName !== seen.displayName) fields.push("display_name");
  if (wanted.sender !== seen.sender) fields.push("sender");
  if (!same(wanted.fields, seen.fields)) fields.push("fields");
  if (!same(wanted.texts, textsOf(seen))) fields.push("texts");
  if (wanted.rate !== seen.rate) fields.push("rate");
  return fields;
}

export const textsOf = (mailing: Mailing): WantedText[] =>
  mailing.texts.map(({ language, subject, text }) => ({ language, subject, text }));

/** How many recipients are in one of these states. */
export function countOf(mailing: Mailing, ...states: Recipient[]): number {
  return mailing.counts.filter(({ state }) => states.includes(state)).reduce((sum, { recipients }) => sum + Number(recipients), 0);
}
export const totalOf = (mailing: Mailing): number => mailing.counts.reduce((sum, { recipients }) => sum + Number(recipients), 0);
export const remainingOf = (mailing: Mailing): number => countOf(mailing, Recipient.PENDING, Recipient.SENDING);
export const isOver = (mailing: Mailing): boolean => mailing.state === State.STOPPED || mailing.state === State.FINISHED;

const kStates: Partial<Record<State, { key: MessageKey; tone: Tone }>> = {
  [State.DRAFT]: { key: "outbound.draft", tone: "calm" },
  [State.RUNNING]: { key: "outbound.running", tone: "good" },
  [State.PAUSED]: { key: "outbound.paused", tone: "warn" },
  [State.STOPPED]: { key: "outbound.stopped", tone: "bad" },
  [State.FINISHED]: { key: "outbound.finished", tone: "calm" },
};
/** How it stands with a mailing at a glance. */
export function standing(mailing: Mailing): { key: MessageKey; tone: Tone } {
  if (mailing.state === State.RUNNING && mailing.trouble !== "") return { key: "outbound.held", tone: "warn" };
  return kStates[mailing.state] ?? { key: "outbound.draft", tone: "calm" };
}

const kListStates: Partial<Record<ListState, { key: MessageKey; tone: Tone }>> = {
  [ListState.PAUSED]: { key: "outbound.paused", tone: "warn" },
  [ListState.RUNNING]: { key: "outbound.running", tone: "good" },
  [ListState.STOPPED]: { key: "outbound.stopped", tone: "bad" },
};
export function listStanding(list: OutboundList): { key: MessageKey; tone: Tone } {
  return kListStates[list.state] ?? { key: "outbound.paused", tone: "warn" };
}
