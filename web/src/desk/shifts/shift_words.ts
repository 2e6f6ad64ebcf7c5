// Shifts and what is due, in a few words.
import { ShiftSwap_State, type Shift } from "../../gen/wissel/v1/schedule_pb";
import { dayName, minuteOfDay } from "../../lib/format";
import { t, type MessageKey } from "../../lib/i18n.svelte";
import type { Zone } from "../../lib/zone";
import { barOf, type Bar } from "../../planner/schedule/bars";
import type { Due } from "./due";

export const kSwapStates: Record<ShiftSwap_State, MessageKey> = {
  [ShiftSwap_State.STATE_UNSPECIFIED]: "swap.asked",
  [ShiftSwap_State.ASKED]: "swap.asked",
  [ShiftSwap_State.AGREED]: "swap.waitsForApproval",
  [ShiftSwap_State.APPROVED]: "swap.approved",
  [ShiftSwap_State.DECLINED]: "swap.declined",
  [ShiftSwap_State.WITHDRAWN]: "swap.withdrawn",
};

const kDue: Record<Due["what"], MessageKey> = {
  start: "shift.dueStart",
  break: "shift.dueBreak",
  back: "shift.dueBack",
  end: "shift.dueEnd",
};

export const clockOf = (ms: number, zone: Zone) => minuteOfDay(zone.localOf(ms).minute);

/** "08:30–16:36". */
export const timesOf = (bar: Bar, zone: Zone) => `${clockOf(bar.from, zone)}–${clockOf(bar.to, zone)}`;

/** "Tue 1 Dec, 08:30–16:36"; nothing in return: said so. */
export function shiftName(shift: Shift | undefined, zone: Zone): string {
  if (!shift) return t("swap.nothing");
  const bar = barOf(shift);
  return `${dayName(zone.localOf(bar.from).date)}, ${timesOf(bar, zone)}`;
}

/** "Break at 10:30"; of another day, with its name. */
export function dueText({ what, at }: Due, today: string, zone: Zone): string {
  const { date } = zone.localOf(at);
  const time = clockOf(at, zone);
  return t(kDue[what], { time: date === today ? time : `${dayName(date)} ${time}` });
}
