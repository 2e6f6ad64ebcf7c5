// Names for people to read: what the configuration calls queues, teams, partners and agents. Fetched
// once and again when a name turns up that is not known; until then the id stands for it.
import type { Client } from "@connectrpc/connect";
import { SvelteMap } from "svelte/reactivity";
import type { Agent, ConfigService, Partner, Queue, RoutingProfile, Skill, Team } from "../gen/wissel/v1/config_pb";
import { asWords } from "./labels";
import { idOf } from "./time";

const kPage = 1000;

export class Directory {
  queues = $state.raw<Queue[]>([]);
  agents = $state.raw<Agent[]>([]);
  teams = $state.raw<Team[]>([]);
  partners = $state.raw<Partner[]>([]);
  skills = $state.raw<Skill[]>([]);
  profiles = $state.raw<RoutingProfile[]>([]);
  awayReasons = $state.raw<string[]>([]);
  center = $state("");
  /** IANA zone in which the center counts its days; empty until it is known. */
  timeZone = $state("");
  #names = new SvelteMap<string, string>();
  #config: Client<typeof ConfigService>;

  constructor(config: Client<typeof ConfigService>) {
    this.#config = config;
  }

  nameOf(resource: string): string {
    return this.#names.get(resource) ?? asWords(idOf(resource));
  }

  async loadCenter(): Promise<void> {
    const center = await this.#config.getCenter({});
    this.center = center.displayName;
    this.timeZone = center.timeZone;
    this.awayReasons = center.awayReasons;
  }

  async loadQueues(): Promise<void> {
    this.queues = await pages(async (pageToken) => {
      const page = await this.#config.listQueues({ pageSize: kPage, pageToken });
      return [page.queues, page.nextPageToken];
    });
    this.#learn(this.queues);
  }

  async loadAgents(): Promise<void> {
    this.agents = await pages(async (pageToken) => {
      const page = await this.#config.listAgents({ pageSize: kPage, pageToken });
      return [page.agents, page.nextPageToken];
    });
    this.#learn(this.agents);
  }

  /** What agents are told apart by: teams, partners and skills. */
  async loadTeams(): Promise<void> {
    const teams = await this.#config.listTeams({ pageSize: kPage });
    const partners = await this.#config.listPartners({ pageSize: kPage });
    const skills = await this.#config.listSkills({ pageSize: kPage });
    this.teams = teams.teams;
    this.partners = partners.partners;
    this.skills = skills.skills;
    this.#learn([...teams.teams, ...partners.partners, ...skills.skills]);
  }

  async loadProfiles(): Promise<void> {
    const page = await this.#config.listRoutingProfiles({ pageSize: kPage });
    this.profiles = page.routingProfiles;
    this.#learn(this.profiles);
  }

  #learn(resources: readonly { name: string; displayName: string }[]): void {
    for (const { name, displayName } of resources) {
      if (displayName !== "") this.#names.set(name, displayName);
    }
  }
}

async function pages<T>(fetch: (token: string) => Promise<[T[], string]>): Promise<T[]> {
  const all: T[] = [];
  let token = "";
  do {
    const [some, next] = await fetch(token);
    all.push(...some);
    token = next;
  } while (token !== "");
  return all;
}
