// What a team manager does in the live view, and how it is undone. Every change is made on the version
// that was seen (etags), and so is every undo.
import type { MessageInitShape } from "@bufbuild/protobuf";
import { Presence } from "../gen/wissel/v1/agent_pb";
import type { Agent, AgentSchema } from "../gen/wissel/v1/config_pb";
import { WorkItem_State, type WorkItem } from "../gen/wissel/v1/work_pb";
import { clock } from "../lib/clock.svelte";
import { Deeds, wish, type Deed } from "../lib/deeds.svelte";
import { listed } from "../lib/format";
import { t } from "../lib/i18n.svelte";
import { withRetry } from "../lib/retry";
import { idOf, msOf } from "../lib/time";
import type { Clients } from "../lib/transport";

type NameOf = (resource: string) => string;

// The fields of an agent that the live view changes.
export type AgentFields = Pick<MessageInitShape<typeof AgentSchema>, "team" | "skills" | "routingProfile">;

// Who waits longest goes first; the rest has to be asked for again.
const kSentOnAtOnce = 200;

export class Supervision extends Deeds {
  #clients: Pick<Clients, "agent" | "config" | "surge" | "work">;
  #nameOf: NameOf;

  constructor(clients: Pick<Clients, "agent" | "config" | "surge" | "work">, nameOf: NameOf) {
    super((name) => (name.startsWith("workItems/") ? idOf(name) : nameOf(name)));
    this.#clients = clients;
    this.#nameOf = nameOf;
  }

  // --- People

  moveToTeam(people: readonly string[], team: string): Promise<void> {
    const to = team === "" ? t("live.noTeam") : this.#nameOf(team);
    return this.#changePeople(
      people,
      "team",
      () => ({ team }),
      (names) => t("act.moved", { names, team: to }),
      (agent) => (agent.team === "" ? t("live.noTeam") : this.#nameOf(agent.team)),
    );
  }

