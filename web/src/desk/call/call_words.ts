// How a call stands, in words.
import { Call_Side as Side, Call_State as State, type Call } from "../../gen/wissel/v1/voice_pb";
import { t } from "../../lib/i18n.svelte";

export function callText(call: Call): string {
  switch (call.state) {
    case State.QUEUED:
      return t("call.queued");
    case State.AGENT_RINGING:
      return t("call.agentRings");
    case State.CUSTOMER_RINGING:
      return t("call.customerRings");
    case State.TALKING:
      return t("call.talking");
    case State.HELD:
      return call.heldByPhone ? t("call.heldByPhone") : t("call.held");
    case State.HANDED_ON:
      return t("call.handedOn");
    case State.ENDED:
      return endText(call.endedBy);
    default:
      return t("call.none");
  }
}

function endText(by: Side): string {
  switch (by) {
    case Side.CUSTOMER:
      return t("call.endedByCustomer");
    case Side.AGENT:
      return t("call.endedByAgent");
    default:
      return t("call.ended");
  }
}
