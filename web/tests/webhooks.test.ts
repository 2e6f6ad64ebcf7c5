// The page of webhooks: what it shows of each, a secret once, changes on what was seen.
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { beforeEach, describe, expect, it } from "vitest";
import { EventService, EventTypeSchema } from "../src/gen/wissel/v1/event_pb";
import {
  WebhookDelivery_Outcome as Outcome,
  Webhook_State as State,
  WebhookSchema,
  WebhookService,
  type CreateWebhookRequest,
  type UpdateWebhookRequest,
  type Webhook,
} from "../src/gen/wissel/v1/webhook_pb";
import { isOver, kindsOf, standing, toneOf, WebhooksStore } from "../src/webhooks/webhooks_store.svelte";
import { clientsOf } from "./support";

const kWanted = { url: "https://example.org/hook", description: "", typePrefixes: [], queues: [] };

let webhooks: Webhook[] = [];
let created: CreateWebhookRequest[] = [];
let updated: UpdateWebhookRequest[] = [];
let refusal: ConnectError | undefined;

function storeOf(): WebhooksStore {
  const clients = clientsOf((router) => {
    router.service(WebhookService, {
      listWebhooks: () => ({ webhooks, privateAddressesAllowed: true }),
      listWebhookDeliveries: ({ name }) => ({ deliveries: [{ event: name }] }),
      listDeadLetters: () => ({ deadLetters: [{ event: { id: "7" } }] }),
      createWebhook: (request) => {
        created.push(request);
        if (refusal) throw refusal;
        webhooks = [create(WebhookSchema, { name: "webhooks/one", url: request.webhook?.url ?? "" })];
        return { webhook: webhooks[0]!, secret: "whsec_AAAA" };
      },
      updateWebhook: (request) => {
        updated.push(request);
        return webhooks[0]!;
      },
      sendTestEvent: () => {
        if (refusal) throw refusal;
        return { outcome: Outcome.DELIVERED, httpStatus: 204 };
      },
    });
    router.service(EventService, { listEventTypes: () => ({ eventTypes: [] }) });
  });
  return new WebhooksStore(clients.webhook, clients.event);
}

describe("webhooks", () => {
  beforeEach(() => {
    [webhooks, created, updated, refusal] = [[], [], [], undefined];
  });

  it("are made with a request id, and their secret is shown", async () => {
    const store = storeOf();
    expect(await store.save(kWanted, undefined, "once")).toBeUndefined();
    expect(created.map(({ requestId }) => requestId)).toEqual(["once"]);
    expect(store.shown).toEqual({ name: "webhooks/one", url: kWanted.url, secret: "whsec_AAAA" });
    expect(store.webhooks?.map(({ name }) => name)).toEqual(["webhooks/one"]);
    expect(store.privateAllowed).toBe(true);
    expect(store.letters.map(({ event }) => event?.id)).toEqual(["7"]);
  });

  it("that are refused show nothing", async () => {
    refusal = new ConnectError("the address is not https", Code.InvalidArgument);
    const store = storeOf();
    expect(await store.save(kWanted, undefined)).toMatchObject({ key: "error.invalid", sentence: "the address is not https" });
    expect(store.shown).toBeUndefined();
    expect(await store.test("webhooks/one")).toMatchObject({ key: "error.invalid" });
  });

  it("are changed on the version that was seen", async () => {
    const seen = create(WebhookSchema, { name: "webhooks/one", etag: "v3" });
    webhooks = [seen];
    const store = storeOf();
    await store.save({ ...kWanted, description: "accounts" }, seen);
    expect(updated[0]?.webhook).toMatchObject({ name: "webhooks/one", etag: "v3", description: "accounts" });
    expect(store.shown).toBeUndefined();
  });

  it("that are gone are no longer open", async () => {
    webhooks = [create(WebhookSchema, { name: "webhooks/one" })];
    const store = storeOf();
    await store.show("webhooks/one");
    expect(store.deliveries.map(({ event }) => event)).toEqual(["webhooks/one"]);
    webhooks = [];
    await store.show("webhooks/one");
    expect(store.deliveries).toEqual([]);
  });

  it("say how they stand", () => {
    const of = (state: State, failedAttempts = 0) => create(WebhookSchema, { state, failedAttempts });
    expect(standing(of(State.ACTIVE)).tone).toBe("good");
    expect(standing(of(State.ACTIVE, 2)).key).toBe("webhooks.retrying");
    expect(standing(of(State.PAUSED, 2)).key).toBe("webhooks.paused");
    expect(standing(of(State.DISABLED)).tone).toBe("bad");
    expect([isOver(of(State.ACTIVE)), isOver(of(State.PAUSED)), isOver(of(State.DISABLED))]).toEqual([false, true, true]);
    expect([Outcome.DELIVERED, Outcome.FAILED, Outcome.DEAD_LETTERED, Outcome.GONE].map(toneOf)).toEqual(["good", "warn", "bad", "bad"]);
  });

  it("choose among types by what they are about", () => {
    const types = ["wissel.work_item.entered.v1", "wissel.agent.signed_in.v1", "wissel.work_item.held.v1"].map((type) => create(EventTypeSchema, { type }));
    expect(kindsOf(types).map(({ prefix, types: all }) => [prefix, all.length])).toEqual([
      ["wissel.work_item.", 2],
      ["wissel.agent.", 1],
    ]);
  });
});
