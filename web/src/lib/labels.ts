// Names of the contract's enums, in the words of the field.
import { Presence } from "../gen/wissel/v1/agent_pb";
import { Role } from "../gen/wissel/v1/auth_pb";
import { Channel } from "../gen/wissel/v1/common_pb";
import { PartnerDeviation as Deviation } from "../gen/wissel/v1/partner_pb";
import { Adherence_Row_Activity as Activity } from "../gen/wissel/v1/schedule_pb";
import {
  Decision_Outcome as Outcome,
  FailedCheck_Check as Check,
  WorkItem_State as State,
} from "../gen/wissel/v1/work_pb";
import { i18n, t, type MessageKey } from "./i18n.svelte";

const kChannels: Record<Channel, MessageKey> = {
  [Channel.CHANNEL_UNSPECIFIED]: "channel.task",
  [Channel.VOICE]: "channel.voice",
  [Channel.EMAIL]: "channel.email",
  [Channel.CHAT]: "channel.chat",
  [Channel.MESSAGE]: "channel.message",
  [Channel.FORM]: "channel.form",
  [Channel.CALLBACK]: "channel.callback",
  [Channel.OUTBOUND]: "channel.outbound",
  [Channel.TASK]: "channel.task",
};

const kStates: Record<State, MessageKey> = {
  [State.STATE_UNSPECIFIED]: "state.waiting",
  [State.WAITING]: "state.waiting",
  [State.WAITING_FOR_HOURS]: "state.waitingForHours",
  [State.OFFERED]: "state.offered",
  [State.ACTIVE]: "state.active",
  [State.HELD]: "state.held",
  [State.PARKED]: "state.parked",
  [State.WRAPPING]: "state.wrapping",
  [State.COMPLETED]: "state.completed",
  [State.ABANDONED]: "state.abandoned",
  [State.CANCELLED]: "state.cancelled",
  [State.SCHEDULED]: "state.scheduled",
  [State.EXPIRED]: "state.expired",
  [State.MERGED]: "state.merged",
  [State.INFORMED]: "state.informed",
  [State.AWAITING_CUSTOMER]: "state.awaitingCustomer",
};

const kPresences: Record<Presence, MessageKey> = {
  [Presence.PRESENCE_UNSPECIFIED]: "presence.offline",
  [Presence.OFFLINE]: "presence.offline",
  [Presence.AVAILABLE]: "presence.available",
  [Presence.AWAY]: "presence.away",
};

const kRoles: Record<Role, MessageKey> = {
  [Role.ROLE_UNSPECIFIED]: "role.none",
  [Role.AGENT]: "role.agent",
  [Role.MANAGER]: "role.manager",
  [Role.PLANNER]: "role.planner",
  [Role.ADMIN]: "role.admin",
  [Role.INTEGRATION]: "role.integration",
};

const kChecks: Record<Check, MessageKey> = {
  [Check.CHECK_UNSPECIFIED]: "check.other",
  [Check.SKILL]: "check.skill",
  [Check.SKILL_LEVEL]: "check.skillLevel",
  [Check.CONSTRAINT]: "check.constraint",
  [Check.OFFLINE]: "check.offline",
  [Check.AWAY]: "check.away",
  [Check.NOT_RESPONDING]: "check.notResponding",
  [Check.CONNECTION_LOST]: "check.connectionLost",
  [Check.HELD_FOR_OTHER]: "check.heldForOther",
  [Check.REFUSED_BEFORE]: "check.refusedBefore",
  [Check.REFUSED_TOO_OFTEN]: "check.refusedTooOften",
  [Check.CHANNEL_LIMIT]: "check.channelLimit",
  [Check.UNITS]: "check.units",
  [Check.NONE]: "check.none",
  [Check.OTHER_WORK_FIRST]: "check.otherWorkFirst",
  [Check.CHANNEL_NOT_TAKEN]: "check.channelNotTaken",
  [Check.LEAVING]: "check.leaving",
  [Check.HELPS_LATER]: "check.helpsLater",
  [Check.PULLED_BACK]: "check.pulledBack",
  [Check.ASKS_THEMSELF]: "check.asksThemself",
};

const kOutcomes: Record<Outcome, MessageKey> = {
  [Outcome.OUTCOME_UNSPECIFIED]: "outcome.open",
  [Outcome.OPEN]: "outcome.open",
  [Outcome.ACCEPTED]: "outcome.accepted",
  [Outcome.DECLINED]: "outcome.declined",
  [Outcome.MISSED]: "outcome.missed",
  [Outcome.REVOKED]: "outcome.revoked",
  [Outcome.CANCELLED]: "outcome.cancelled",
};

const kDeviations: Record<Deviation, MessageKey | undefined> = {
  [Deviation.PARTNER_DEVIATION_UNSPECIFIED]: undefined,
  [Deviation.NOBODY_FREE]: "deviation.nobodyFree",
  [Deviation.BELOW_FLOOR]: "deviation.belowFloor",
  [Deviation.REFUSED_BEFORE]: "deviation.refused",
  [Deviation.KEPT_FOR_AGENT]: "deviation.kept",
  [Deviation.EARLIER_RING]: "deviation.earlierRing",
  [Deviation.FORCED_BY_MANAGER]: "deviation.forced",
  [Deviation.FREED_FIRST]: "deviation.freedFirst",
};

/** Why it went to somebody else; empty: it did not. */
export function deviationName(reason: Deviation): string {
  const key = kDeviations[reason];
  return key ? t(key) : "";
}

/** "partners/callco" as it is called; nothing: the house. */
export function partnerName(partner: string, nameOf: (resource: string) => string): string {
  return partner === "" ? t("partners.house") : nameOf(partner);
}

export const channelName = (channel: Channel) => t(kChannels[channel] ?? "channel.task");
export const stateName = (state: State) => t(kStates[state] ?? "state.waiting");
export const presenceName = (presence: Presence) => t(kPresences[presence] ?? "presence.offline");
export const roleName = (role: Role) => t(kRoles[role] ?? "role.none");
export const checkName = (check: Check) => t(kChecks[check] ?? "check.other");
export const outcomeName = (outcome: Outcome) => t(kOutcomes[outcome] ?? "outcome.open");

/** A center's away reason: translated where it is one of the usual ones, else as it was configured. */
export function awayReasonName(reason: string): string {
  return i18n.known(`awayReason.${reason}`) ?? asWords(reason);
}

/** A code such as "address-changed" or "address_changed" as words: "Address changed". */
export function asWords(code: string): string {
  const words = code.replace(/[-_]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const kActivities: Record<Activity, MessageKey> = {
  [Activity.ACTIVITY_UNSPECIFIED]: "activity.off",
  [Activity.OFF]: "activity.off",
  [Activity.WORK]: "activity.work",
  [Activity.BREAK]: "activity.break",
};
/** What a schedule has somebody do. */
export const activityName = (activity: Activity): string => t(kActivities[activity]);
