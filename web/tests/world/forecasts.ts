// Forecasts of the world: its own rates, with bands that widen by the lead, events and overrides.
import { clone, create, type MessageInitShape } from "@bufbuild/protobuf";
import { Code, ConnectError, type ConnectRouter } from "@connectrpc/connect";
import {
  ForecastPointSchema,
  ForecastSchema,
  ForecastSeriesSchema,
  ForecastService,
  GetForecastSeriesRequest_Grain as Grain,
  OverrideSchema,
  PlanningEvent_Shape as Shape,
  PlanningEventSchema,
  type Forecast,
  type ForecastSeries,
  type GetForecastSeriesRequest,
  type Override,
  type PlanningEvent,
} from "../../src/gen/wissel/v1/forecast_pb";
import { Operation_Kind } from "../../src/gen/wissel/v1/operation_pb";
import { addDays, daysBetween, daysFrom } from "../../src/lib/dates";
import { stamp, type World, type WorldQueue } from "./base";
import type { Runs } from "./operations";

const kZ = [-1.645, -1.282, -0.674, 0, 0.674, 1.282, 1.645];
const kScenario: Record<string, number> = { low: 0.88, expected: 1, high: 1.14, surge: 2.4 };

export class Forecasts {
  readonly all: Forecast[] = [];
  events: PlanningEvent[] = [];
  overrides: Override[] = [];
  readonly requests: GetForecastSeriesRequest[] = [];
  #world: World;
  #runs: Runs;

  constructor(world: World, runs: Runs) {
    this.#world = world;
    this.#runs = runs;
  }

  make(startDate: string, days: number, intervalMinutes = 30, madeDaysAgo = 0): Forecast {
    const world = this.#world;
    const forecast = create(ForecastSchema, {
      name: `forecasts/${world.number()}`,
      createTime: stamp(world.nowMs - madeDaysAgo * 86_400_000),
      user: "users/pia",
      note: madeDaysAgo > 0 ? "" : "Month plan",
      startDate,
      days,
      intervalMinutes,
      queues: world.queues.map((queue, index) => {
        const small = queue.size < 150;
        const noise = 0.8 / Math.sqrt(queue.size / 24);
        return {
          queue: queue.name,
          method: ["ridge", "svd", "ridge", "avg4w"][index % 4],
          historyDays: 412,
          contacts: daysFrom(startDate, addDays(startDate, days - 1)).reduce((sum, date) => sum + this.#day(queue, date, 1), 0),
          handleTime: { seconds: BigInt(queue.aht) },
          wape: noise + 0.021 + index * 0.002,
          naiveWape: noise + 0.058 + index * 0.003,
          noiseFloor: noise,
          coverage80: 0.79 + 0.01 * (index % 3),
          caveats: small ? ["Few contacts: the band says more than the line."] : [],
        };
      }),
    });
    this.all.unshift(forecast);
    return forecast;
  }

  named(name: string): Forecast {
    const found = name === "forecasts/newest" ? this.all[0] : this.all.find((each) => each.name === name);
    if (!found) throw new ConnectError(`${name} is not there`, Code.NotFound);
    return found;
  }

  #day(queue: WorldQueue, date: string, factor: number): number {
    let sum = 0;
    for (let minute = 480; minute < 1200; minute += 30) sum += this.#world.rate(queue, date, minute, 30);
    return sum * factor;
  }

  // What events and overrides make of the model's number.
  #changed(queue: WorldQueue, date: string, minute: number, length: number, model: number, scenario: string): { value: number; by: string[] } {
    let value = model;
    const by: string[] = [];
    for (const event of this.events) {
      const last = event.endDate || event.startDate;
      if (date < event.startDate || date > last) continue;
      if (event.queues.length > 0 && !event.queues.includes(queue.name)) continue;
      if (event.scenario !== "" && event.scenario !== `scenarios/${scenario}`) continue;
      by.push(event.name);
      const days = daysBetween(event.startDate, last) + 1;
      const at = daysBetween(event.startDate, date);
      const weight = event.shape === Shape.DECAYING ? 2 ** -at / (2 - 2 ** (1 - days)) : 1 / days;
      if (event.size.case === "contacts") value += (event.size.value * weight * model) / Math.max(1, this.#day(queue, date, 1));
      else if (event.size.case === "factor") value *= event.size.value;
    }
    for (const override of this.overrides) {
      const to = override.toMinute || 1440;
      if (override.queue !== queue.name || date < override.startDate || date > override.endDate) continue;
      if (minute + length <= override.fromMinute || minute >= to) continue;
      by.push(override.name);
      if (override.change.case === "factor") value *= override.change.value;
      else if (override.change.case === "contacts") {
        const whole = daysFrom(override.startDate, override.endDate).reduce((sum, each) => {
          for (let from = 0; from < 1440; from += 30) if (from + 30 > override.fromMinute && from < to) sum += this.#world.rate(queue, each, from, 30);
          return sum;
        }, 0);
        value = whole > 0 ? (override.change.value * model) / whole : value;
      }
    }
    return { value, by };
  }

