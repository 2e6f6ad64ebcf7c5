// A day in four figures: what came and what had been expected of it, what is to come and what had been.
import type { ForecastPoint, IntradayForecast } from "../../gen/wissel/v1/forecast_pb";

export interface RestOfDay {
  came: number;
  forecastSoFar: number;
  toCome: number;
  forecastToCome: number;
}

export function restOf({ points }: Pick<IntradayForecast, "points">): RestOfDay {
  const rest: RestOfDay = { came: 0, forecastSoFar: 0, toCome: 0, forecastToCome: 0 };
  for (const point of points) {
    if (point.actual !== undefined) {
      rest.came += Number(point.actual);
      rest.forecastSoFar += point.model ?? 0;
    } else {
      rest.toCome += point.expected ?? 0;
      rest.forecastToCome += point.model ?? point.expected ?? 0;
    }
  }
  return rest;
}

/** From a little before the first contact to a little after the last; all of it when nothing comes. */
export function busyPart(points: readonly ForecastPoint[]): { from: number; to: number } {
  const busy = points.flatMap((point, index) => (Number(point.actual ?? 0n) > 0 || (point.expected ?? 0) > 0.05 || (point.model ?? 0) > 0.05 ? [index] : []));
  if (busy.length === 0) return { from: 0, to: points.length };
  return { from: Math.max(0, busy[0]! - 2), to: Math.min(points.length, busy.at(-1)! + 3) };
}
