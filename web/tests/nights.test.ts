// Steps of required staff do not run through the night.
import { create } from "@bufbuild/protobuf";
import { expect, it } from "vitest";
import { RequiredSeries_PointSchema } from "../src/gen/wissel/v1/staffing_pb";
import { withNights } from "../src/planner/staff/nights";

const point = (minute: number, required: number) => create(RequiredSeries_PointSchema, { startTime: { seconds: BigInt(minute * 60) }, required });

it("puts nobody between the end of a day and the next one", () => {
  const drawn = withNights([point(0, 2), point(30, 3), point(900, 4)], 30);
  expect(drawn.map(({ startTime, required }) => [Number(startTime!.seconds) / 60, required])).toEqual([
    [0, 2],
    [30, 3],
    [60, 0],
    [900, 4],
  ]);
});

it("leaves a day without a gap as it is", () => {
  const day = [point(0, 1), point(30, 1)];
  expect(withNights(day, 30)).toEqual(day);
  expect(withNights([], 30)).toEqual([]);
});
