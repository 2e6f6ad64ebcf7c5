// What the planner's page works out for itself: days and zones, the address, plots, drags, cover.
import { create } from "@bufbuild/protobuf";
import { beforeEach, describe, expect, it } from "vitest";
import { ForecastPointSchema, OverrideSchema, PlanningEventSchema } from "../src/gen/wissel/v1/forecast_pb";
import { CoverSeriesSchema, LabourRulesSchema, type CoverSeries } from "../src/gen/wissel/v1/schedule_pb";
import { addDays, dateOf, daysBetween, daysFrom, isDate, mondayOf, utcOf, weekdayOf } from "../src/lib/dates";
import { i18n } from "../src/lib/i18n.svelte";
import { msOf } from "../src/lib/time";
import { Zone } from "../src/lib/zone";
import { biasTone, coverageTone, judged } from "../src/planner/accuracy/judge";
import { Aliases } from "../src/planner/aliases";
import { nearest, panned, plotOf, zoomed } from "../src/planner/plot/series";
import { columnOf, dropAt, hoursOf, moved, paidHours, placed, resized, sameBar, spanOf, type Bar } from "../src/planner/schedule/bars";
import { coverOf, dayOf, stepsOf } from "../src/planner/schedule/cover";
import { Drag, gripAt } from "../src/planner/schedule/drag.svelte";
import { draftOf, rulesOf } from "../src/planner/schedule/labour_form";
import { barFrom, formOf } from "../src/planner/schedule/shift_form";
import { busyPart, restOf } from "../src/planner/today/rest_of_day";
import { searchOf, tabAt, viewOf } from "../src/planner/view";
import { expectedIn, marksOf, stretchOf } from "../src/planner/volumes/stretch";
import { timestamp } from "./support";

const brussels = new Zone("Europe/Brussels");
const kMinute = 60_000;
beforeEach(() => i18n.use("en"));

describe("local days", () => {
  it("are counted over months, leap days and weeks", () => {
    expect(addDays("2028-02-28", 1)).toBe("2028-02-29");
    expect(daysBetween("2026-12-30", "2027-01-02")).toBe(3);
    expect(daysFrom("2026-02-27", "2026-03-01")).toEqual(["2026-02-27", "2026-02-28", "2026-03-01"]);
    expect(daysFrom("2026-03-02", "2026-03-01")).toEqual([]);
    for (let day = 0; day < 800; day += 1) {
      const date = addDays("2026-01-01", day);
      expect(weekdayOf(mondayOf(date))).toBe(1);
      expect(daysBetween(mondayOf(date), date)).toBe(weekdayOf(date) - 1);
      expect(dateOf(utcOf(date))).toBe(date);
    }
  });

  it("are no other text", () => {
    expect(["2026-02-29", "2026-13-01", "2026-1-1", "", "today"].map(isDate)).toEqual([false, false, false, false, false]);
    expect(isDate("2028-02-29")).toBe(true);
  });
});

describe("a zone", () => {
  it("takes each minute of a year there and back, but those that no clock shows", () => {
    let lost = 0;
    for (const date of daysFrom("2026-01-01", "2026-12-31")) {
      for (let minute = 0; minute < 1440; minute += 30) {
        const local = brussels.localOf(brussels.msAt(date, minute));
        if (local.date !== date || local.minute !== minute) lost += 1;
      }
    }
    // 29 March, 02:00 and 02:30.
    expect(lost).toBe(2);
  });

  it("takes the first of a minute that comes twice, and goes on into the next day", () => {
    expect(new Date(brussels.msAt("2026-10-25", 150)).toISOString()).toBe("2026-10-25T00:30:00.000Z");
    expect(brussels.msAt("2026-12-01", 1440 + 30)).toBe(brussels.msAt("2026-12-02", 30));
    const day = (date: string) => brussels.msAt(addDays(date, 1), 0) - brussels.msAt(date, 0);
    expect([day("2026-03-29"), day("2026-10-25"), day("2026-10-26")].map((ms) => ms / 3_600_000)).toEqual([23, 25, 24]);
  });

  it("does not depend on the browser's", () => {
    expect(new Zone("Asia/Kolkata").localOf(Date.parse("2026-12-01T20:00:00Z"))).toEqual({ date: "2026-12-02", minute: 90 });
  });
});

