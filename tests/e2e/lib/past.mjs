// Made-up counts of the past, as a center would export them: half-hours from 8 to 18, most at ten, more on Mondays,
// less at weekends, with luck that is the same in each run; handled in four minutes.
export const kDayMs = 86_400_000;
export const dayText = (ms) => new Date(ms).toISOString().slice(0, 10);
export const plusDays = (date, days) => dayText(Date.parse(date) + days * kDayMs);

// Between -1 and 1, and the same for the same key: a few rounds of mixing bits.
function luck(key) {
  let bits = key | 0;
  for (let round = 0; round < 3; round += 1) bits = Math.imul(bits ^ (bits >>> 15), 0x2c1b3c6d + round) ^ (bits << 7);
  return (bits >>> 0) / 2 ** 31 - 1;
}

// 0 is Sunday.
const weekdayOf = (date) => new Date(date).getUTCDay();
/** The first Monday after that day. */
export const mondayAfter = (date) => plusDays(date, (8 - weekdayOf(date)) % 7 || 7);

/** A CSV file of `days` days from `first` on. `levels` are a queue's usual contacts of a busy half-hour, `weekend` a
 *  weekend's share of that (0: closed); of the last day only what is before `until` o'clock; `times` as many. */
export function pastCounts({ first, days, levels = { "phone-nl": 12 }, weekend = 0, until = 24, times = 1 }) {
  const lines = ["start;queue;arrivals;aht"];
  for (let day = 0; day < days; day += 1) {
    const date = plusDays(first, day);
    const share = weekdayOf(date) % 6 === 0 ? weekend : weekdayOf(date) === 1 ? 1.3 : 1;
    if (share === 0) continue;
    const number = Date.parse(date) / kDayMs;
    for (let half = 16; half < 36 && (day < days - 1 || half < until * 2); half += 1) {
      const time = `${String(Math.floor(half / 2)).padStart(2, "0")}:${half % 2 ? "30" : "00"}`;
      for (const [queue, level] of Object.entries(levels)) {
        const rate = share * (1 + 0.2 * luck(number)) * (level - Math.abs(half - 20) * (level / 24));
        const count = rate + 1.7 * Math.sqrt(rate) * luck(number * 97 + half * 13 + level);
        lines.push(`${date} ${time};${queue};${Math.max(0, Math.round(count * times))};240`);
      }
    }
  }
  return `${lines.join("\n")}\n`;
}
