// uPlot as the page wants it: its colours and fonts, bands behind lines, marked stretches, axes in the
// page's language and the center's time.
import uPlot from "uplot";
import { compact, dayMonth, minuteOfDay } from "../../lib/format";
import type { Zone } from "../../lib/zone";
import { mostOf, type Ink, type PlotBand, type PlotLine, type PlotMark, type Values } from "./series";

export interface Picture {
  times: readonly number[];
  lines: readonly PlotLine[];
  bands: readonly PlotBand[];
  marks: readonly PlotMark[];
  zone: Zone;
  /** The top of the scale; left out: a little above the largest. */
  most?: number;
}

const kDay = 86_400;

function inks(place: HTMLElement): (ink: Ink | "line" | "font", alpha?: number) => string {
  const style = getComputedStyle(place);
  return (ink, alpha = 1) => {
    const colour = style.getPropertyValue(`--${ink}`).trim();
    if (alpha === 1 || !/^#[0-9a-f]{6}$/i.test(colour)) return colour;
    const [red, green, blue] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
    return `rgb(${red} ${green} ${blue} / ${Math.round(alpha * 100)}%)`;
  };
}

export function dataOf({ times, lines, bands }: Picture): uPlot.AlignedData {
  const columns: Values[] = [...bands.flatMap((band) => [band.upper, band.lower]), ...lines.map((line) => line.values)];
  return [times as number[], ...columns] as uPlot.AlignedData;
}

export function optionsOf(place: HTMLElement, picture: Picture, width: number, height: number): uPlot.Options {
  const { lines, bands, zone } = picture;
  const ink = inks(place);
  const stepped = uPlot.paths.stepped!({ align: 1 });
  const font = `12px ${ink("font")}`;
  const top = picture.most ?? mostOf(lines, bands) * 1.06;
  const axis = { stroke: ink("ink-2"), font, ticks: { stroke: ink("line"), width: 1 }, grid: { stroke: ink("line"), width: 1 } };
  return {
    width,
    height,
    legend: { show: false },
    padding: [18, 20, 0, 0],
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), zone.name),
    cursor: { y: false, points: { size: 7 }, drag: { x: true, y: false, setScale: false } },
    select: { show: true, left: 0, top: 0, width: 0, height: 0 },
    scales: { x: { time: true }, y: { range: () => [0, top > 0 ? top : 1] } },
    axes: [
      { ...axis, space: 70, size: 34, values: (_, splits, _axis, _space, step) => splits.map((at) => timeLabel(zone, at, step)) },
      { ...axis, size: 54, values: (_, splits) => splits.map((value) => (value === null ? "" : compact(value))) },
    ],
    bands: bands.map((band, index) => ({ series: [1 + 2 * index, 2 + 2 * index], fill: ink(band.ink, band.strength) })),
    series: [
      {},
      ...bands.flatMap((band): uPlot.Series[] =>
        [band.upper, band.lower].map(() => ({ stroke: "transparent", width: 0, points: { show: false }, ...(band.step ? { paths: stepped } : {}) })),
      ),
      ...lines.map((line): uPlot.Series => ({
        stroke: ink(line.ink),
        width: line.width ?? 2,
        ...(line.dash ? { dash: [5, 4] } : {}),
        ...(line.step ? { paths: stepped } : {}),
        points: { show: line.values.filter((value) => value !== null).length === 1, size: 6 },
      })),
    ],
    hooks: { drawClear: [(plot) => drawMarks(plot, picture, ink, font)] },
  };
}

function timeLabel(zone: Zone, seconds: number, step: number): string {
  const { date, minute } = zone.localOf(seconds * 1000);
  return step >= kDay || minute === 0 ? dayMonth(date) : minuteOfDay(minute);
}

function drawMarks(plot: uPlot, { marks }: Picture, ink: ReturnType<typeof inks>, font: string): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio || 1;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, 0, bbox.width, bbox.top + bbox.height);
  ctx.clip();
  ctx.font = font.replace("12px", `${11 * ratio}px`);
  ctx.textBaseline = "top";
  for (const mark of marks) {
    const from = Math.max(bbox.left, plot.valToPos(mark.from, "x", true));
    const to = Math.min(bbox.left + bbox.width, plot.valToPos(mark.to, "x", true));
    if (to <= bbox.left || from >= bbox.left + bbox.width) continue;
    ctx.fillStyle = ink(mark.ink, 0.14);
    ctx.fillRect(from, bbox.top, Math.max(2, to - from), bbox.height);
    ctx.fillStyle = ink(mark.ink);
    ctx.fillRect(from, bbox.top, Math.max(2, to - from), 2 * ratio);
    if (mark.label !== "") ctx.fillText(mark.label, from + 2 * ratio, 2 * ratio);
  }
  ctx.restore();
}
