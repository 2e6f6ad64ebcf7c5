// Who did what, said in the page's language from the figures of an entry. The sentence that comes with
// it is English and is for logs.
import { AuditEntry_Kind as Kind, type AuditEntry, type AuditEntry_Change } from "../gen/wissel/v1/audit_pb";
import { i18n, t, type MessageKey } from "./i18n.svelte";
import { asWords, awayReasonName } from "./labels";
import { idOf } from "./time";

type NameOf = (resource: string) => string;

const kDeeds: Record<Kind, MessageKey> = {
  [Kind.KIND_UNSPECIFIED]: "audit.changed",
  [Kind.CREATED]: "audit.created",
  [Kind.CHANGED]: "audit.changed",
  [Kind.DELETED]: "audit.deleted",
  [Kind.ITEM_CHANGED]: "audit.changed",
  [Kind.ITEM_ABANDONED]: "audit.abandoned",
  [Kind.ITEM_CANCELLED]: "audit.cancelled",
  [Kind.ITEM_TRANSFERRED]: "audit.transferred",
  [Kind.ITEM_ASSIGNED]: "audit.assigned",
  [Kind.ITEM_PULLED_BACK]: "audit.pulledBack",
  [Kind.PRESENCE_SET]: "audit.presenceSet",
  [Kind.ACTED_FOR_AGENT]: "audit.actedFor",
  [Kind.RULES_APPLIED]: "audit.rulesApplied",
  [Kind.RULES_ROLLED_BACK]: "audit.rulesRolledBack",
};

function subjectName(subject: string, nameOf: NameOf): string {
  if (subject.startsWith("workItems/")) return t("audit.item", { number: idOf(subject) });
  if (subject.startsWith("ruleVersions/")) return t("rules.version", { number: idOf(subject) });
  return subject === "center" ? t("audit.center") : nameOf(subject);
}

export function deedOf(entry: AuditEntry, nameOf: NameOf): string {
  return t(kDeeds[entry.kind] ?? "audit.changed", {
    subject: subjectName(entry.subjects[0] ?? "", nameOf),
  });
}

export function userOf(entry: AuditEntry): string {
  const user = idOf(entry.user);
  return user === "configuration-file" ? t("audit.file") : asWords(user);
}

const kPresences: Record<string, MessageKey> = {
  available: "presence.available",
  away: "presence.away",
  "signed out": "presence.offline",
  "not responding": "live.notResponding",
};

// Names of resources within a text become what they are called.
function said(change: AuditEntry_Change, text: string, nameOf: NameOf): string {
  if (text === "") return "–";
  if (change.field === "presence") {
    const reason = /^away: (.*)$/.exec(text)?.[1];
    if (reason !== undefined) return awayReasonName(reason);
    const key = kPresences[text];
    return key ? t(key) : text;
  }
  return text.replace(
    /\b(?:agents|teams|partners|skills|queues|routingProfiles)\/[a-z][a-z0-9-]*/g,
    (name) => nameOf(name),
  );
}

// Fields that are plain lists: of them only what differs is said.
const kLists = new Set(["skills", "channels", "reason_codes", "away_reasons"]);

function apart(field: string, text: string, other: string): string {
  if (!kLists.has(field)) return text;
  const others = new Set(other.split(", "));
  return text
    .split(", ")
    .filter((each) => !others.has(each))
    .join(", ");
}

// A change among several of one version says which resource it is of.
const kOfResource =
  /^((?:agents|teams|partners|skills|queues|routingProfiles)\/[a-z][a-z0-9-]*|center)(?: (.+))?$/;

/** "Team: Ghent → Brussels"; what was nothing before is said without it. */
export function changeOf(change: AuditEntry_Change, nameOf: NameOf): string {
  const [, resource, own] = kOfResource.exec(change.field) ?? [];
  if (resource !== undefined) {
    const subject = subjectName(resource, nameOf);
    if (own !== undefined) return `${subject} · ${changeOf({ ...change, field: own }, nameOf)}`;
    return t(change.after === "" ? "audit.deleted" : "audit.created", { subject });
  }
  const field = i18n.known(`field.${change.field}`) ?? asWords(change.field);
  const after = said(change, apart(change.field, change.after, change.before), nameOf);
  if (change.before === "") return t("audit.set", { field, after });
  const before = said(change, apart(change.field, change.before, change.after), nameOf);
  return t("audit.change", { field, before, after });
}
