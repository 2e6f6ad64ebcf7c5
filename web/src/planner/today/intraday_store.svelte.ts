// The day itself: what came so far and what the rest of the day will bring, who is required and who is
// scheduled, and who keeps to it. Read again every minute while somebody looks.
import type { IntradayForecast } from "../../gen/wissel/v1/forecast_pb";
import type { Adherence, CoverSeries } from "../../gen/wissel/v1/schedule_pb";
import { Code } from "@connectrpc/connect";
import { codeOf, problemOf, type Problem } from "../../lib/errors";
import type { Clients } from "../../lib/transport";

const kAgainMs = 60_000;

export class IntradayStore {
  forecast = $state.raw<IntradayForecast>();
  adherence = $state.raw<Adherence>();
  /** Of the published schedule; undefined: there is none. */
  cover = $state.raw<CoverSeries[]>();
  problem = $state.raw<Problem>();
  loaded = $state(false);
  #clients: Pick<Clients, "forecast" | "schedule">;

  constructor(clients: Pick<Clients, "forecast" | "schedule">) {
    this.#clients = clients;
  }

  /** Answers how to stop it. */
  watch(queue: string): () => void {
    const stop = new AbortController();
    if (this.forecast?.queue !== queue) this.forecast = undefined;
    void this.#read(queue, stop.signal);
    const timer = setInterval(() => void this.#read(queue, stop.signal), kAgainMs);
    return () => {
      stop.abort();
      clearInterval(timer);
    };
  }

  async #read(queue: string, signal: AbortSignal): Promise<void> {
    try {
      const [forecast, adherence, published] = await Promise.all([
        queue === "" ? undefined : this.#clients.forecast.getIntradayForecast({ queue }, { signal }),
        this.#clients.schedule.getAdherence({}, { signal }),
        this.#published(signal),
      ]);
      if (signal.aborted) return;
      this.forecast = forecast;
      this.adherence = adherence;
      this.cover = published;
      this.problem = undefined;
    } catch (reason) {
      if (!signal.aborted) this.problem = problemOf(reason);
    }
    this.loaded = true;
  }

  async #published(signal: AbortSignal): Promise<CoverSeries[] | undefined> {
    try {
      return (await this.#clients.schedule.getSchedule({ name: "schedules/published" }, { signal })).cover;
    } catch (reason) {
      if (codeOf(reason) === Code.NotFound) return undefined;
      throw reason;
    }
  }
}
