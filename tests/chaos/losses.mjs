// How long nobody served: from the loss of the one that did to the first acknowledged call at another.

// What was under way when the loss came may still be answered by the one that is lost.
const underWay = 250;

export class Losses {
  /** Those that are over: { kind, alone, ms, by: "another" or "itself" }. */
  over = [];
  #open = [];

  /** `life` serves no longer from now on, by a fault of that kind; `alone`: there is no other fault beside it. */
  lost(life, kind, alone, at = Date.now()) {
    this.#open.push({ life, kind, alone, at });
  }

  answered({ life, asked, answered }) {
    this.#open = this.#open.filter((loss) => {
      const another = life !== loss.life;
      if (answered < loss.at || (!another && asked < loss.at + underWay)) return true;
      const { kind, alone, at } = loss;
      this.over.push({ kind, alone, ms: answered - at, by: another ? "another" : "itself" });
      return false;
    });
  }

  /** Nobody has answered yet. */
  get open() {
    return this.#open.length;
  }
}

export function summary(times) {
  if (times.length === 0) return "none";
  const sorted = [...times].sort((a, b) => a - b);
  const seconds = (ms) => (ms / 1000).toFixed(1);
  const at = (share) => seconds(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]);
  return `${sorted.length} times, median ${at(0.5)} s, nine of ten within ${at(0.9)} s, worst ${at(1)} s`;
}
