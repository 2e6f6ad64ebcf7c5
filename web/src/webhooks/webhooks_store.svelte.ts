// Webhooks as the server has them: read again every few seconds, and at once after a change.
import type { Client } from "@connectrpc/connect";
import type { EventService, EventType } from "../gen/wissel/v1/event_pb";
import {
  WebhookDelivery_Outcome as Outcome,
  Webhook_State as State,
  type DeadLetter,
  type Webhook,
  type WebhookDelivery,
  type WebhookService,
} from "../gen/wissel/v1/webhook_pb";
import { problemOf, type Problem } from "../lib/errors";
import { newRequestId } from "../lib/request_id";
import { repeat } from "../lib/retry";

export const kRefreshMs = 3000;

/** What a form asks for. */
export interface Wanted {
  url: string;
  description: string;
  typePrefixes: string[];
  queues: string[];
}

/** A secret that has just been made. */
export interface Shown {
  name: string;
  url: string;
  secret: string;
}

export class WebhooksStore {
  webhooks = $state.raw<Webhook[]>();
  /** http and private addresses may be used. */
  privateAllowed = $state(false);
  types = $state.raw<EventType[]>([]);
  /** The one whose attempts are shown. */
  open = $state("");
  deliveries = $state.raw<WebhookDelivery[]>([]);
  letters = $state.raw<DeadLetter[]>([]);
  shown = $state.raw<Shown>();
  /** When it was last read, something went wrong. */
  problem = $state.raw<Problem>();
  #client: Client<typeof WebhookService>;
  #events: Client<typeof EventService>;

  constructor(client: Client<typeof WebhookService>, events: Client<typeof EventService>) {
    this.#client = client;
    this.#events = events;
  }

  /** Until the returned function is called. */
  run(): () => void {
    void this.#events.listEventTypes({}).then(
      ({ eventTypes }) => (this.types = eventTypes),
      (reason) => (this.problem = problemOf(reason)),
    );
    return repeat(() => this.read(), kRefreshMs);
  }

  async read(): Promise<void> {
    try {
      const { webhooks, privateAddressesAllowed } = await this.#client.listWebhooks({});
      const name = webhooks.some((webhook) => webhook.name === this.open) ? this.open : "";
      if (name !== "") {
        const { deliveries } = await this.#client.listWebhookDeliveries({ name });
        const { deadLetters } = await this.#client.listDeadLetters({ name });
        // Another one may have been opened meanwhile.
        if (name === this.open) [this.deliveries, this.letters] = [deliveries, deadLetters];
      }
      this.webhooks = webhooks;
      this.privateAllowed = privateAddressesAllowed;
      this.problem = undefined;
    } catch (reason) {
      this.problem = problemOf(reason);
    }
  }

  async show(name: string): Promise<void> {
    [this.open, this.deliveries, this.letters] = [name, [], []];
    await this.read();
  }

  /** Made, or changed on the version that was seen. What went wrong, if something did. */
  async save(wanted: Wanted, seen: Webhook | undefined, requestId = newRequestId()): Promise<Problem | undefined> {
    return this.#change(async () => {
      if (seen) {
        await this.#client.updateWebhook({ webhook: { name: seen.name, etag: seen.etag, ...wanted } });
        return;
      }
      const { webhook, secret } = await this.#client.createWebhook({ webhook: wanted, requestId });
      this.shown = { name: webhook?.name ?? "", url: wanted.url, secret };
      this.open = this.shown.name;
    });
  }

  pause = (name: string) => this.#change(() => this.#client.pauseWebhook({ name }));
  resume = (name: string, skipBacklog = false) => this.#change(() => this.#client.resumeWebhook({ name, skipBacklog }));
  remove = (name: string) => this.#change(() => this.#client.deleteWebhook({ name }));
  /** One dead letter, or all. */
  replay = (name: string, events: string[] = []) => this.#change(() => this.#client.replayDeadLetters({ name, events }));
  rotate = ({ name, url }: Webhook) =>
    this.#change(async () => {
      const { secret } = await this.#client.rotateWebhookSecret({ name, requestId: newRequestId() });
      this.shown = { name, url, secret };
    });

  /** How it went; or what went wrong before anything was sent. */
  async test(name: string): Promise<WebhookDelivery | Problem> {
    let sent: WebhookDelivery | undefined;
    const problem = await this.#change(async () => {
      sent = await this.#client.sendTestEvent({ name });
    });
    return problem ?? sent!;
  }

  async #change(change: () => Promise<unknown>): Promise<Problem | undefined> {
    try {
      await change();
    } catch (reason) {
      return problemOf(reason);
    }
    await this.read();
    return undefined;
  }
}

export type Tone = "good" | "warn" | "bad" | "calm";

/** How it stands with a webhook at a glance. */
export function standing(webhook: Webhook): { key: "webhooks.paused" | "webhooks.disabled" | "webhooks.retrying" | "webhooks.active"; tone: Tone } {
  if (webhook.state === State.PAUSED) return { key: "webhooks.paused", tone: "calm" };
  if (webhook.state === State.DISABLED) return { key: "webhooks.disabled", tone: "bad" };
  if (webhook.failedAttempts > 0) return { key: "webhooks.retrying", tone: "warn" };
  return { key: "webhooks.active", tone: "good" };
}

export const isOver = (webhook: Webhook): boolean => webhook.state !== State.ACTIVE;

export const toneOf = (outcome: Outcome): Tone => (outcome === Outcome.DELIVERED ? "good" : outcome === Outcome.FAILED ? "warn" : "bad");

/** Types by the kind of thing that they are about: "wissel.work_item." with its types. */
export function kindsOf(types: readonly EventType[]): { prefix: string; types: EventType[] }[] {
  const kinds = new Map<string, EventType[]>();
  for (const type of types) {
    const prefix = type.type.split(".").slice(0, 2).join(".") + ".";
    kinds.set(prefix, [...(kinds.get(prefix) ?? []), type]);
  }
  return [...kinds].map(([prefix, all]) => ({ prefix, types: all }));
}
