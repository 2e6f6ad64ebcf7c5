// The engine's answers to "why?", said in the page's language from their figures. The sentences that
// come with them are English and are for logs.
import {
  UpcomingChange_Kind as Kind,
  WorkItem_State as State,
  type Decision,
  type FailedCheck,
  type ProfileRank,
  type UpcomingChange,
  type WorkItemExplanation,
} from "../gen/wissel/v1/work_pb";
import { clockTimeWithSeconds, count, decimal, percent, spoken } from "./format";
import { t } from "./i18n.svelte";
import { asWords, awayReasonName, deviationName, stateName } from "./labels";
import { idOf, msOf, spanMs } from "./time";

/** Of a queue that a routing profile does not name. */
const kUsualRank = 5;

type NameOf = (resource: string) => string;

/** Where the item is. */
export function whereabouts(why: WorkItemExplanation, nameOf: NameOf): string {
  const queue = nameOf(why.queue);
  const agent = why.agent === "" ? "" : nameOf(why.agent);
  switch (why.state) {
    case State.WAITING:
      if (why.staying) return t("why.stays", { queue });
      return agent === "" ? t("why.waits", { queue }) : t("why.kept", { agent });
    case State.WAITING_FOR_HOURS:
      return t("why.waitsForHours", { queue });
    case State.OFFERED:
      return t("why.offered", { agent });
    default:
      return agent === "" ? stateName(why.state) : t("why.handled", { state: stateName(why.state), agent });
  }
}

/** The particulars of a failed check; empty where its name says it all. */
export function particulars(check: FailedCheck, nameOf: NameOf): string {
  if (check.delay) return t("why.afterDelay", { time: spoken(spanMs(check.delay)) });
  if (check.awayReason !== "") return awayReasonName(check.awayReason);
  if (check.skill === "") return "";
  const skill = nameOf(check.skill);
  return check.minLevel > 0 ? t("why.skillLevel", { skill, level: check.minLevel }) : skill;
}

/** What time will change. */
export function change(upcoming: UpcomingChange, nameOf: NameOf): string {
  switch (upcoming.kind) {
    case Kind.STEP:
      return t("change.step", { step: upcoming.step });
    case Kind.KEEP_ENDS:
      return t("change.keepEnds");
    case Kind.MAY_BE_ASKED_AGAIN:
      return t("change.mayBeAskedAgain", { agent: nameOf(upcoming.agent) });
    case Kind.OFFER_MISSED:
      return t("change.offerMissed");
    case Kind.WRAP_UP_ENDS:
      return t("change.wrapUpEnds");
    case Kind.QUEUE_OPENS:
      return t("change.queueOpens");
    case Kind.SHOWN:
      return t("change.shown", { time: spoken(spanMs(upcoming.delay)) });
    case Kind.OVERFLOWS:
      return t("change.overflows", { queue: nameOf(upcoming.queue) });
    case Kind.RELEASED:
      return t("change.released");
    case Kind.EXPIRES:
      return t("change.expires");
    case Kind.STAY_ENDS:
      return t("change.stayEnds");
    case Kind.SILENCE:
      return t("change.silence");
    default:
      return t("change.other");
  }
}

/** How the people of a routing profile take it. */
export function rankOf(rank: ProfileRank, nameOf: NameOf): string {
  const profile = nameOf(rank.routingProfile);
  const delay = spanMs(rank.delay);
  if (delay === 0) return t("live.rankOf", { profile, rank: rank.rank });
  return t("live.rankAfter", { profile, rank: rank.rank, time: spoken(delay) });
}

/** Why this agent, and why this item for them. */
export function whyChosen(decision: Decision, nameOf: NameOf = (name) => asWords(idOf(name))): string {
  const why = whyThem(decision);
  if (!decision.partnerTurn) return why;
  const partner = decision.partnerTurn.partner === "" ? t("chosen.theHouse") : nameOf(decision.partnerTurn.partner);
  const reason = deviationName(decision.partnerTurn.deviation);
  return reason === "" ? t("chosen.turn", { why, partner }) : t("chosen.notTheirTurn", { why, partner, reason });
}

function whyThem(decision: Decision): string {
  if (decision.forced) return t("chosen.forced");
  const why = whyAgent(decision);
  if (decision.owedShare) return t("chosen.owedShare", { why });
  return decision.rank === kUsualRank ? why : t("chosen.rank", { why, rank: decision.rank });
}

function whyAgent(decision: Decision): string {
  if (decision.handedOver) return t("chosen.handedOver");
  if (decision.woken) return t("chosen.woken");
  if (decision.transferred) return t("chosen.transferred");
  if (decision.backup) return t("chosen.backup");
  if (decision.preference > 0) return t("chosen.preferred", { number: decision.preference });
  if (decision.eligibleAgents <= 1n) return t("chosen.only");
  const among = t("chosen.among", {
    count: count(decision.eligibleAgents),
    step: decision.ring,
    score: count(decision.matchScore),
    load: percent(decision.loadPermille / 1000),
    since: clockTimeWithSeconds(msOf(decision.idleSince) ?? 0),
  });
  if (decision.givenByWeight === undefined) return among;
  return t("chosen.byWeight", { why: among, given: decimal(decision.givenByWeight) });
}