  changeProfile(people: readonly string[], routingProfile: string): Promise<void> {
    const profile = this.#nameOf(routingProfile);
    return this.#changePeople(
      people,
      "routing_profile",
      () => ({ routingProfile }),
      (names) => t("act.profileChanged", { names, profile }),
      (agent) => this.#nameOf(agent.routingProfile),
    );
  }

  /** `levels`: by skill, 0 takes it away; skills that are not named stay. */
  changeSkills(people: readonly string[], levels: ReadonlyMap<string, number>): Promise<void> {
    const change = (agent: Agent): AgentFields => ({
      skills: [
        ...agent.skills.filter(({ skill }) => !levels.has(skill)),
        ...[...levels].filter(([, level]) => level > 0).map(([skill, level]) => ({ skill, level })),
      ],
    });
    const skills = [...levels]
      .map(([skill, level]) => `${this.#nameOf(skill)} ${level === 0 ? "–" : level}`)
      .join(", ");
    return this.#changePeople(
      people,
      "skills",
      change,
      (names) => t("act.skillsChanged", { names, skills }),
      (agent) =>
        [...levels.keys()]
          .map((skill) => {
            const before = agent.skills.find((has) => has.skill === skill);
            return `${this.#nameOf(skill)} ${before?.level ?? "–"}`;
          })
          .join(", "),
    );
  }

  async #changePeople(
    people: readonly string[],
    path: string,
    change: (agent: Agent) => AgentFields,
    said: (names: string) => string,
    beforeOf: (agent: Agent) => string,
  ): Promise<void> {
    const undo: Deed["undo"] = [];
    const befores = new Set<string>();
    const update = (agent: MessageInitShape<typeof AgentSchema>) =>
      wish((requestId) =>
        this.#clients.config.updateAgent({ agent, updateMask: { paths: [path] }, requestId }),
      );
    const done = await this.forEach(people, async (name) => {
      const before = await withRetry(() => this.#clients.config.getAgent({ name }));
      const after = await update({ name, etag: before.etag, ...change(before) });
      befores.add(beforeOf(before));
      undo.push({
        about: name,
        step: () =>
          update({
            name,
            etag: after.etag,
            team: before.team,
            skills: before.skills,
            routingProfile: before.routingProfile,
          }),
      });
    });
    if (done.length === 0) return;
    this.did({
      text: said(this.#names(done)),
      restores: t("act.restores", { before: [...befores].join(" · ") }),
      undo,
    });
  }

  async setPresence(people: readonly string[], presence: Presence, awayReason: string, said: string): Promise<void> {
    const undo: Deed["undo"] = [];
    const done = await this.forEach(people, async (agent) => {
      const before = await withRetry(() => this.#clients.agent.getAgentState({ agent }));
      const after = await wish((requestId) =>
        this.#clients.agent.forcePresence({ agent, presence, awayReason, etag: before.etag, requestId }),
      );
      // Nobody can be signed in by another, nor be away for no reason.
      const can = before.presence === Presence.AVAILABLE || before.awayReason !== "";
      if (presence === Presence.OFFLINE || !can) return;
      undo.push({
        about: agent,
        step: () =>
          wish((requestId) =>
            this.#clients.agent.forcePresence({
              agent,
              presence: before.presence,
              awayReason: before.presence === Presence.AWAY ? before.awayReason : "",
              etag: after.etag,
              requestId,
            }),
          ),
      });
    });
    if (done.length === 0) return;
    this.did({
      text: t("act.presenceSet", { names: this.#names(done), presence: said }),
      restores: undo.length > 0 ? t("act.restoresPresence") : "",
      undo,
    });
  }

  // --- Items: on the version that the dialog showed

  async changePriority(item: WorkItem, band: number, headStartSeconds: number): Promise<void> {
    const { name } = item;
    const update = (etag: string, to: number, headStart: WorkItem["headStart"] | { seconds: bigint }) =>
      wish((requestId) =>
        this.#clients.work.updateWorkItem({
          workItem: { name, etag, band: to, headStart },
          updateMask: { paths: ["band", "head_start"] },
          requestId,
        }),
      );
    await this.one(name, async () => {
      const after = await update(item.etag, band, { seconds: BigInt(headStartSeconds) });
      this.did({
        text: t("act.priorityChanged", { item: idOf(name), band }),
        restores: t("act.restoresBand", { band: item.band ?? 5 }),
        undo: [
          { about: name, step: () => update(after.etag, item.band ?? 5, item.headStart ?? { seconds: 0n }) },
        ],
      });
    });
  }

  async transfer(item: WorkItem, queue: string): Promise<void> {
    const { name } = item;
    const move = (etag: string, to: string) =>
      wish((requestId) =>
        this.#clients.work.transferWorkItem({ name, target: { case: "queue", value: to }, etag, requestId }),
      );
    await this.one(name, async () => {
      const after = await move(item.etag, queue);
      this.did({
        text: t("act.transferred", { item: idOf(name), queue: this.#nameOf(queue) }),
        restores: t("act.restores", { before: this.#nameOf(item.queue) }),
        undo: [{ about: name, step: () => this.#bringBack(item, move(after.etag, item.queue)) }],
      });
    });
  }

  // A move to another queue takes what the item itself asked for away; back, it asks for it again.
  async #bringBack(item: WorkItem, moved: Promise<WorkItem>): Promise<void> {
    const back = await moved;
    if (!item.requirement) return;
    await wish((requestId) =>
      this.#clients.work.updateWorkItem({
        workItem: { name: item.name, etag: back.etag, requirement: item.requirement },
        updateMask: { paths: ["requirement"] },
        requestId,
      }),
    );
  }

  /** Who waits in the queue beyond the promise goes on to another. */
  async sendOn(queue: string, to: string): Promise<void> {
    const move = (name: string, etag: string, target: string) =>
      wish((requestId) =>
        this.#clients.work.transferWorkItem({ name, target: { case: "queue", value: target }, etag, requestId }),
      );
    const late = new Map<string, WorkItem>();
    await this.one(queue, async () => {
      const { workItems } = await withRetry(() =>
        this.#clients.work.listWorkItems({ queue, state: WorkItem_State.WAITING, pageSize: kSentOnAtOnce }),
      );
      const now = clock.read();
      for (const item of workItems) {
        if ((msOf(item.dueTime) ?? now) < now) late.set(item.name, item);
      }
    });
    const undo: Deed["undo"] = [];
    await this.forEach([...late.keys()], async (name) => {
      const item = late.get(name)!;
      const after = await move(name, item.etag, to);
      undo.push({ about: name, step: () => this.#bringBack(item, move(name, after.etag, queue)) });
    });
    if (undo.length === 0) return;
    this.did({
      text: t("act.sentOn", { count: undo.length, queue: this.#nameOf(queue), to: this.#nameOf(to) }),
      restores: t("act.restores", { before: this.#nameOf(queue) }),
      undo,
    });
  }

  async assign(item: WorkItem, agent: string): Promise<void> {
    const { name } = item;
    await this.one(name, async () => {
      const after = await wish((requestId) =>
        this.#clients.work.forceAssignWorkItem({ name, agent, etag: item.etag, requestId }),
      );
      this.did({
        text: t("act.assigned", { item: idOf(name), agent: this.#nameOf(agent) }),
        restores: t("act.restoresLine", { queue: this.#nameOf(item.queue) }),
        undo: [
          {
            about: name,
            step: () =>
              wish((requestId) =>
                this.#clients.work.pullBackWorkItem({ name, etag: after.etag, requestId }),
              ),
          },
        ],
      });
    });
  }

  /** Takes an item from the agent who has it, back into its line. */
  async pullBack(name: string): Promise<void> {
    await this.one(name, async () => {
      const after = await wish((requestId) => this.#clients.work.pullBackWorkItem({ name, requestId }));
      this.did({
        text: t("act.pulledBack", { item: idOf(name), queue: this.#nameOf(after.queue) }),
        restores: "",
        undo: [],
      });
    });
  }

  async cancel(item: WorkItem, cause: number): Promise<void> {
    await this.one(item.name, async () => {
      await wish((requestId) =>
        this.#clients.work.cancelWorkItem({ name: item.name, cause, requestId }),
      );
      this.did({ text: t("act.cancelled", { item: idOf(item.name) }), restores: "", undo: [] });
    });
  }

  // --- Surges

  async setSurge(queue: string, on: boolean): Promise<void> {
    const set = (to: boolean) =>
      wish((requestId) => this.#clients.surge.setQueueSurge({ queue, on: to, requestId }));
    await this.one(queue, async () => {
      await set(on);
      const name = this.#nameOf(queue);
      this.did({
        text: on ? t("act.surgeBegun", { queue: name }) : t("act.surgeEnded", { queue: name }),
        restores: on ? t("act.restoresUsual") : t("act.restoresSurge"),
        undo: [{ about: queue, step: () => set(!on) }],
      });
    });
  }

  /** Opens a later step of the queue now, or closes it; `before` was open, 0: none. */
  async setStep(queue: string, step: number, before: number, what: string): Promise<void> {
    const set = (to: number) =>
      wish((requestId) => this.#clients.surge.setQueueStep({ queue, step: to, requestId }));
    await this.one(queue, async () => {
      await set(step);
      const name = this.#nameOf(queue);
      this.did({
        text: step > 0 ? t("act.stepOpened", { queue: name, what }) : t("act.stepClosed", { queue: name, what }),
        restores: step > 0 ? t("act.restoresSteps") : t("act.restoresStep"),
        undo: [{ about: queue, step: () => set(before) }],
      });
    });
  }

  /** Tells everyone who waits in the queue, about the topic where one is given. */
  async announce(queue: string, topic: string, text: string, minutes: number): Promise<void> {
    await this.one(queue, async () => {
      const ends = BigInt(Math.floor(Date.now() / 1000) + minutes * 60);
      const notice = { queue, topic, text, ...(minutes > 0 ? { expireTime: { seconds: ends } } : {}) };
      const { name } = await wish((requestId) => this.#clients.surge.createNotice({ notice, requestId }));
      this.did({
        text: t("act.announced", { queue: this.#nameOf(queue), text }),
        restores: t("act.restoresNotice"),
        undo: [{ about: queue, step: () => wish((requestId) => this.#clients.surge.deleteNotice({ name, requestId })) }],
      });
    });
  }

  async withdraw(queue: string, name: string): Promise<void> {
    await this.one(queue, async () => {
      await wish((requestId) => this.#clients.surge.deleteNotice({ name, requestId }));
      this.did({ text: t("act.withdrawnNotice", { queue: this.#nameOf(queue) }), restores: "", undo: [] });
    });
  }

  // --- Parts

  #names(names: readonly string[]): string {
    const shown = names.slice(0, 3).map((name) => this.#nameOf(name));
    const more = names.length - shown.length;
    return more > 0 ? t("act.andOthers", { names: shown.join(", "), count: more }) : listed(shown);
  }
}
