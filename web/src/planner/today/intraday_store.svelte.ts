// The day itself: what came so far and what the rest of the day will bring, who is required and who is
// scheduled, and who keeps to it. Read again every minute while somebody looks.
import type { IntradayForecast } from "../../gen/wissel/v1/forecast_pb";
import type { DayOutlook } from "../../gen/wissel/v1/day_pb";
import type { Adherence } from "../../gen/wissel/v1/schedule_pb";
import { problemOf, type Problem } from "../../lib/errors";
import type { Clients } from "../../lib/transport";

const kAgainMs = 60_000;

export class IntradayStore {
  forecast = $state.raw<IntradayForecast>();
  adherence = $state.raw<Adherence>();
  /** Required people beside those of the published schedule, of the queue's group. */
  outlook = $state.raw<DayOutlook>();
  problem = $state.raw<Problem>();
  loaded = $state(false);
  /** Reads again at once: something was changed. */
  again: () => void = () => undefined;
  #clients: Pick<Clients, "day" | "forecast" | "schedule">;

  constructor(clients: Pick<Clients, "day" | "forecast" | "schedule">) {
    this.#clients = clients;
  }

  /** Answers how to stop it. */
  watch(queue: string): () => void {
    const stop = new AbortController();
    if (this.forecast?.queue !== queue) {
      this.forecast = undefined;
      this.outlook = undefined;
    }
    this.again = () => void this.#read(queue, stop.signal);
    this.again();
    const timer = setInterval(() => void this.#read(queue, stop.signal), kAgainMs);
    return () => {
      stop.abort();
      clearInterval(timer);
    };
  }

  async #read(queue: string, signal: AbortSignal): Promise<void> {
    try {
      const [forecast, adherence, outlook] = await Promise.all([
        queue === "" ? undefined : this.#clients.forecast.getIntradayForecast({ queue }, { signal }),
        this.#clients.schedule.getAdherence({}, { signal }),
        queue === "" ? undefined : this.#clients.day.getDayOutlook({ queue }, { signal }),
      ]);
      if (signal.aborted) return;
      this.forecast = forecast;
      this.adherence = adherence;
      this.outlook = outlook;
      this.problem = undefined;
    } catch (reason) {
      if (!signal.aborted) this.problem = problemOf(reason);
    }
    this.loaded = true;
  }
}
