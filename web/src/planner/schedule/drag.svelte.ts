// A shift under the pointer: picked up in its middle it moves in time, to other days and to other people;
// at an end, that end moves. It is put down where its ghost is; Escape, or a lost pointer, leaves it.
import { addDays } from "../../lib/dates";
import type { Zone } from "../../lib/zone";
import { columnOf, dropAt, placed, resized, sameBar, snapped, spanOf, type Bar, type Hours } from "./bars";

export interface Board {
  rows: readonly { agent: string }[];
  first: string;
  days: number;
  hours: Hours;
  step: number;
  zone: Zone;
  /** Of all days, in pixels. */
  width: number;
}

export interface Ghost {
  bar: Bar;
  row: number;
  /** Shares of the width of all days. */
  left: number;
  width: number;
}

export type Grip = "start" | "middle" | "end";

// The ends of a bar that are taken for themselves; of a short one, no more than a quarter each.
const kGripPixels = 7;

export function gripAt(x: number, width: number): Grip {
  const grip = Math.min(kGripPixels, width / 4);
  if (x < grip) return "start";
  return x > width - grip ? "end" : "middle";
}

// Less is a click that trembled.
const kLeastPixels = 4;

export class Drag {
  ghost = $state.raw<Ghost | null>(null);
  #board: Board | undefined;
  #drop: (after: Bar) => void;
  #rowHeight: number;

  constructor({ drop, rowHeight }: { drop: (after: Bar) => void; rowHeight: number }) {
    this.#drop = drop;
    this.#rowHeight = rowHeight;
  }

  settle(board: Board): void {
    this.#board = board;
  }

  /** Where the bar would be after the pointer went so many pixels. */
  target(bar: Bar, grip: Grip, dx: number, dy: number): Bar {
    const { rows, first, days, hours, step, zone, width } = this.#board!;
    const column = width / days;
    if (grip !== "middle") {
      const minutes = snapped((dx / column) * (hours.to - hours.from), step);
      return resized(bar, grip, minutes);
    }
    const { date, minute } = dropAt(columnOf(bar, first, hours, zone) + dx / column, first, days, hours, step);
    const from = rows.findIndex(({ agent }) => agent === bar.agent);
    const row = Math.min(rows.length - 1, Math.max(0, from + Math.round(dy / this.#rowHeight)));
    return placed(bar, rows[row]?.agent ?? bar.agent, date, minute, zone);
  }

  #ghostOf(bar: Bar): Ghost {
    const { rows, first, days, hours, zone } = this.#board!;
    const { date } = zone.localOf(bar.from);
    const { left, width } = spanOf(bar.from, bar.to, date, hours, zone);
    let day = 0;
    while (day < days - 1 && addDays(first, day) < date) day += 1;
    return { bar, row: rows.findIndex(({ agent }) => agent === bar.agent), left: (day + left) / days, width: width / days };
  }

  /** The pointer went down on the element that shows the bar. */
  start(event: PointerEvent, element: HTMLElement, bar: Bar): void {
    if (event.button !== 0 || !this.#board) return;
    const { left, right } = element.getBoundingClientRect();
    const grip = gripAt(event.clientX - left, right - left);
    const scroller = element.closest<HTMLElement>('[role="grid"]');
    const [x, y, scrolled] = [event.clientX, event.clientY, scroller?.scrollTop ?? 0];
    let after = bar;
    const gone = new AbortController();
    const { signal } = gone;
    element.setPointerCapture(event.pointerId);
    const end = (put: boolean) => {
      gone.abort();
      const shown = this.ghost !== null;
      this.ghost = null;
      if (put && shown && !sameBar(bar, after)) this.#drop(after);
    };
    element.addEventListener(
      "pointermove",
      (move) => {
        const [dx, dy] = [move.clientX - x, move.clientY - y + ((scroller?.scrollTop ?? 0) - scrolled)];
        if (!this.ghost && Math.abs(dx) + Math.abs(dy) < kLeastPixels) return;
        after = this.target(bar, grip, dx, dy);
        this.ghost = this.#ghostOf(after);
      },
      { signal },
    );
    element.addEventListener("pointerup", () => end(true), { signal });
    element.addEventListener("pointercancel", () => end(false), { signal });
    addEventListener("keydown", (key) => key.key === "Escape" && end(false), { signal });
  }
}
