import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { AssignmentSchema } from "../src/gen/wissel/v1/agent_pb";
import { Channel, ErrorDetailSchema } from "../src/gen/wissel/v1/common_pb";
import { Call_Side as Side, Call_State as State, CallSchema, VoiceService, type Call, type WatchCallRequest } from "../src/gen/wissel/v1/voice_pb";
import { Calls } from "../src/desk/call/calls.svelte";
import { callText } from "../src/desk/call/call_words";
import { clientsOf, fakeTime, Lines, pass } from "./support";

const held = (...numbers: number[]) =>
  numbers.map((number) => create(AssignmentSchema, { workItem: `workItems/${number}`, channel: Channel.CALLBACK }));
const call = (more: MessageInitShape<typeof CallSchema>) => create(CallSchema, { name: "calls/a", workItem: "workItems/1", ...more });

let lines: Lines<WatchCallRequest, Call>;
let calls: Calls;
let dialled: string[];
beforeEach(() => {
  fakeTime();
  lines = new Lines();
  dialled = [];
  const clients = clientsOf((router) =>
    router.service(VoiceService, {
      watchCall: lines.open,
      dial: ({ number }) => {
        dialled.push(number);
        if (number === "0900") {
          throw new ConnectError("calls may not go there", Code.PermissionDenied, undefined, [{ desc: ErrorDetailSchema, value: { field: "number" } }]);
        }
        return call({ state: State.AGENT_RINGING });
      },
      hangUp: () => call({ state: State.ENDED, endedBy: Side.AGENT }),
    }),
  );
  calls = new Calls(clients.voice);
});
afterEach(() => {
  calls.stop();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const open = () => lines.all.filter((line) => !line.closed).map((line) => line.request.workItem);
const first = () => calls.of("workItems/1")!;

describe("the calls of a desk", () => {
  it("are followed one at a time: the one looked at last", async () => {
    calls.follow(held(1, 2), "workItems/2");
    await pass();
    expect(open()).toEqual(["workItems/2"]);
    calls.follow(held(1, 2), null);
    await pass();
    expect(open()).toEqual(["workItems/2"]);
    calls.follow(held(1, 2), "workItems/1");
    await pass();
    expect(open()).toEqual(["workItems/1"]);
    calls.follow([], null);
    await pass();
    expect(open()).toEqual([]);
  });

  it("stand as the stream says, to the end, and are not asked for again then", async () => {
    calls.follow(held(1), "workItems/1");
    await pass();
    lines.last.say(call({ state: State.TALKING }));
    await pass();
    expect(first().live).toBe(true);
    lines.last.say(call({ state: State.ENDED, endedBy: Side.CUSTOMER }));
    lines.last.end();
    await pass(60_000);
    expect(first().live).toBe(false);
    expect(callText(first().call!)).toBe("The customer hung up");
    expect(lines.all).toHaveLength(1);
  });

  it("are looked for again when they are not there yet, and then said not to be", async () => {
    calls.follow(held(1), "workItems/1");
    await pass();
    lines.last.fail(new ConnectError("not with you", Code.PermissionDenied));
    await pass(500);
    expect(lines.all).toHaveLength(2);
    lines.last.fail(new ConnectError("no call", Code.NotFound));
    await pass(10_000);
    expect(first().place).toBe("none");
    expect(lines.all).toHaveLength(2);
  });

  it("are elsewhere where the server has no telephony", async () => {
    calls.follow(held(1), "workItems/1");
    await pass();
    lines.last.fail(new ConnectError("no such service", Code.Unimplemented));
    await pass();
    expect(first().place).toBe("elsewhere");
    calls.follow(held(1), "workItems/1");
    await pass(60_000);
    expect(lines.all).toHaveLength(1);
  });

  it("are dialled once, and followed from then on", async () => {
    calls.follow(held(1), "workItems/1");
    await pass();
    lines.last.fail(new ConnectError("no call", Code.NotFound));
    await pass();
    first().number = " +3225550123 ";
    void first().dial();
    void first().dial();
    await pass();
    expect(dialled).toEqual(["+3225550123"]);
    expect(first().live).toBe(true);
    expect(open()).toEqual(["workItems/1"]);
    await first().hangUp();
    expect(first().live).toBe(false);
  });

  it("to a number that is refused say so at the number", async () => {
    calls.follow(held(1), "workItems/1");
    first().number = "0900";
    await first().dial();
    expect(first().problem).toMatchObject({ field: "number", sentence: "calls may not go there" });
    expect(first().live).toBe(false);
  });
});
