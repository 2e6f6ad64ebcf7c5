import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Code, ConnectError } from "@connectrpc/connect";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  LiveService,
  LiveUpdateSchema,
  type LiveUpdate,
  type WatchLiveRequest,
} from "../src/gen/wissel/v1/live_pb";
import { LiveStore } from "../src/live/live_store.svelte";
import { clientsOf, fakeTime, Lines, pass, testClock } from "./support";

let lines: Lines<WatchLiveRequest, LiveUpdate>;
let store: LiveStore;
let stop: () => void;

const say = (update: MessageInitShape<typeof LiveUpdateSchema>) =>
  lines.last.say(create(LiveUpdateSchema, update));
const names = (rows: readonly { name: string }[]) => rows.map((row) => row.name).sort();

beforeEach(async () => {
  fakeTime();
  lines = new Lines();
  const clients = clientsOf((router) => router.service(LiveService, { watchLive: lines.open }));
  store = new LiveStore(clients.live, testClock());
  stop = store.start();
  await pass();
});
afterEach(() => {
  stop();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("the live view", () => {
  it("begins with a snapshot", async () => {
    expect(lines.last.request.resumeSequence).toBe(0n);
    expect(store.loaded).toBe(false);
    say({
      sequence: 7n,
      snapshot: true,
      queues: [{ name: "queues/a", waiting: 3n }],
      agents: [{ name: "agents/x" }],
    });
    await pass();
    expect(store.loaded).toBe(true);
    expect(store.status).toBe("live");
    expect(store.queue("queues/a")?.waiting).toBe(3n);
    expect(names(store.agents)).toEqual(["agents/x"]);
  });

  it("folds what changed and what left into what it knew", async () => {
    say({
      sequence: 1n,
      snapshot: true,
      queues: [{ name: "queues/a", waiting: 3n }, { name: "queues/b" }],
      agents: [{ name: "agents/x" }, { name: "agents/y" }],
    });
    say({ sequence: 2n, queues: [{ name: "queues/a", waiting: 4n }, { name: "queues/c" }] });
    say({ sequence: 3n, removed: ["queues/b", "agents/x"] });
    await pass();
    expect(names(store.queues)).toEqual(["queues/a", "queues/c"]);
    expect(store.queue("queues/a")?.waiting).toBe(4n);
    expect(names(store.agents)).toEqual(["agents/y"]);
  });

  it("leaves the rows alone when only a sign of life comes", async () => {
    say({ sequence: 1n, snapshot: true, queues: [{ name: "queues/a" }] });
    await pass();
    const before = store.queues;
    say({ sequence: 1n });
    await pass();
    expect(store.queues).toBe(before);
  });

  it("does not go back when an older delta comes late", async () => {
    say({ sequence: 9n, snapshot: true, queues: [{ name: "queues/a", waiting: 5n }] });
    say({ sequence: 8n, queues: [{ name: "queues/a", waiting: 1n }] });
    await pass();
    expect(store.queue("queues/a")?.waiting).toBe(5n);
  });

  it("resumes at its sequence after a broken line", async () => {
    say({ sequence: 41n, snapshot: true, queues: [{ name: "queues/a", waiting: 1n }] });
    say({ sequence: 42n, queues: [{ name: "queues/b" }] });
    await pass();
    lines.last.fail(new ConnectError("going away", Code.Unavailable));
    await pass();
    expect(store.status).toBe("stale");
    expect(names(store.queues)).toEqual(["queues/a", "queues/b"]);
    await pass(500);
    expect(lines.all).toHaveLength(2);
    expect(lines.last.request.resumeSequence).toBe(42n);
    say({ sequence: 44n, queues: [{ name: "queues/a", waiting: 2n }] });
    await pass();
    expect(store.status).toBe("live");
    expect(store.queue("queues/a")?.waiting).toBe(2n);
    expect(names(store.queues)).toEqual(["queues/a", "queues/b"]);
  });

  it("drops all it knew when the server answers a resumption with a snapshot", async () => {
    say({ sequence: 900n, snapshot: true, queues: [{ name: "queues/a" }] });
    await pass();
    lines.last.end();
    await pass(500);
    say({ sequence: 3n, snapshot: true, queues: [{ name: "queues/z" }] });
    say({ sequence: 4n, queues: [{ name: "queues/y" }] });
    await pass();
    expect(names(store.queues)).toEqual(["queues/y", "queues/z"]);
  });

  it("says that it is stale after 12 silent seconds, and calls again", async () => {
    say({ sequence: 1n, snapshot: true });
    await pass(11_900);
    expect(store.status).toBe("live");
    await pass(200);
    expect(store.status).toBe("stale");
    await pass(500);
    expect(lines.all[0]?.closed).toBe(true);
    expect(lines.all).toHaveLength(2);
  });

  it("watches another queue's waiting items without losing its place", async () => {
    say({ sequence: 5n, snapshot: true, queues: [{ name: "queues/a" }] });
    await pass();
    store.watchQueue("queues/a");
    await pass();
    expect(lines.last.request).toMatchObject({
      resumeSequence: 5n,
      itemsOfQueue: "queues/a",
    });
    expect(lines.all[0]?.closed).toBe(true);
    expect(store.status).toBe("live");
    say({ sequence: 6n, waiting: { queue: "queues/a", total: 1n, items: [{ name: "workItems/1" }] } });
    await pass();
    expect(names(store.waiting?.items ?? [])).toEqual(["workItems/1"]);
    say({ sequence: 7n, queues: [{ name: "queues/b" }] });
    await pass();
    expect(store.waiting?.total).toBe(1n);
    say({ sequence: 8n, waiting: { queue: "queues/a", total: 0n } });
    await pass();
    expect(store.waiting?.items).toEqual([]);
  });

  it("stops calling when the server refuses", async () => {
    lines.last.fail(new ConnectError("managers only", Code.PermissionDenied));
    await pass(60_000);
    expect(store.status).toBe("refused");
    expect(lines.all).toHaveLength(1);
  });
});
