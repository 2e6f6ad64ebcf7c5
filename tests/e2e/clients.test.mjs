// Clients that others wrote, from the contract alone: connect-web over the HTTP door, grpc-js over
// the gRPC door.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";
import grpc from "@grpc/grpc-js";
import protoLoader from "@grpc/proto-loader";
import { root, Server } from "./lib/server.mjs";

const contract = join(root, "proto");
const files = ["agent", "auth", "chat", "config", "live", "work"].map((name) => `wissel/v1/${name}.proto`);

function readContract() {
  const folder = mkdtempSync(join(tmpdir(), "wissel-contract-"));
  const set = join(folder, "contract.binpb");
  execFileSync("protoc", [`-I${contract}`, "--include_imports", `--descriptor_set_out=${set}`, ...files]);
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(set)));
  rmSync(folder, { recursive: true });
  return registry;
}

let server, token;
before(async () => {
  server = await Server.start();
  token = await server.token("admin");
});
after(() => server.stop());

for (const useBinaryFormat of [false, true]) {
  describe(`connect-web, ${useBinaryFormat ? "binary" : "JSON"}`, () => {
    const registry = readContract();
    const client = (service) =>
      createClient(
        registry.getService(`wissel.v1.${service}`),
        createConnectTransport({
          baseUrl: server.http,
          useBinaryFormat,
          interceptors: [
            (next) => (request) => {
              request.header.set("authorization", `Bearer ${token}`);
              return next(request);
            },
          ],
        }),
      );

    test("creates, reads and withdraws a work item", async () => {
      const work = client("WorkService");
      const item = await work.createWorkItem({ workItem: { queue: "queues/phone-fr", contact: "c-1" } });
      assert.match(item.name, /^workItems\/\d+$/);
      const read = await work.getWorkItem({ name: item.name });
      assert.equal(read.contact, "c-1");
      const ended = await work.cancelWorkItem({ name: item.name, cause: 2 });
      assert.equal(ended.state, 10); // CANCELLED
    });

    test("gets an error with its code and field", async () => {
      const error = await client("WorkService")
        .createWorkItem({ workItem: { queue: "queues/nowhere" } })
        .then(() => assert.fail("granted"), ConnectError.from);
      assert.equal(error.code, Code.NotFound);
      const [detail] = error.findDetails(registry.getMessage("wissel.v1.ErrorDetail"));
      assert.equal(detail.field, "workItem.queue");
    });

    test("reads a stream until it has seen enough", async () => {
      const stop = new AbortController();
      let snapshots = 0;
      try {
        for await (const update of client("LiveService").watchLive({}, { signal: stop.signal })) {
          if (update.snapshot) {
            snapshots += 1;
            assert.equal(update.queues.length, 6);
            stop.abort();
          }
        }
      } catch (error) {
        assert.equal(ConnectError.from(error).code, Code.Canceled);
      }
      assert.equal(snapshots, 1);
    });
  });
}

describe("grpc-js", () => {
  const loaded = grpc.loadPackageDefinition(
    protoLoader.loadSync(files, { includeDirs: [contract], enums: String, defaults: true }),
  ).wissel.v1;
  const clients = [];
  const client = (service) => {
    const made = new loaded[service](server.grpc, grpc.credentials.createInsecure());
    clients.push(made);
    return made;
  };
  const metadata = (bearer = token) => {
    const data = new grpc.Metadata();
    if (bearer) data.set("authorization", `Bearer ${bearer}`);
    return data;
  };
  const unary = (on, method, request, data = metadata()) =>
    new Promise((done, failed) =>
      on[method](request, data, (error, answer) => (error ? failed(error) : done(answer))),
    );
  after(() => clients.forEach((each) => each.close()));

  test("creates a work item and has it explained", async () => {
    const work = client("WorkService");
    const item = await unary(work, "CreateWorkItem", { workItem: { queue: "queues/phone-nl" } });
    const why = await unary(work, "ExplainWorkItem", { name: item.name });
    assert.equal(why.state, "WAITING");
    assert.ok(why.sentences.length > 0);
    assert.equal(Number(why.place), 1);
  });

  test("gets the canonical code and message of a refusal", async () => {
    const error = await unary(client("WorkService"), "GetWorkItem", { name: "workItems/999999" }).then(
      () => assert.fail("granted"),
      (refused) => refused,
    );
    assert.equal(error.code, grpc.status.NOT_FOUND);
    assert.match(error.details, /999999/);
  });

  test("is asked for a token", async () => {
    const error = await unary(client("WorkService"), "GetWorkItem", { name: "workItems/1" }, metadata("")).then(
      () => assert.fail("granted"),
      (refused) => refused,
    );
    assert.equal(error.code, grpc.status.UNAUTHENTICATED);
  });

  test("reads the live stream", async () => {
    const stream = client("LiveService").WatchLive({}, metadata());
    const update = await new Promise((done, failed) => {
      stream.once("data", done);
      stream.once("error", failed);
    });
    assert.equal(update.snapshot, true);
    stream.on("error", () => {}); // the cancellation, next
    stream.cancel();
  });
});