describe("the address", () => {
  it("says what is looked at, and is read back as it was", () => {
    const view = viewOf("?queues=web,mail&from=2026-12-01&to=2026-12-28&scenario=high&grain=interval&forecast=12&schedule=7");
    expect(view).toMatchObject({ queues: ["web", "mail"], from: "2026-12-01", scenario: "high", grain: "interval", forecast: "12", staff: "", schedule: "7" });
    expect(viewOf(searchOf(view))).toEqual(view);
    expect(searchOf(viewOf(""))).toBe("");
    expect(tabAt("/planner/staff")).toBe("staff");
    expect(tabAt("/planner")).toBe("volumes");
  });

  it("is not believed where it makes no sense", () => {
    expect(viewOf("?queues=web,web,../x,&from=2026-02-30&to=soon&scenario=wild&grain=year&forecast=x1")).toEqual(viewOf("?queues=web"));
    expect(viewOf("?from=2026-12-05&to=2026-12-01")).toMatchObject({ from: "2026-12-05", to: "2026-12-05" });
    const long = viewOf("?from=2020-01-01&to=2026-01-01");
    expect(daysBetween(long.from, long.to)).toBe(399);
  });
});

describe("what was deleted and brought back", () => {
  it("is known under its last name, however often", () => {
    const names = new Aliases();
    names.became("a", "b");
    names.became("a", "c");
    names.became("c", "c");
    expect([names.now("a"), names.now("b"), names.now("c"), names.now("z")]).toEqual(["c", "c", "c", "z"]);
  });
});

const point = (date: string, minute: number, more: object) =>
  create(ForecastPointSchema, { startTime: timestamp(brussels.msAt(date, minute)), ...more });

describe("a plot", () => {
  it("has bands from the quantiles, and gaps where nothing is forecast or known", () => {
    const plot = plotOf([
      point("2026-12-01", 0, { actual: 7n }),
      point("2026-12-02", 0, { expected: 10, quantiles: [1, 2, 3, 10, 17, 18, 19], model: 9 }),
    ]);
    expect(plot.expected).toEqual([null, 10]);
    expect(plot.actual).toEqual([7, null]);
    expect(plot.model).toEqual([null, 9]);
    expect([plot.bands[90], plot.bands[80], plot.bands[50]]).toEqual([
      { lower: [null, 1], upper: [null, 19] },
      { lower: [null, 2], upper: [null, 18] },
      { lower: [null, 3], upper: [null, 17] },
    ]);
  });

  it("stays within what there is, whatever is zoomed and panned", () => {
    const whole = { min: 0, max: 1000 };
    let now = whole;
    const steps = [0.5, 0.5, 3, 0.1, 0.3, 2, 9];
    for (const [index, factor] of steps.entries()) {
      now = panned(zoomed(now, whole, 100 + 120 * index, factor, 40), whole, index % 2 === 0 ? 0.7 : -0.9);
      expect(now.min).toBeGreaterThanOrEqual(whole.min - 1e-9);
      expect(now.max).toBeLessThanOrEqual(whole.max + 1e-9);
      expect(now.max - now.min).toBeGreaterThanOrEqual(40 - 1e-9);
    }
    expect(zoomed({ min: 0, max: 100 }, whole, 20, 0.5, 1)).toEqual({ min: 10, max: 60 });
  });

  it("finds the nearest point", () => {
    expect([-5, 4, 6, 14, 99].map((at) => nearest([0, 10, 20], at))).toEqual([0, 0, 1, 1, 2]);
    expect(nearest([], 3)).toBe(-1);
  });
});

describe("a stretch that was chosen", () => {
  const points = [point("2026-12-01", 600, { expected: 4 }), point("2026-12-01", 630, { expected: 5 }), point("2026-12-02", 600, { actual: 3n })];

  it("is part of a day within one day, else whole days", () => {
    expect(stretchOf(points, 0, 1, "interval", 30, brussels)).toEqual({ startDate: "2026-12-01", endDate: "2026-12-01", fromMinute: 600, toMinute: 660 });
    expect(stretchOf(points, 0, 2, "interval", 30, brussels)).toEqual({ startDate: "2026-12-01", endDate: "2026-12-02", fromMinute: 0, toMinute: 0 });
    expect(stretchOf(points, 0, 1, "day", 30, brussels)).toMatchObject({ fromMinute: 0, toMinute: 0 });
  });

  it("sums what is expected in it", () => {
    expect(expectedIn(points, 0, 2)).toBe(9);
    expect(expectedIn(points, 2, 2)).toBeUndefined();
  });

  it("is marked for events of the queue in this scenario, and for its overrides", () => {
    const events = [
      { displayName: "everywhere", startDate: "2026-12-01", endDate: "2026-12-02" },
      { displayName: "other queue", queues: ["queues/mail"], startDate: "2026-12-01" },
      { displayName: "surge only", startDate: "2026-12-01", scenario: "scenarios/surge" },
    ].map((event) => create(PlanningEventSchema, event));
    const override = create(OverrideSchema, { queue: "queues/web", startDate: "2026-12-01", endDate: "2026-12-01", fromMinute: 600, toMinute: 660 });
    const marks = marksOf(events, [override], "queues/web", "expected", brussels);
    expect(marks.map(({ label }) => label)).toEqual(["everywhere", ""]);
    expect((marks[0]!.to - marks[0]!.from) / 3600).toBe(48);
    expect((marks[1]!.to - marks[1]!.from) / 3600).toBe(1);
  });
});

