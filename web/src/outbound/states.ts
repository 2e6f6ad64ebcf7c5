// What the states of recipients and entries are called.
import { MailingRecipient_State as Recipient } from "../gen/wissel/v1/mailing_pb";
import { OutboundEntry_State as Entry } from "../gen/wissel/v1/outbound_pb";
import type { MessageKey } from "../lib/i18n.svelte";

export type Tone = "good" | "warn" | "bad" | "calm" | "busy";

export interface StateWords {
  key: MessageKey;
  tone: Tone;
}

/** In the order in which they are shown. */
export const kRecipientStates: [Recipient, StateWords][] = [
  [Recipient.SENT, { key: "outbound.sent", tone: "good" }],
  [Recipient.FAILED, { key: "outbound.failed", tone: "bad" }],
  [Recipient.BOUNCED, { key: "outbound.bounced", tone: "bad" }],
  [Recipient.DO_NOT_CONTACT, { key: "outbound.doNotContact", tone: "warn" }],
  [Recipient.WITHDRAWN, { key: "outbound.withdrawn", tone: "calm" }],
  [Recipient.SENDING, { key: "outbound.sending", tone: "busy" }],
  [Recipient.PENDING, { key: "outbound.pending", tone: "calm" }],
];

export const kEntryStates: [Entry, StateWords][] = [
  [Entry.REACHED, { key: "outbound.reached", tone: "good" }],
  [Entry.REFUSED, { key: "outbound.refused", tone: "warn" }],
  [Entry.NO_ANSWER, { key: "outbound.noAnswer", tone: "warn" }],
  [Entry.EXPIRED, { key: "outbound.expired", tone: "bad" }],
  [Entry.DO_NOT_CONTACT, { key: "outbound.doNotContact", tone: "warn" }],
  [Entry.CAME_FIRST, { key: "outbound.cameFirst", tone: "good" }],
  [Entry.WITHDRAWN, { key: "outbound.withdrawn", tone: "calm" }],
  [Entry.OPEN, { key: "outbound.open", tone: "busy" }],
  [Entry.PENDING, { key: "outbound.pending", tone: "calm" }],
];

const kNothing: StateWords = { key: "outbound.pending", tone: "calm" };
export const recipientWords = (state: Recipient): StateWords => kRecipientStates.find(([each]) => each === state)?.[1] ?? kNothing;
export const entryWords = (state: Entry): StateWords => kEntryStates.find(([each]) => each === state)?.[1] ?? kNothing;
