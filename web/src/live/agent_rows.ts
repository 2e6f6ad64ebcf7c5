// The agents as lines of a table: each team's heading, then its people.
import { Presence } from "../gen/wissel/v1/agent_pb";
import type { AgentLive } from "../gen/wissel/v1/live_pb";
import { WorkItem_State as State } from "../gen/wissel/v1/work_pb";
import { msOf } from "../lib/time";
import { byName } from "./attention";

// From what a team manager looks for first.
export type Doing =
  | "notResponding"
  | "connectionLost"
  | "working"
  | "wrapping"
  | "free"
  | "away"
  | "offline";

const kOrder: Doing[] = [
  "notResponding",
  "connectionLost",
  "free",
  "working",
  "wrapping",
  "away",
  "offline",
];

export function doingOf(agent: AgentLive): Doing {
  if (agent.presence === Presence.OFFLINE) return "offline";
  if (agent.connectionLost) return "connectionLost";
  if (agent.notResponding) return "notResponding";
  // What was set aside until the customer writes is no work at hand.
  const atHand = agent.work.filter((work) => work.state !== State.AWAITING_CUSTOMER);
  if (atHand.length > 0) {
    return atHand.every((work) => work.state === State.WRAPPING) ? "wrapping" : "working";
  }
  return agent.presence === Presence.AWAY ? "away" : "free";
}

export type AgentRow =
  | { kind: "team"; key: string; team: string; counts: Record<Doing, number>; total: number }
  | { kind: "agent"; key: string; agent: AgentLive; doing: Doing };

export interface AgentFilter {
  words: string;
  withOffline: boolean;
  attention: boolean;
  /** Those who are not where the schedule has them: shown although they are signed out. */
  astray: ReadonlySet<string>;
  onlyAstray: boolean;
}

export function agentRows(
  agents: readonly AgentLive[],
  filter: AgentFilter,
  teamName: (team: string) => string,
): AgentRow[] {
  const wanted = filter.words.trim().toLocaleLowerCase();
  const teams = new Map<string, AgentLive[]>();
  for (const agent of agents) {
    const people = teams.get(agent.team) ?? [];
    people.push(agent);
    teams.set(agent.team, people);
  }
  const names = [...teams.keys()].sort((a, b) => teamName(a).localeCompare(teamName(b)));
  return names.flatMap((team) => {
    const people = teams.get(team) ?? [];
    const counts = countDoing(people);
    const shown = people
      .filter((agent) => (filter.onlyAstray ? filter.astray.has(agent.name) : filter.withOffline || agent.presence !== Presence.OFFLINE || filter.astray.has(agent.name)))
      .filter((agent) => agent.displayName.toLocaleLowerCase().includes(wanted))
      .map((agent) => ({ kind: "agent" as const, key: agent.name, agent, doing: doingOf(agent) }))
      .sort((a, b) => (filter.attention ? byDoing(a, b) : byName(a.agent, b.agent)));
    if (shown.length === 0 && (wanted !== "" || filter.onlyAstray || people.length === 0)) return [];
    return [{ kind: "team", key: `team ${team}`, team, counts, total: people.length }, ...shown];
  });
}

function byDoing(
  a: { agent: AgentLive; doing: Doing },
  b: { agent: AgentLive; doing: Doing },
): number {
  return (
    kOrder.indexOf(a.doing) - kOrder.indexOf(b.doing) ||
    (msOf(a.agent.stateTime) ?? 0) - (msOf(b.agent.stateTime) ?? 0) ||
    byName(a.agent, b.agent)
  );
}

export function countDoing(agents: readonly AgentLive[]): Record<Doing, number> {
  const counts = Object.fromEntries(kOrder.map((doing) => [doing, 0])) as Record<Doing, number>;
  for (const agent of agents) counts[doingOf(agent)] += 1;
  return counts;
}