const bar = (date: string, minute: number, more: Partial<Bar> = {}): Bar => {
  const from = brussels.msAt(date, minute);
  return {
    name: "shifts/1",
    agent: "agents/anna",
    from,
    to: from + 480 * kMinute,
    kind: "day",
    breaks: [
      { from: from + 120 * kMinute, to: from + 135 * kMinute, paid: true },
      { from: from + 240 * kMinute, to: from + 270 * kMinute, paid: false },
    ],
    pinned: false,
    ...more,
  };
};

describe("a shift that is moved", () => {
  const shift = bar("2026-12-01", 540);

  it("takes its breaks along, and comes back as it was", () => {
    const later = moved(shift, 45);
    expect(brussels.localOf(later.breaks[1]!.from).minute).toBe(540 + 240 + 45);
    expect(sameBar(moved(later, -45), shift)).toBe(true);
    expect(paidHours(shift)).toBe(7.5);
  });

  it("keeps its local time on another day, over the change of clocks", () => {
    const after = placed(bar("2026-03-27", 540), "agents/ben", "2026-03-30", 540, brussels);
    expect(brussels.localOf(after.from)).toEqual({ date: "2026-03-30", minute: 540 });
    expect(after.to - after.from).toBe(480 * kMinute);
    expect(after.agent).toBe("agents/ben");
  });

  it("loses breaks that its ends pass, and keeps a least length", () => {
    expect(resized(shift, "end", -220).breaks).toHaveLength(1);
    expect(resized(shift, "start", 130).breaks).toHaveLength(1);
    const least = resized(shift, "end", -10_000);
    expect(least.to - least.from).toBe(60 * kMinute);
    expect(resized(shift, "start", 10_000).from).toBe(shift.to - 60 * kMinute);
  });

  it("is drawn where it is dropped", () => {
    const hours = { from: 420, to: 1260 };
    for (const minute of [420, 540, 615, 1185]) {
      for (let day = 0; day < 7; day += 1) {
        const at = bar(addDays("2026-11-30", day), minute);
        expect(dropAt(columnOf(at, "2026-11-30", hours, brussels), "2026-11-30", 7, hours, 15)).toEqual({ date: addDays("2026-11-30", day), minute });
      }
    }
    // Never out of the days that are shown, always on a step.
    expect(dropAt(-3, "2026-11-30", 7, hours, 15).date).toBe("2026-11-30");
    expect(dropAt(99, "2026-11-30", 7, hours, 15).date).toBe("2026-12-06");
    expect(dropAt(0.1234, "2026-11-30", 7, hours, 15).minute % 15).toBe(0);
  });

  it("is cut at the ends of what is shown", () => {
    const hours = { from: 600, to: 720 };
    expect(spanOf(shift.from, shift.to, "2026-12-01", hours, brussels)).toEqual({ left: 0, width: 1 });
    expect(spanOf(shift.from, shift.from + 90 * kMinute, "2026-12-01", hours, brussels)).toEqual({ left: 0, width: 0.25 });
    expect(hoursOf([shift], brussels)).toEqual({ from: 480, to: 1080 });
    expect(hoursOf([], brussels)).toEqual({ from: 420, to: 1260 });
  });

  it("goes to the row and day under the pointer", () => {
    const drag = new Drag({ drop: () => undefined, rowHeight: 34 });
    drag.settle({ rows: [{ agent: "agents/anna" }, { agent: "agents/ben" }, { agent: "agents/cas" }], first: "2026-11-30", days: 7, hours: { from: 420, to: 1260 }, step: 15, zone: brussels, width: 1400 });
    // A column is 200 pixels wide and 840 minutes long: 50 pixels are 210 minutes.
    const after = drag.target(shift, "middle", 200 + 50, 40);
    expect(brussels.localOf(after.from)).toEqual({ date: "2026-12-02", minute: 750 });
    expect(after.agent).toBe("agents/ben");
    expect(drag.target(shift, "middle", 0, 9999).agent).toBe("agents/cas");
    expect(drag.target(shift, "end", 10, 0).to - shift.to).toBe(45 * kMinute);
  });

  it("is taken by an end only at its end, and in its middle however short it is", () => {
    expect([0, 6, 8, 50, 92, 94, 100].map((x) => gripAt(x, 100))).toEqual(["start", "start", "middle", "middle", "middle", "end", "end"]);
    expect([1, 4, 7].map((x) => gripAt(x, 8))).toEqual(["start", "middle", "end"]);
  });

  it("can be written in a form and read back, over midnight too", () => {
    for (const each of [shift, bar("2026-12-01", 1290)]) {
      const made = barFrom(formOf(each, "", "", brussels), each, brussels);
      expect(made && sameBar(made, each)).toBe(true);
    }
    const form = formOf(shift, "", "", brussels);
    form.breaks[0]!.start = "07:00";
    expect(barFrom(form, shift, brussels)).toBeUndefined();
  });
});

