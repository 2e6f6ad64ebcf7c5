// Between the last interval of a day and the first of the next nobody is required: drawn as such, so that a
// step does not run through the night.
import { create } from "@bufbuild/protobuf";
import { RequiredSeries_PointSchema, type RequiredSeries_Point as Point } from "../../gen/wissel/v1/staffing_pb";
import { withGaps } from "../plot/gaps";

/** The points with one of nobody wherever the next does not follow at once. */
export function withNights(points: readonly Point[], intervalMinutes: number): Point[] {
  return withGaps(points, intervalMinutes, (startTime) => create(RequiredSeries_PointSchema, { startTime }));
}
