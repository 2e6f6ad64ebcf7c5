// Moments and durations of the contract as milliseconds. A timestamp that is left out stays undefined.
import type { Duration, Timestamp } from "@bufbuild/protobuf/wkt";

export function msOf(time: Timestamp): number;
export function msOf(time: Timestamp | undefined): number | undefined;
export function msOf(time: Timestamp | undefined): number | undefined {
  return time && Number(time.seconds) * 1000 + time.nanos / 1e6;
}

export function spanMs(span: Duration | undefined): number {
  return span ? Number(span.seconds) * 1000 + span.nanos / 1e6 : 0;
}

/** The last part of a resource name: "anna" of "agents/anna". */
export function idOf(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}