describe("cover", () => {
  const series = (queue: string, required: number[], planned: number[]): CoverSeries =>
    create(CoverSeriesSchema, { queues: [queue], startTime: timestamp(brussels.msAt("2026-12-01", 0)), intervalMinutes: 720, required, planned });

  it("is of one queue, or of all together", () => {
    const all = [series("queues/web", [2, 4, 1, 0], [1, 5, 1, 0]), series("queues/mail", [1, 1, 1, 1], [3, 0, 1, 1])];
    expect(coverOf(all, "queues/web")?.planned).toEqual([1, 5, 1, 0]);
    expect(coverOf(all, "")?.required).toEqual([3, 5, 2, 1]);
    expect(coverOf([], "")).toBeUndefined();
    const line = coverOf(all, "queues/web")!;
    expect(dayOf(line, "2026-12-01", 0, 1440, brussels)).toMatchObject({ short: 12, surplus: 12, required: [2, 4] });
    expect(dayOf(line, "2026-12-02", 0, 1440, brussels)).toMatchObject({ short: 0, surplus: 0, required: [1, 0] });
  });

  it("is drawn as steps", () => {
    expect(stepsOf([1, 2], 2, true)).toBe("0,30 0.00,16.00 50.00,16.00 50.00,2.00 100.00,2.00 100,30");
    expect(stepsOf([], 2, false)).toBe("");
  });
});

describe("labour rules", () => {
  it("come through the form unchanged", () => {
    const rules = create(LabourRulesSchema, {
      rest: { seconds: 39600n },
      mostConsecutiveDays: 6,
      fewestDaysOff: 1,
      fewestFreeWeekends: 2,
      contracts: [{ id: "full-time", fewestWeekly: { seconds: 122400n }, mostWeekly: { seconds: 136800n }, mostDaysWeekly: 5, longestDay: { seconds: 32400n } }],
      shiftKinds: [{ id: "early", firstStartMinute: 420, lastStartMinute: 480, startStepMinutes: 15, length: { seconds: 29160n }, breaks: [{ length: { seconds: 900n }, paid: true, earliest: { seconds: 5400n }, latest: { seconds: 10800n } }] }],
      etag: "7",
    });
    expect(rulesOf(draftOf(rules), rules)).toEqual(rules);
  });
});

describe("the day itself", () => {
  const points = [point("2026-12-01", 0, { actual: 0n, model: 0 }), point("2026-12-01", 600, { actual: 12n, model: 10 }), point("2026-12-01", 630, { expected: 11, model: 9 }), point("2026-12-01", 1410, { expected: 0, model: 0 })];

  it("is summed apart by what came and what is to come", () => {
    expect(restOf({ points })).toEqual({ came: 12, forecastSoFar: 10, toCome: 11, forecastToCome: 9 });
  });
  it("is shown from before the first contact to after the last", () => {
    expect(busyPart(points)).toEqual({ from: 0, to: 4 });
    expect(busyPart([points[0]!, points[0]!, points[0]!, points[0]!, points[1]!])).toEqual({ from: 2, to: 5 });
    expect(msOf(points[1]!.startTime)).toBe(brussels.msAt("2026-12-01", 600));
  });
});

describe("accuracy", () => {
  it("is looked at twice where it leans or misses its interval", () => {
    expect([0.049, 0.051, -0.2].map(biasTone)).toEqual(["", "warn", "warn"]);
    expect([0.8, 0.77, 0.75, 0.9].map(coverageTone)).toEqual(["", "", "warn", "warn"]);
  });
  it("judges overrides only where there were some", () => {
    expect(judged([{ wape: 0.1, modelWape: 0.2 }, { wape: 0.3, modelWape: 0.2 }, { wape: 0.3 }])).toEqual({ rows: 2, better: 1, worse: 1 });
  });
});
