// What is worth a second look in the accuracy of forecasts.
import type { ForecastAccuracy_Row as Row } from "../../gen/wissel/v1/forecast_pb";

/** A forecast that leans to one side by this share is no chance any more. */
const kBias = 0.05;
/** An 80 % interval should cover 80 %; this far off it is too narrow or too wide. */
const kCoverage = 0.04;

export function biasTone(bias: number): "warn" | "" {
  return Math.abs(bias) > kBias ? "warn" : "";
}

export function coverageTone(coverage: number): "warn" | "" {
  return Math.abs(coverage - 0.8) > kCoverage ? "warn" : "";
}

export interface Judged {
  rows: number;
  better: number;
  worse: number;
}

/** In how many rows with overrides they were better than the model alone. */
export function judged(rows: readonly Pick<Row, "wape" | "modelWape">[]): Judged {
  const with_ = rows.filter(({ modelWape }) => modelWape !== undefined);
  return {
    rows: with_.length,
    better: with_.filter(({ wape, modelWape }) => wape < modelWape!).length,
    worse: with_.filter(({ wape, modelWape }) => wape > modelWape!).length,
  };
}
