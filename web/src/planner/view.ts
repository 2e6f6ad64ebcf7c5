// What is looked at, and stays the same from tab to tab: queues, days, scenario. It stands in the address,
// so that a link shows the same to somebody else.
import { addDays, daysBetween, isDate } from "../lib/dates";

export const kTabs = ["volumes", "staff", "schedule", "today", "accuracy", "history"] as const;
export type Tab = (typeof kTabs)[number];

export const kScenarios = ["low", "expected", "high", "surge"] as const;
export type Scenario = (typeof kScenarios)[number];
export type Grain = "day" | "interval";

export interface View {
  /** Ids, "web"; the first is the one that is looked at closely. */
  queues: string[];
  /** Local days, both included; empty: as the forecast says. */
  from: string;
  to: string;
  scenario: Scenario;
  grain: Grain;
  /** Numbers; empty: the newest. */
  forecast: string;
  staff: string;
  schedule: string;
  /** The simulated day that is looked at, and the one beside it; empty: none. */
  simulation: string;
  beside: string;
}

/** The longest period that is looked at: the contract's. */
const kMostDays = 400;

function member<T extends string>(all: readonly T[], text: string | null, otherwise: T): T {
  return all.find((each) => each === text) ?? otherwise;
}

export function viewOf(search: string): View {
  const asked = new URLSearchParams(search);
  const day = (key: string) => {
    const text = asked.get(key) ?? "";
    return isDate(text) ? text : "";
  };
  const number = (key: string) => (/^\d+$/.test(asked.get(key) ?? "") ? asked.get(key)! : "");
  const from = day("from");
  let to = day("to");
  if (from && to && to < from) to = from;
  if (from && to && daysBetween(from, to) >= kMostDays) to = addDays(from, kMostDays - 1);
  return {
    queues: [...new Set((asked.get("queues") ?? "").split(",").filter((id) => /^[a-z][a-z0-9-]*$/.test(id)))],
    from,
    to,
    scenario: member(kScenarios, asked.get("scenario"), "expected"),
    grain: member(["day", "interval"] as const, asked.get("grain"), "day"),
    forecast: number("forecast"),
    staff: number("staff"),
    schedule: number("schedule"),
    simulation: number("simulation"),
    beside: number("beside"),
  };
}

/** What is as usual is left out; "" or "?...". */
export function searchOf(view: View): string {
  const parts: string[] = [];
  if (view.queues.length > 0) parts.push(`queues=${view.queues.join(",")}`);
  if (view.from) parts.push(`from=${view.from}`);
  if (view.to) parts.push(`to=${view.to}`);
  if (view.scenario !== "expected") parts.push(`scenario=${view.scenario}`);
  if (view.grain !== "day") parts.push(`grain=${view.grain}`);
  for (const key of ["forecast", "staff", "schedule", "simulation", "beside"] as const) {
    if (view[key]) parts.push(`${key}=${view[key]}`);
  }
  return parts.length > 0 ? `?${parts.join("&")}` : "";
}

export function tabAt(path: string): Tab {
  return member(kTabs, path.split("/")[2] ?? null, "volumes");
}
