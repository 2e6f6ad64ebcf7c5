// What a trial is told by: one measure of every queue, as recorded and as it would have been.
import type {
  DryRunUpdate_Figures as Figures,
  DryRunUpdate_Result as Result,
} from "../gen/wissel/v1/rules_pb";
import { count, percent } from "../lib/format";
import { i18n, t, type MessageKey } from "../lib/i18n.svelte";
import { spanMs } from "../lib/time";

export type Measure = "meanWait" | "p80" | "p95" | "serviceLevel" | "abandoned";

export const kMeasures: Record<Measure, MessageKey> = {
  meanWait: "rules.meanWait",
  p80: "rules.p80",
  p95: "rules.p95",
  serviceLevel: "rules.serviceLevel",
  abandoned: "rules.abandoned",
};

/** In seconds, shares of 1, or pieces; undefined where nothing counts. */
export function valueOf(figures: Figures | undefined, measure: Measure): number | undefined {
  if (!figures) return undefined;
  switch (measure) {
    case "serviceLevel":
      return figures.serviceLevel;
    case "abandoned":
      return Number(figures.abandoned);
    case "meanWait":
      return figures.meanWait && spanMs(figures.meanWait) / 1000;
    case "p80":
      return figures.p80Wait && spanMs(figures.p80Wait) / 1000;
    case "p95":
      return figures.p95Wait && spanMs(figures.p95Wait) / 1000;
  }
}

export function seconds(value: number): string {
  const tag = i18n.language === "en" ? "en-GB" : i18n.language;
  const digits = value < 10 ? 1 : 0;
  return new Intl.NumberFormat(tag, {
    style: "unit",
    unit: "second",
    unitDisplay: "narrow",
    maximumFractionDigits: digits,
  }).format(value);
}

export function textOf(value: number | undefined, measure: Measure): string {
  if (value === undefined) return "–";
  if (measure === "serviceLevel") return percent(value);
  return measure === "abandoned" ? count(value) : seconds(value);
}

/** The whole width of a plot: the largest of all, and 1 for shares. */
export function widest(result: Result, measure: Measure): number {
  if (measure === "serviceLevel") return 1;
  const values = result.queues.flatMap((queue) => [
    valueOf(queue.recorded, measure) ?? 0,
    valueOf(queue.trial, measure) ?? 0,
  ]);
  return Math.max(...values, 1e-9);
}

/** "412 items would have waited 8s less, 31 items would have waited 4s longer, 690 the same." */
export function headlineOf(result: Result): string {
  if (result.reproduced) return t("rules.nothingOtherwise");
  const { shorter = 0n, shorterBy, longer = 0n, longerBy, same = 0n } = result.contacts ?? {};
  const by = (span: typeof shorterBy) => seconds(spanMs(span) / 1000);
  const parts = [t("rules.headlineSame", { count: Number(same) })];
  if (longer > 0n) parts.unshift(t("rules.headlineLonger", { count: Number(longer), by: by(longerBy) }));
  if (shorter > 0n) parts.unshift(t("rules.headlineShorter", { count: Number(shorter), by: by(shorterBy) }));
  return `${parts.join(", ")}.`;
}
