// What is plotted, as plain numbers: lines, bands and marked stretches over instants in seconds.
import type { ForecastPoint } from "../../gen/wissel/v1/forecast_pb";
import { msOf } from "../../lib/time";

/** A colour token of the page, without its dashes. */
export type Ink = "accent" | "busy" | "branch" | "bad" | "good" | "calm" | "ink" | "ink-2" | "line-strong" | "warn";
export type Values = (number | null)[];

export interface PlotLine {
  label: string;
  values: Values;
  ink: Ink;
  width?: number;
  dash?: boolean;
  /** Holds its value until the next instant. */
  step?: boolean;
}

export interface PlotBand {
  label: string;
  upper: Values;
  lower: Values;
  ink: Ink;
  /** 0 to 1. */
  strength: number;
  step?: boolean;
}

export interface PlotMark {
  /** Seconds, [from, to). */
  from: number;
  to: number;
  label: string;
  ink: Ink;
}

/** Places in `ForecastPoint.quantiles` of the lower and upper ends of each central interval. */
export const kIntervals = { 90: [0, 6], 80: [1, 5], 50: [2, 4] } as const;
export type Cover = keyof typeof kIntervals;

export interface ForecastPlot {
  /** Seconds. */
  times: number[];
  expected: Values;
  actual: Values;
  model: Values;
  bands: Record<Cover, { lower: Values; upper: Values }>;
}

function quantile(point: ForecastPoint, place: number): number | null {
  return point.expected === undefined ? null : (point.quantiles[place] ?? null);
}

export function plotOf(points: readonly ForecastPoint[]): ForecastPlot {
  const band = (cover: Cover) => ({
    lower: points.map((point) => quantile(point, kIntervals[cover][0])),
    upper: points.map((point) => quantile(point, kIntervals[cover][1])),
  });
  return {
    times: points.map(({ startTime }) => msOf(startTime)! / 1000),
    expected: points.map(({ expected }) => expected ?? null),
    actual: points.map(({ actual }) => (actual === undefined ? null : Number(actual))),
    model: points.map(({ model }) => model ?? null),
    bands: { 90: band(90), 80: band(80), 50: band(50) },
  };
}

/** The largest that has to be seen. */
export function mostOf(lines: readonly { values: Values }[], bands: readonly PlotBand[]): number {
  let most = 0;
  for (const values of [...lines.map((line) => line.values), ...bands.map((band) => band.upper)]) {
    for (const value of values) if (value !== null && value > most) most = value;
  }
  return most;
}

/** The place whose instant is nearest; -1: there is none. */
export function nearest(times: readonly number[], seconds: number): number {
  if (times.length === 0) return -1;
  let [low, high] = [0, times.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (times[middle]! <= seconds) low = middle;
    else high = middle;
  }
  return seconds - times[low]! <= times[high]! - seconds ? low : high;
}

export interface Window {
  min: number;
  max: number;
}

/** `factor` below 1 comes closer; what is at `around` stays where it is. Never beyond the whole, never
 *  closer than `least` seconds. */
export function zoomed(now: Window, whole: Window, around: number, factor: number, least: number): Window {
  const span = Math.min(whole.max - whole.min, Math.max(least, (now.max - now.min) * factor));
  const share = now.max > now.min ? (around - now.min) / (now.max - now.min) : 0.5;
  return within({ min: around - share * span, max: around + (1 - share) * span }, whole);
}

/** Moved by a share of what is seen. */
export function panned(now: Window, whole: Window, share: number): Window {
  const by = (now.max - now.min) * share;
  return within({ min: now.min + by, max: now.max + by }, whole);
}

function within({ min, max }: Window, whole: Window): Window {
  const span = Math.min(max - min, whole.max - whole.min);
  const from = Math.min(Math.max(min, whole.min), whole.max - span);
  return { min: from, max: from + span };
}
