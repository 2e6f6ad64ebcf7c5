// What a simulated day was asked with, and what its figures say, in words and as plain numbers.
import type { AgentGroup, Figure, Simulation, Simulation_Row as Row } from "../../gen/wissel/v1/staffing_pb";
import { count, listed, minuteOfDay, percent, percentExact, rounded } from "../../lib/format";
import { t, type MessageKey } from "../../lib/i18n.svelte";
import { idOf } from "../../lib/time";
import { kScenarioNames } from "../planner_words";
import { kScenarios } from "../view";

type NameOf = (resource: string) => string;

/** "81.2 % ± 0.5 %"; without a width where it has none. */
export function share(figure: Figure | undefined): string {
  if (!figure) return "–";
  return figure.halfWidth > 0 ? t("staff.plusMinus", { value: percentExact(figure.value), half: percentExact(figure.halfWidth) }) : percentExact(figure.value);
}
export function plain(figure: Figure | undefined): string {
  if (!figure) return "–";
  return figure.halfWidth > 0 ? t("staff.plusMinus", { value: rounded(figure.value), half: rounded(figure.halfWidth) }) : rounded(figure.value);
}

/** Met, missed, or too close to call. */
export type Verdict = "good" | "bad" | "warn";
export const kVerdicts: Record<Verdict, MessageKey> = { good: "staff.met", bad: "staff.missed", warn: "staff.tooClose" };
export function verdictOf(level: Figure | undefined, target: number | undefined): Verdict | undefined {
  if (!level || !target) return undefined;
  if (level.value - level.halfWidth >= target) return "good";
  return level.value + level.halfWidth < target ? "bad" : "warn";
}
export const verdictOfRow = ({ serviceLevel, target }: Row): Verdict | undefined => verdictOf(serviceLevel, target);

/** "Anna and 5 more". */
export function groupName(group: AgentGroup | undefined, nameOf: NameOf): string {
  if (!group) return "–";
  const others = group.agents.length - 1;
  return others > 0 ? t("staff.groupOf", { name: nameOf(group.like), others }) : nameOf(group.like);
}
/** "Dutch 5, French 3". */
export const skillsOf = (group: AgentGroup | undefined, nameOf: NameOf): string =>
  listed(group?.skills.map(({ skill, level }) => `${nameOf(skill)} ${level}`) ?? []);

/** Who was there, in which scenario, with what changed. */
export function askedWith({ request, groups }: Simulation, nameOf: NameOf): string {
  if (!request) return "";
  const parts: string[] = [];
  const { staff } = request;
  if (staff.case === "requiredStaff") parts.push(t("staff.asRequired", { number: idOf(staff.value) }));
  if (staff.case === "schedule") parts.push(t("staff.asScheduled", { number: idOf(staff.value) }));
  if (staff.case === undefined) parts.push(t("staff.asChosen"));
  const scenario = kScenarios.find((each) => request.scenario === `scenarios/${each}`);
  if (scenario) parts.push(t(kScenarioNames[scenario]));
  if (request.volume !== undefined && request.volume !== 1) parts.push(t("staff.volumeOf", { share: percent(request.volume) }));
  for (const { like, change, fromMinute, toMinute } of request.changes) {
    const group = groups.find((each) => each.group?.agents.includes(like))?.group;
    const who = like === "" ? t("staff.everybody") : group ? groupName(group, nameOf) : nameOf(like);
    const when = toMinute > 0 ? ` ${minuteOfDay(fromMinute)}–${minuteOfDay(toMinute)}` : "";
    if (change.case === "absentShare") parts.push(t("staff.absentOf", { who, share: percent(change.value) }) + when);
    if (change.case === "people") parts.push(t("staff.peopleOf", { who, people: `${change.value > 0 ? "+" : "−"}${count(Math.abs(change.value))}` }) + when);
  }
  return parts.join(" · ");
}
