// The planner's page as one thing: what is looked at, what is known, what runs, what was done last. The
// tabs take it as it is.
import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { Operation_Kind as Kind, type Operation } from "../gen/wissel/v1/operation_pb";
import { announcer } from "../lib/announce.svelte";
import { clock } from "../lib/clock.svelte";
import { Deeds } from "../lib/deeds.svelte";
import { Directory } from "../lib/directory.svelte";
import { dayName, minuteOfDay } from "../lib/format";
import { t } from "../lib/i18n.svelte";
import { idOf, msOf } from "../lib/time";
import type { Clients } from "../lib/transport";
import { addDays, mondayOf } from "../lib/dates";
import { ForecastStore, kUsualHistoryDays, lastDayOf, type Period } from "./forecast_store.svelte";
import { HistoryStore } from "./history/history_store.svelte";
import { Operations } from "./operations.svelte";
import { ScheduleStore } from "./schedule/schedule_store.svelte";
import { SimulationStore } from "./staff/simulation_store.svelte";
import { StaffStore } from "./staff/staff_store.svelte";
import { PlannerView } from "./planner_view.svelte";
import { Zone } from "../lib/zone";

type Needs = Pick<Clients, "config" | "day" | "forecast" | "history" | "operation" | "schedule" | "staffing">;

export class Planner {
  readonly clients: Needs;
  readonly directory: Directory;
  readonly view = new PlannerView();
  readonly deeds = new Deeds((about) => (about.includes("/") ? this.nameOf(about) : about));
  readonly operations: Operations;
  readonly forecasts: ForecastStore;
  readonly history: HistoryStore;
  readonly staff: StaffStore;
  readonly simulations: SimulationStore;
  readonly schedules: ScheduleStore;
  loaded = $state(false);

  zone = $derived.by(() => new Zone(this.directory.timeZone));
  forecast = $derived.by(() => this.forecasts.numbered(this.view.now.forecast));
  /** The days that are looked at: asked for, else those of the forecast with what came before. */
  period: Period = $derived.by(() => this.#period());
  /** The queue that is looked at closely; empty while there is none. */
  queue = $derived.by(() => this.#queue());

  constructor(clients: Needs) {
    this.clients = clients;
    this.directory = new Directory(clients.config);
    this.operations = new Operations(clients.operation, (operation) => void this.#done(operation));
    this.forecasts = new ForecastStore(clients.forecast, this.deeds);
    this.history = new HistoryStore(clients.history, this.deeds);
    this.staff = new StaffStore(clients.staffing);
    this.simulations = new SimulationStore(clients.staffing);
    this.schedules = new ScheduleStore(clients.schedule, this.deeds, () => this.zone);
  }

  /** The center's local day. */
  get today(): string {
    return this.zone.localOf(clock.read()).date;
  }

  /** A moment on the center's clocks: "Tue 1 Dec 09:30". */
  momentOf(time: Timestamp | undefined): string {
    if (!time) return "–";
    const { date, minute } = this.zone.localOf(msOf(time));
    return `${dayName(date)} ${minuteOfDay(minute)}`;
  }

  nameOf = (resource: string): string => this.directory.nameOf(resource);

  async load(): Promise<void> {
    try {
      await Promise.all([
        this.directory.loadCenter(),
        this.directory.loadQueues(),
        this.directory.loadAgents(),
        this.directory.loadTeams(),
        this.forecasts.load(),
        this.history.load(),
        this.staff.load(),
        this.simulations.load(),
        this.schedules.load(),
        this.operations.resume(),
      ]);
    } catch (reason) {
      announcer.failed(reason);
    }
    this.loaded = true;
  }

  #period(): Period {
    const { from, to } = this.view.now;
    const { forecast } = this;
    const { today } = this;
    const first = forecast ? addDays(forecast.startDate, -kUsualHistoryDays) : addDays(mondayOf(today), -kUsualHistoryDays);
    const last = forecast ? lastDayOf(forecast) : addDays(mondayOf(today), kUsualHistoryDays - 1);
    const begin = from || (to && to < first ? to : first);
    const end = to || (last < begin ? begin : last);
    return { from: begin, to: end };
  }

  #queue(): string {
    const known = new Set(this.directory.queues.map(({ name }) => name));
    return this.view.queues.find((name) => known.has(name)) ?? this.#biggest() ?? "";
  }

  // Until one is chosen, the one with most contacts is looked at.
  #biggest(): string | undefined {
    const rows = [...(this.forecast?.queues ?? [])].sort((one, other) => other.contacts - one.contacts);
    return rows[0]?.queue ?? this.directory.queues[0]?.name;
  }

  async #done({ kind, result }: Operation): Promise<void> {
    const number = idOf(result);
    switch (kind) {
      case Kind.FORECAST:
        await this.forecasts.load();
        this.view.set({ forecast: "", from: "", to: "" });
        announcer.note(t("planner.forecastDone", { number }));
        break;
      case Kind.REQUIRED_STAFF:
        await this.staff.load();
        this.view.set({ staff: "" });
        announcer.note(t("planner.staffDone", { number }));
        break;
      case Kind.SIMULATION:
        await this.simulations.load();
        // What was looked at stays beside it.
        this.view.set({ simulation: number, beside: this.view.now.simulation });
        announcer.note(t("planner.simulationDone", { number }));
        break;
      case Kind.SCHEDULE:
        await this.schedules.load();
        this.view.set({ schedule: number });
        announcer.note(t("planner.scheduleDone", { number }));
    }
    this.operations.dismiss(kind);
  }
}
