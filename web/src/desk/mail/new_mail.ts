// A mail that answers nothing, as it is written at the desk.
import type { MailDraft } from "../../gen/wissel/v1/mail_pb";
import { addressesText } from "./addresses";

export interface NewMail {
  /** One of the center's addresses; empty: not chosen yet. */
  from: string;
  to: string;
  cc: string;
  subject: string;
  text: string;
  /** BCP 47; empty: that of the page. */
  language: string;
}

export const kNewMail: NewMail = { from: "", to: "", cc: "", subject: "", text: "", language: "" };

/** One that was taken back, whose contact is no longer at hand; `begun`: a new mail's text, which stays below. */
export function newMailOf(draft: MailDraft, begun: string): NewMail {
  const text = [draft.text, begun.trim()].filter(Boolean).join("\n\n");
  return { ...kNewMail, to: addressesText(draft.to), cc: addressesText(draft.cc), subject: draft.subject, text };
}
