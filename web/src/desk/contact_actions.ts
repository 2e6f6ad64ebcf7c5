// What can be done with a contact, and when. What does not fit its state is left undone: a shortcut that
// means nothing just now is no mistake.
import type { Assignment, Consult } from "../gen/wissel/v1/agent_pb";
import { WorkItem_State as State } from "../gen/wissel/v1/work_pb";
import type { AgentStore } from "./agent_store.svelte";
import { isCallToCustomer, mayAsk } from "./contact";

export type Action =
  | "hold"
  | "resume"
  | "wrapUp"
  | "complete"
  | "transfer"
  | "return"
  | "missCustomer"
  | "ask"
  | "handOver"
  | "endConsult"
  | "conference"
  | "setAside";

/** Asks first. */
export type AskingDialog = "complete" | "transfer" | "ask";

/** Does it, or says which dialog comes before. `draft`: an answer has been begun and not sent. */
export function perform(store: AgentStore, action: Action, assignment: Assignment, draft: boolean): AskingDialog | undefined {
  if (store.pending.has(assignment.name)) return undefined;
  const { state } = assignment;
  const mayGo = state !== State.WRAPPING && !assignment.question;
  if (action === "hold" && state === State.ACTIVE) void store.hold(assignment);
  else if (action === "resume" && (state === State.HELD || state === State.AWAITING_CUSTOMER)) void store.resume(assignment);
  else if (action === "missCustomer" && state === State.ACTIVE && isCallToCustomer(assignment.channel)) void store.missCustomer(assignment);
  else if (action === "wrapUp" && assignment.wrapUpAllowed && state !== State.WRAPPING) void store.wrapUp(assignment);
  else if (action === "return" && mayGo) void store.giveBack(assignment);
  else if (action === "transfer" && mayGo) return "transfer";
  else if (action === "ask" && mayAsk(assignment)) return "ask";
  else if (action === "setAside" && assignment.setAsideAllowed) void store.setAside(assignment);
  else if (action === "complete" && state !== State.PARKED) return complete(store, assignment, draft);
  else if (assignment.consult) performOnConsult(store, action, assignment, assignment.consult);
  return undefined;
}

function performOnConsult(store: AgentStore, action: Action, assignment: Assignment, consult: Consult): void {
  const talks = consult.state === State.ACTIVE;
  if (action === "endConsult") void store.endConsult(assignment, false);
  else if (action === "handOver" && talks) void store.endConsult(assignment, true);
  else if (action === "conference" && talks) void store.setConference(assignment, !consult.conference);
}

function complete(store: AgentStore, assignment: Assignment, draft: boolean): AskingDialog | undefined {
  if ((assignment.reasonCodes.length > 0 && !assignment.question) || draft) return "complete";
  void store.complete(assignment, []);
  return undefined;
}
