// A day in four figures: what came and what had been expected of it, what is to come and what had been.
import type { IntradayForecast } from "../../gen/wissel/v1/forecast_pb";

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
