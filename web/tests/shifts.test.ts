// An agent's shifts at the desk: what is due next, and swaps.
import { beforeEach, describe, expect, it } from "vitest";
import { Role } from "../src/gen/wissel/v1/auth_pb";
import { ShiftSwap_State as State } from "../src/gen/wissel/v1/schedule_pb";
import { dueNext, isSoon } from "../src/desk/shifts/due";
import { dueText } from "../src/desk/shifts/shift_words";
import { ShiftsStore } from "../src/desk/shifts/shifts_store.svelte";
import { i18n } from "../src/lib/i18n.svelte";
import { Zone } from "../src/lib/zone";
import { barOf } from "../src/planner/schedule/bars";
import { plannedWorld, type Planned } from "./world";

const zone = new Zone("Europe/Brussels");
const at = (minute: number, date = "2026-12-01") => zone.msAt(date, minute);
let planned: Planned;
beforeEach(() => {
  void i18n.use("en");
  planned = plannedWorld({ now: at(700), people: 6, role: Role.AGENT });
});

describe("what is due next", () => {
  it("follows the day from its beginning to its end", () => {
    const bars = [barOf(planned.schedules.shift("agents/a0001", "2026-12-01", 480)), barOf(planned.schedules.shift("agents/a0001", "2026-12-02", 510))];
    const said = (minute: number) => {
      const due = dueNext(bars, at(minute))!;
      return dueText(due, "2026-12-01", zone);
    };
    expect([420, 480, 605, 700, 725, 760, 970].map(said)).toEqual([
      "Next shift: 08:00",
      "Break at 10:00",
      "Break until 10:15",
      "Break at 12:00",
      "Break until 12:30",
      "Work ends at 16:06",
      "Next shift: Wed 2 Dec 08:30",
    ]);
    expect(dueNext(bars, at(1100, "2026-12-02"))).toBeUndefined();
    expect([589, 590].map((minute) => isSoon(dueNext(bars, at(minute))!, at(minute)))).toEqual([false, true]);
  });
});

describe("an agent's shifts", () => {
  const storeOf = (agent: string) => new ShiftsStore(planned.clients.schedule, planned.clients.day, agent, () => zone, () => at(700));

  it("are the published ones of today and later, and can be offered to somebody", async () => {
    const draft = planned.schedules.make("2026-11-30", 2);
    const mine = storeOf("agents/a0002");
    await mine.load();
    expect(mine.bars).toEqual([]);
    draft.publishTime = draft.createTime;
    await mine.load();
    expect(mine.bars!.length).toBeGreaterThan(5);
    expect(mine.bars!.every(({ from }) => from >= at(0))).toBe(true);
    const theirs = await mine.inReturn("agents/a0003", new AbortController().signal);
    expect(await mine.ask(mine.bars![2]!, "agents/a0003", theirs![0])).toBeUndefined();
    expect(planned.schedules.swaps[0]).toMatchObject({ fromAgent: "agents/a0002", toAgent: "agents/a0003", shift: { name: mine.bars![2]!.name }, forShift: { agent: "agents/a0003" } });
    const other = storeOf("agents/a0003");
    await other.load();
    expect([mine.asked.length, other.asked.length]).toEqual([0, 1]);
    expect(await other.decide(other.asked[0]!, true)).toBeUndefined();
    expect([other.asked.length, other.swaps[0]?.state]).toEqual([0, State.AGREED]);
    expect((await other.decide({ ...other.swaps[0]!, name: "shiftSwaps/0" }, true))?.sentence).toBe("no such swap");
  });
});
