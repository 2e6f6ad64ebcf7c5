// Numbers, times and durations in the page's language.
import { i18n, t } from "./i18n.svelte";

const kNumbers = new Map<string, Intl.NumberFormat>();
const kDates = new Map<string, Intl.DateTimeFormat>();

// Center pages are English as spoken in Europe: day before month, 24 hours.
function tag(): string {
  return i18n.language === "en" ? "en-GB" : i18n.language;
}

function numberFormat(id: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${tag()} ${id}`;
  let format = kNumbers.get(key);
  if (!format) kNumbers.set(key, (format = new Intl.NumberFormat(tag(), options)));
  return format;
}

function dateFormat(id: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${tag()} ${id}`;
  let format = kDates.get(key);
  if (!format) kDates.set(key, (format = new Intl.DateTimeFormat(tag(), options)));
  return format;
}

export function count(value: number | bigint): string {
  return numberFormat("count", {}).format(value);
}

/** To two places. */
export function decimal(value: number): string {
  return numberFormat("decimal", { maximumFractionDigits: 2 }).format(value);
}

/** For axes: "1.2K". */
export function compact(value: number): string {
  return numberFormat("compact", { notation: "compact", maximumFractionDigits: 1 }).format(value);
}

export function percent(share: number): string {
  return numberFormat("percent", { style: "percent", maximumFractionDigits: 0 }).format(share);
}

/** With one place: "12.4 %". */
export function percentExact(share: number): string {
  return numberFormat("percent1", { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(share);
}

/** With one place, and a sign where it is not zero: "+1.4". */
export function signed(value: number): string {
  return numberFormat("signed", {
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
    signDisplay: "exceptZero",
  }).format(value);
}

/** With one place at most: "9.6", "10". */
export function rounded(value: number): string {
  return numberFormat("rounded", { maximumFractionDigits: 1 }).format(value);
}

export function clockTime(ms: number): string {
  return dateFormat("time", { hour: "2-digit", minute: "2-digit" }).format(ms);
}

/** A moment of any day: "26 Nov, 09:30". */
export function dateAndTime(ms: number): string {
  return dateFormat("date", {
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
  }).format(ms);
}

/** A local day of the contract, "2026-12-01": "Tue 1 Dec". */
export function dayName(date: string): string {
  return dateFormat("day", { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" }).format(Date.parse(`${date}T00:00Z`));
}

/** For axes: "1 Dec". */
export function dayMonth(date: string): string {
  return dateFormat("dayMonth", { day: "numeric", month: "short", timeZone: "UTC" }).format(Date.parse(`${date}T00:00Z`));
}

/** "Tuesday 1 December 2026". */
export function dayInFull(date: string): string {
  return dateFormat("dayInFull", { weekday: "long", day: "numeric", month: "long", year: "numeric", timeZone: "UTC" }).format(
    Date.parse(`${date}T00:00Z`),
  );
}

/** "1 Dec 2026". */
export function dayOfYear(date: string): string {
  return dateFormat("dayOfYear", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" }).format(Date.parse(`${date}T00:00Z`));
}

/** 1 Monday to 7 Sunday: "Mon". */
export function weekdayName(day: number): string {
  return dateFormat("weekday", { weekday: "short", timeZone: "UTC" }).format(Date.UTC(2024, 0, day));
}

/** A minute of the day as its clock shows it: "09:30"; from 1440 on, that of the next day. */
export function minuteOfDay(minute: number): string {
  const inDay = ((minute % 1440) + 1440) % 1440;
  return `${String(Math.floor(inDay / 60)).padStart(2, "0")}:${String(inDay % 60).padStart(2, "0")}`;
}

export function clockTimeWithSeconds(ms: number): string {
  return dateFormat("seconds", { hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(ms);
}

/** A running clock: "0:07", "12:40", "3:05:09"; from two days on "2 days". Never negative. */
export function elapsed(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds >= 2 * 86400) return t("time.days", { days: Math.floor(seconds / 86400) });
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = String(seconds % 60).padStart(2, "0");
  if (hours === 0) return `${minutes}:${rest}`;
  return `${hours}:${String(minutes).padStart(2, "0")}:${rest}`;
}

/** A span in words for a sentence: "20 seconds", "4 hours", "1 hour 30 minutes". */
export function spoken(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const units: [number, "day" | "hour" | "minute" | "second"][] = [
    [86400, "day"],
    [3600, "hour"],
    [60, "minute"],
    [1, "second"],
  ];
  const parts: string[] = [];
  let rest = seconds;
  for (const [size, unit] of units) {
    const amount = Math.floor(rest / size);
    rest -= amount * size;
    if (amount === 0 || parts.length === 2) continue;
    parts.push(numberFormat(unit, { style: "unit", unit, unitDisplay: "long" }).format(amount));
  }
  return parts.length ? parts.join(" ") : spokenZero();
}

function spokenZero(): string {
  return numberFormat("second", { style: "unit", unit: "second", unitDisplay: "long" }).format(0);
}

/** "Anna, Ben and Carla". */
export function listed(words: readonly string[]): string {
  return new Intl.ListFormat(tag(), { style: "long", type: "conjunction" }).format(words);
}

/** Bytes, to two figures: "840 kB", "2.5 MB". */
export function fileSize(bytes: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
  const at = bytes < 1000 ? 0 : Math.min(3, Math.floor(Math.log10(bytes) / 3));
  const unit = units[at]!;
  return numberFormat(unit, { style: "unit", unit, unitDisplay: at === 0 ? "long" : "short", maximumSignificantDigits: 3 }).format(
    Number((bytes / 1000 ** at).toPrecision(2)),
  );
}
