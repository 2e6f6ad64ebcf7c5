// Where nothing is known (a night, a closed day) a line must not run on to what comes next.
import type { Timestamp } from "@bufbuild/protobuf/wkt";

/** The points with an empty one after each that the next does not follow at once. */
export function withGaps<Point extends { startTime?: Timestamp }>(
  points: readonly Point[],
  intervalMinutes: number,
  empty: (startTime: { seconds: bigint }) => Point,
): Point[] {
  const length = BigInt(intervalMinutes * 60);
  return points.flatMap((point, index) => {
    const seconds = (point.startTime?.seconds ?? 0n) + length;
    const next = points[index + 1];
    return !next || (next.startTime?.seconds ?? 0n) <= seconds ? [point] : [point, empty({ seconds })];
  });
}
