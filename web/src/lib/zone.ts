// The center's local time, whatever zone the browser is in: instants to local days and minutes, and back.
import { dateOf, utcOf } from "./dates";

const kHourMs = 3_600_000;
const kMinuteMs = 60_000;
const kDayMs = 86_400_000;

export interface LocalTime {
  date: string;
  /** Of the local day, from 0 to 1439. */
  minute: number;
}

export class Zone {
  readonly name: string;
  #format: Intl.DateTimeFormat;
  // Offsets change at full hours (of UTC) only: each hour is asked for once.
  #offsets = new Map<number, number>();
  // A grid of people asks for the same days many thousand times.
  #dates = new Map<number, string>();

  /** IANA name; empty: that of the browser. */
  constructor(name: string) {
    this.name = name || Intl.DateTimeFormat().resolvedOptions().timeZone;
    this.#format = new Intl.DateTimeFormat("en-US", {
      timeZone: this.name,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
    });
  }

  /** What has to be added to UTC. */
  offsetMs(ms: number): number {
    const hour = Math.floor(ms / kHourMs);
    let offset = this.#offsets.get(hour);
    if (offset === undefined) {
      const parts: Record<string, number> = {};
      for (const { type, value } of this.#format.formatToParts(hour * kHourMs)) parts[type] = Number(value);
      const local = Date.UTC(parts.year!, parts.month! - 1, parts.day, parts.hour, parts.minute);
      this.#offsets.set(hour, (offset = local - hour * kHourMs));
    }
    return offset;
  }

  localOf(ms: number): LocalTime {
    const local = ms + this.offsetMs(ms);
    const day = Math.floor(local / kDayMs);
    let date = this.#dates.get(day);
    if (date === undefined) this.#dates.set(day, (date = dateOf(day * kDayMs)));
    return { date, minute: Math.floor((local - day * kDayMs) / kMinuteMs) };
  }

  /** Minutes beyond 1439 are of later days. A minute that a clock change skips is that after the gap; of
   *  one that comes twice, the first. */
  msAt(date: string, minute: number): number {
    const local = utcOf(date) + minute * kMinuteMs;
    const before = local - this.offsetMs(local - 24 * kHourMs);
    const after = local - this.offsetMs(local + 24 * kHourMs);
    if (before + this.offsetMs(before) === local) return before;
    return after + this.offsetMs(after) === local ? after : before;
  }
}