  series(request: GetForecastSeriesRequest): ForecastSeries {
    this.requests.push(request);
    const world = this.#world;
    const forecast = this.named(request.forecast);
    const queue = world.queue(request.queue);
    const scenario = request.scenario.replace("scenarios/", "") || "expected";
    const last = addDays(forecast.startDate, forecast.days - 1);
    const from = request.startDate || addDays(forecast.startDate, -request.historyDays);
    const to = request.endDate || last;
    const length = forecast.intervalMinutes;
    const points: MessageInitShape<typeof ForecastPointSchema>[] = [];
    for (const date of daysFrom(from, to)) {
      const step = request.grain === Grain.DAY ? 1440 : length;
      for (let minute = 0; minute < 1440; minute += step) {
        let model = 0;
        let value = 0;
        let actual = 0;
        const by = new Set<string>();
        for (let part = minute; part < minute + step; part += length) {
          const one = world.rate(queue, date, part, length) * kScenario[scenario]!;
          const changed = this.#changed(queue, date, part, length, one, scenario);
          model += one;
          value += changed.value;
          changed.by.forEach((name) => by.add(name));
          actual += world.actual(queue, date, part, length);
        }
        const at = world.zone.msAt(date, minute);
        const ahead = date >= forecast.startDate && date <= last;
        const spread = Math.sqrt(value * 1.3 + (value * (0.05 + 0.0025 * Math.max(0, daysBetween(forecast.startDate, date)))) ** 2);
        points.push({
          startTime: stamp(at),
          expected: ahead ? value : undefined,
          quantiles: ahead ? kZ.map((z) => Math.max(0, value + z * spread)) : [],
          model: ahead && by.size > 0 ? model : undefined,
          actual: at + step * 60_000 <= world.nowMs ? BigInt(actual) : undefined,
          handleTime: { seconds: BigInt(queue.aht) },
          changedBy: [...by],
        });
      }
    }
    return create(ForecastSeriesSchema, { queue: request.queue, points });
  }

  routes(router: ConnectRouter): void {
    const world = this.#world;
    router.service(ForecastService, {
      makeForecast: (request) =>
        this.#runs.begin({
          kind: Operation_Kind.FORECAST,
          total: world.queues.length,
          make: () => this.make(request.startDate || world.tomorrow(), request.days || 28, request.intervalMinutes || 30).name,
        }),
      listForecasts: () => ({ forecasts: this.all }),
      getForecast: ({ name }) => this.named(name),
      getForecastSeries: (request) => this.series(request),
      deleteForecast: ({ name }) => {
        this.all.splice(this.all.indexOf(this.named(name)), 1);
        return {};
      },
      createPlanningEvent: ({ planningEvent }) => {
        const event = create(PlanningEventSchema, { ...planningEvent!, name: `planningEvents/${world.number()}`, etag: "1" });
        this.events = [...this.events, event];
        return event;
      },
      updatePlanningEvent: ({ planningEvent }) => {
        const before = this.events.find(({ name }) => name === planningEvent!.name);
        if (!before) throw new ConnectError("no such event", Code.NotFound);
        if (planningEvent!.etag !== "" && planningEvent!.etag !== before.etag) throw new ConnectError("somebody was faster", Code.Aborted);
        const event = clone(PlanningEventSchema, planningEvent!);
        event.etag = String(Number(before.etag) + 1);
        this.events = this.events.map((each) => (each === before ? event : each));
        return event;
      },
      listPlanningEvents: () => ({ planningEvents: [...this.events].sort((a, b) => a.startDate.localeCompare(b.startDate)) }),
      deletePlanningEvent: ({ name }) => {
        this.events = this.events.filter((each) => each.name !== name);
        return {};
      },
      createOverride: ({ override }) => {
        const made = create(OverrideSchema, { ...override!, name: `overrides/${world.number()}`, user: "users/pia", createTime: stamp(world.nowMs) });
        const clash = this.overrides.some((each) => each.queue === made.queue && each.startDate <= made.endDate && made.startDate <= each.endDate);
        if (clash) throw new ConnectError("another override covers some of it", Code.FailedPrecondition);
        this.overrides = [...this.overrides, made];
        return made;
      },
      listOverrides: ({ queue }) => ({ overrides: this.overrides.filter((each) => queue === "" || each.queue === queue) }),
      deleteOverride: ({ name }) => {
        this.overrides = this.overrides.filter((each) => each.name !== name);
        return {};
      },
      getForecastAccuracy: ({ queue }) => ({
        rows: world.queues
          .filter(({ name }) => queue === "" || name === queue)
          .flatMap(({ name, size }, index) =>
            [
              [1, 1],
              [2, 7],
              [8, 14],
              [15, 28],
            ].map(([fromLeadDays, toLeadDays], lead) => {
              const noise = 0.8 / Math.sqrt(size / 24);
              return {
                queue: name,
                fromLeadDays,
                toLeadDays,
                method: ["ridge", "svd", "ridge", "avg4w"][index % 4],
                intervals: 1560n,
                wape: noise + 0.02 + 0.006 * lead + 0.002 * index,
                bias: 0.01 * (index - 3) + 0.004 * lead,
                coverage80: 0.81 - 0.025 * lead * (index % 2),
                noiseFloor: noise,
                modelWape: index === 0 ? noise + 0.034 + 0.006 * lead : index === 3 ? noise + 0.015 + 0.006 * lead : undefined,
              };
            }),
          ),
      }),
      getIntradayForecast: ({ queue: name }) => {
        const queue = world.queue(name);
        const factor = 1.17;
        const points = [];
        for (let minute = 0; minute < 1440; minute += 30) {
          const model = world.rate(queue, world.today, minute, 30);
          const at = world.zone.msAt(world.today, minute);
          const over = at + 1_800_000 <= world.nowMs;
          const value = model * factor;
          const spread = Math.sqrt(value * 1.3) + value * 0.03;
          points.push({
            startTime: stamp(at),
            model,
            expected: over ? undefined : value,
            quantiles: over ? [] : kZ.map((z) => Math.max(0, value + z * spread)),
            actual: over ? BigInt(Math.round(world.actual(queue, world.today, minute, 30) * 1.15)) : undefined,
            handleTime: { seconds: BigInt(queue.aht) },
          });
        }
        return { queue: name, forecast: this.all[0]?.name ?? "", updateTime: stamp(world.nowMs), points, factor, surprise: 2.6 };
      },
    });
  }
}
