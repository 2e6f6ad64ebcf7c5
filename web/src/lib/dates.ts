// Local days as the contract writes them, "2026-12-01", and their arithmetic. No zone is in play.
const kDayMs = 86_400_000;

/** The instant at which the day would begin in UTC: for arithmetic and formats only. */
export function utcOf(date: string): number {
  return Date.parse(`${date}T00:00:00Z`);
}

export function dateOf(utcMs: number): string {
  return new Date(utcMs).toISOString().slice(0, 10);
}

export function isDate(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(utcOf(text)) && dateOf(utcOf(text)) === text;
}

export function addDays(date: string, days: number): string {
  return dateOf(utcOf(date) + days * kDayMs);
}

/** From the first to the second; negative when the second is earlier. */
export function daysBetween(from: string, to: string): number {
  return Math.round((utcOf(to) - utcOf(from)) / kDayMs);
}

/** 1 Monday to 7 Sunday. */
export function weekdayOf(date: string): number {
  return ((new Date(utcOf(date)).getUTCDay() + 6) % 7) + 1;
}

export function mondayOf(date: string): string {
  return addDays(date, 1 - weekdayOf(date));
}

/** All days from the first to the last, both included. */
export function daysFrom(from: string, to: string): string[] {
  const many = Math.max(0, daysBetween(from, to) + 1);
  return Array.from({ length: many }, (_, day) => addDays(from, day));
}
