// The forecasts that are kept, one queue of one of them at a time, and what planners know beforehand
// (events) or better (overrides). What changes an event or an override changes every series: `version`
// rises, and whoever shows one reads it again.
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Client } from "@connectrpc/connect";
import {
  GetForecastSeriesRequest_Grain as GrainOf,
  OverrideSchema,
  PlanningEventSchema,
  type Forecast,
  type ForecastSeries,
  type ForecastService,
  type Override,
  type PlanningEvent,
} from "../gen/wissel/v1/forecast_pb";
import { wish, type Deeds } from "../lib/deeds.svelte";
import { problemOf, type Problem } from "../lib/errors";
import { t } from "../lib/i18n.svelte";
import { Aliases } from "./aliases";
import { addDays, daysBetween } from "../lib/dates";
import type { Grain, Scenario } from "./view";

const kPage = 200;

export interface Period {
  from: string;
  to: string;
}

/** The last day of a forecast. */
export function lastDayOf(forecast: { startDate: string; days: number }): string {
  return addDays(forecast.startDate, forecast.days - 1);
}

/** How much history stands before a forecast until somebody asks for other days. */
export const kUsualHistoryDays = 28;

export class ForecastStore {
  /** Newest first; undefined until they are read. */
  all = $state.raw<Forecast[]>();
  events = $state.raw<PlanningEvent[]>([]);
  overrides = $state.raw<Override[]>([]);
  problem = $state.raw<Problem>();
  version = $state(0);
  #client: Client<typeof ForecastService>;
  #deeds: Deeds;
  // An event that was deleted and brought back has another name.
  #names = new Aliases();

  constructor(client: Client<typeof ForecastService>, deeds: Deeds) {
    this.#client = client;
    this.#deeds = deeds;
  }

  async load(): Promise<void> {
    try {
      const [{ forecasts }] = await Promise.all([this.#client.listForecasts({ pageSize: kPage }), this.#known()]);
      this.all = forecasts;
      this.problem = undefined;
    } catch (reason) {
      this.problem = problemOf(reason);
    }
  }

  async #known(): Promise<void> {
    const [events, overrides] = await Promise.all([
      this.#client.listPlanningEvents({}),
      this.#client.listOverrides({}),
    ]);
    this.events = events.planningEvents;
    this.overrides = overrides.overrides;
  }

  /** By its number; empty or gone: the newest. */
  numbered(number: string): Forecast | undefined {
    return this.all?.find(({ name }) => name === `forecasts/${number}`) ?? this.all?.[0];
  }

  series(forecast: Forecast, queue: string, grain: Grain, scenario: Scenario, period: Period, signal: AbortSignal): Promise<ForecastSeries> {
    const before = daysBetween(period.from, forecast.startDate);
    return this.#client.getForecastSeries(
      {
        forecast: forecast.name,
        queue,
        grain: grain === "day" ? GrainOf.DAY : GrainOf.INTERVAL,
        scenario: `scenarios/${scenario}`,
        historyDays: Math.min(400, Math.max(0, before)),
        startDate: before < 0 ? period.from : "",
        endDate: period.to,
      },
      { signal },
    );
  }

  async remove(forecast: Forecast): Promise<Problem | undefined> {
    try {
      await this.#client.deleteForecast({ name: forecast.name });
      this.all = this.all?.filter(({ name }) => name !== forecast.name);
      return undefined;
    } catch (reason) {
      return problemOf(reason);
    }
  }

  // --- Events

  /** Creates it, or replaces the one that was seen. */
  async saveEvent(event: MessageInitShape<typeof PlanningEventSchema>, before?: PlanningEvent): Promise<Problem | undefined> {
    const name = event.displayName ?? "";
    return this.#doing(async () => {
      if (!before) {
        const made = await this.#create(event);
        this.#deeds.did({
          text: t("planner.eventAdded", { name }),
          restores: t("planner.restoresWithout"),
          undo: [{ about: name, step: () => this.#drop(made) }],
        });
        return;
      }
      const after = await this.#update({ ...event, name: this.#names.now(before.name), etag: before.etag });
      this.#deeds.did({
        text: t("planner.eventChanged", { name }),
        restores: t("act.restores", { before: before.displayName }),
        undo: [{ about: name, step: () => this.#update({ ...before, name: this.#names.now(before.name), etag: after.etag }) }],
      });
    });
  }

  async deleteEvent(event: PlanningEvent): Promise<Problem | undefined> {
    return this.#doing(async () => {
      await this.#drop(event);
      this.#deeds.did({
        text: t("planner.eventDeleted", { name: event.displayName }),
        restores: t("act.restores", { before: event.displayName }),
        undo: [
          {
            about: event.displayName,
            step: async () => {
              const again = await this.#create({ ...event, name: "", etag: "" });
              this.#names.became(event.name, again.name);
            },
          },
        ],
      });
    });
  }

  async #create(planningEvent: MessageInitShape<typeof PlanningEventSchema>): Promise<PlanningEvent> {
    const made = await wish((requestId) => this.#client.createPlanningEvent({ planningEvent, requestId }));
    await this.#changed();
    return made;
  }
  async #update(planningEvent: MessageInitShape<typeof PlanningEventSchema>): Promise<PlanningEvent> {
    const made = await wish((requestId) => this.#client.updatePlanningEvent({ planningEvent, requestId }));
    await this.#changed();
    return made;
  }
  async #drop(event: PlanningEvent): Promise<void> {
    const name = this.#names.now(event.name);
    // One that was brought back is another version under another name.
    const etag = name === event.name ? event.etag : "";
    await wish((requestId) => this.#client.deletePlanningEvent({ name, etag, requestId }));
    await this.#changed();
  }

  // --- Overrides

  async createOverride(override: MessageInitShape<typeof OverrideSchema>, said: string): Promise<Problem | undefined> {
    return this.#doing(async () => {
      const { name } = await this.#put(override);
      this.#deeds.did({
        text: t("planner.overrideAdded", { what: said }),
        restores: t("planner.restoresModel"),
        undo: [{ about: said, step: () => this.#take(name) }],
      });
    });
  }

  async deleteOverride(override: Override, said: string): Promise<Problem | undefined> {
    return this.#doing(async () => {
      await this.#take(override.name);
      this.#deeds.did({
        text: t("planner.overrideDeleted", { what: said }),
        restores: t("act.restores", { before: said }),
        undo: [
          {
            about: said,
            step: async () => {
              const again = await this.#put({ ...override, name: "" });
              this.#names.became(override.name, again.name);
            },
          },
        ],
      });
    });
  }

  async #put(override: MessageInitShape<typeof OverrideSchema>): Promise<Override> {
    const made = await wish((requestId) => this.#client.createOverride({ override, requestId }));
    await this.#changed();
    return made;
  }
  async #take(name: string): Promise<void> {
    await wish((requestId) => this.#client.deleteOverride({ name: this.#names.now(name), requestId }));
    await this.#changed();
  }

  // --- Parts

  async #changed(): Promise<void> {
    await this.#known();
    this.version += 1;
  }

  async #doing(work: () => Promise<void>): Promise<Problem | undefined> {
    try {
      await this.#deeds.working(work);
      return undefined;
    } catch (reason) {
      return problemOf(reason);
    }
  }
}
