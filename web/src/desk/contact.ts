// What to call a contact: the name that the customer gave, else the opaque contact, else the number.
import type { Assignment } from "../gen/wissel/v1/agent_pb";
import { Channel } from "../gen/wissel/v1/common_pb";
import { WorkItem_State as State } from "../gen/wissel/v1/work_pb";
import { t } from "../lib/i18n.svelte";
import { idOf } from "../lib/time";

/** What is known of a contact beside its work item, by whatever channel. */
export interface Known {
  readonly customerName: string;
  /** BCP 47; empty: not known. */
  readonly language: string;
  /** What the customer wrote since the agent last looked or answered. */
  readonly unread: number;
  readonly last: { readonly text: string } | undefined;
}

export function contactTitle(assignment: Assignment, known?: Known): string {
  if (known?.customerName) return known.customerName;
  return t("desk.contactNumber", { number: idOf(assignment.workItem) });
}

/** Somebody may be asked about it. */
export function mayAsk(assignment: Assignment): boolean {
  const inContact = assignment.state === State.ACTIVE || assignment.state === State.HELD;
  return inContact && !assignment.consult && !assignment.question;
}

/** Talked by writing, live or with days in between. */
export function isConversation(channel: Channel): boolean {
  return channel === Channel.CHAT || channel === Channel.MESSAGE;
}

/** A callback or an outbound item: the agent calls, and the customer may not answer. */
export function isCallToCustomer(channel: Channel): boolean {
  return channel === Channel.CALLBACK || channel === Channel.OUTBOUND;
}
