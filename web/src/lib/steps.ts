// What a later step of a queue's requirement adds, in a few words: "Helpline", "French from 4".
import type { Constraint, RequirementStep } from "../gen/wissel/v1/work_pb";
import { listed } from "./format";
import { t } from "./i18n.svelte";

type NameOf = (resource: string) => string;

// Teams and partners that a condition names, apart by whether it asks for them or shuts them out.
function groupsIn(constraint: Constraint | undefined, wanted: boolean, asked = true): string[] {
  const { kind } = constraint ?? {};
  switch (kind?.case) {
    case "test":
      return wanted === asked && ["team", "partner"].includes(kind.value.attribute) ? kind.value.texts : [];
    case "all":
    case "any":
      return kind.value.constraints.flatMap((each) => groupsIn(each, wanted, asked));
    case "not":
      return groupsIn(kind.value, wanted, !asked);
    default:
      return [];
  }
}

/** People whom this step lets in and the one before did not. */
export function addedBy(step: RequirementStep, before: RequirementStep, nameOf: NameOf): string {
  const shutOut = new Set(groupsIn(step.constraint, false));
  const asked = new Set(groupsIn(before.constraint, true));
  const groups = [
    ...groupsIn(step.constraint, true).filter((group) => !asked.has(group)),
    ...groupsIn(before.constraint, false).filter((group) => !shutOut.has(group)),
  ];
  if (groups.length > 0) return listed([...new Set(groups)].map(nameOf));
  const skills = step.skills.filter((need) => !need.preferred);
  if (skills.length === 0) return t("step.everyone");
  return listed(
    skills.map(({ skill, minLevel }) =>
      (minLevel ?? 1) > 1 ? t("step.skill", { skill: nameOf(skill), level: minLevel ?? 1 }) : nameOf(skill),
    ),
  );
}

export interface LaterStep {
  step: number;
  what: string;
}

/** The steps that can be opened, each with what it adds. */
export function laterSteps(steps: readonly RequirementStep[], nameOf: NameOf): LaterStep[] {
  return steps
    .slice(1)
    .map((step, index) => ({ step: index + 1, what: addedBy(step, steps[index]!, nameOf) }));
}
