// How a consult goes, in words.
import type { Consult } from "../gen/wissel/v1/agent_pb";
import { WorkItem_State as State } from "../gen/wissel/v1/work_pb";
import { t } from "../lib/i18n.svelte";

export function consultText(consult: Consult, nameOf: (resource: string) => string): string {
  const agent = consult.agent === "" ? "" : nameOf(consult.agent);
  switch (consult.state) {
    case State.OFFERED:
      return t("desk.consultRings", { agent });
    case State.ACTIVE:
      return t("desk.consultTalks", { agent });
    case State.HELD:
    case State.PARKED:
      return t("desk.consultPaused", { agent });
    default:
      return agent === ""
        ? t("desk.consultWaits", { queue: nameOf(consult.queue) })
        : t("desk.consultWaitsFor", { agent });
  }
}
