// Who is not where the published schedule has them, for the live view. Read again every half minute while
// somebody looks; what cannot be read any more is not shown.
import type { Adherence_Row } from "../gen/wissel/v1/schedule_pb";
import type { Clients } from "../lib/transport";

const kAgainMs = 30_000;

export class AdherenceStore {
  /** By agent: those whose state differs from the schedule. */
  astray = $state.raw<ReadonlyMap<string, Adherence_Row>>(new Map());
  #schedule: Pick<Clients["schedule"], "getAdherence">;

  constructor(schedule: Pick<Clients["schedule"], "getAdherence">) {
    this.#schedule = schedule;
  }

  /** Answers how to stop it. */
  watch(): () => void {
    const stop = new AbortController();
    void this.#read(stop.signal);
    const timer = setInterval(() => void this.#read(stop.signal), kAgainMs);
    return () => {
      stop.abort();
      clearInterval(timer);
    };
  }

  async #read(signal: AbortSignal): Promise<void> {
    try {
      const { rows } = await this.#schedule.getAdherence({}, { signal });
      this.astray = new Map(rows.filter(({ differsSince }) => differsSince).map((row) => [row.agent, row]));
    } catch {
      if (!signal.aborted) this.astray = new Map();
    }
  }
}
