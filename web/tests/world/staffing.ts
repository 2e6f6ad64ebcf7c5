// Required staff of the world: loads of its own rates, a square-root rule for the staff, and what a
// simulation would say of it.
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, type ConnectRouter } from "@connectrpc/connect";
import { Operation_Kind } from "../../src/gen/wissel/v1/operation_pb";
import {
  RequiredStaffSchema,
  StaffingMethod,
  StaffingService,
  type ComputeRequiredStaffRequest,
  type RequiredStaff,
} from "../../src/gen/wissel/v1/staffing_pb";
import { addDays, daysBetween, daysFrom } from "../../src/lib/dates";
import { stamp, type World } from "./base";
import type { Forecasts } from "./forecasts";
import type { Runs } from "./operations";

export class Staffing {
  readonly all: RequiredStaff[] = [];
  #world: World;
  #runs: Runs;
  #forecasts: Forecasts;

  constructor(world: World, runs: Runs, forecasts: Forecasts) {
    this.#world = world;
    this.#runs = runs;
    this.#forecasts = forecasts;
  }

  make(request: Pick<ComputeRequiredStaffRequest, "forecast" | "shrinkage" | "startDate" | "endDate" | "method" | "targets" | "scenario">): RequiredStaff {
    const world = this.#world;
    const forecast = this.#forecasts.named(request.forecast);
    const startDate = request.startDate || forecast.startDate;
    const endDate = request.endDate || addDays(forecast.startDate, forecast.days - 1);
    const step = forecast.intervalMinutes;
    let hours = 0;
    const series = world.queues.map((queue) => ({
      queues: [queue.name],
      points: daysFrom(startDate, endDate).flatMap((date) =>
        Array.from({ length: 1440 / step }, (_, index) => {
          const contacts = world.rate(queue, date, index * step, step);
          const load = (contacts * queue.aht) / (step * 60);
          const required = load === 0 ? 0 : Math.ceil(load + 0.9 * Math.sqrt(load));
          const paid = required / (1 - request.shrinkage);
          hours += (paid * step) / 60;
          return {
            startTime: world.at(date, index * step),
            contacts,
            handleTime: { seconds: BigInt(queue.aht) },
            load,
            required,
            paid,
            serviceLevel: required === 0 ? 1 : Math.min(0.99, 0.8 + (required - load - 0.9 * Math.sqrt(load)) * 0.05),
            occupancy: required === 0 ? 0 : load / required,
          };
        }),
      ),
    }));
    const made = create(RequiredStaffSchema, {
      name: `requiredStaff/${world.number()}`,
      createTime: stamp(world.nowMs),
      user: "users/pia",
      forecast: forecast.name,
      scenario: request.scenario || "scenarios/expected",
      method: request.method || StaffingMethod.MODIFIED_OFFERED_LOAD,
      startDate,
      days: daysBetween(startDate, endDate) + 1,
      intervalMinutes: step,
      shrinkage: request.shrinkage,
      targets: request.targets,
      series,
      agentHours: hours,
      erlangCAgentHours: hours * 1.083,
    });
    this.all.unshift(made);
    return made;
  }

  named(name: string): RequiredStaff {
    const found = this.all.find((each) => each.name === name);
    if (!found) throw new ConnectError(`${name} is not there`, Code.NotFound);
    return found;
  }

  routes(router: ConnectRouter): void {
    router.service(StaffingService, {
      computeRequiredStaff: (request) =>
        this.#runs.begin({ kind: Operation_Kind.REQUIRED_STAFF, total: 8, make: () => this.make(request).name }),
      listRequiredStaff: () => ({ requiredStaff: this.all.map((each) => ({ ...each, series: [] })) }),
      getRequiredStaff: ({ name, queues }) => {
        const all = this.named(name);
        return { ...all, series: all.series.filter((each) => queues.length === 0 || each.queues.some((queue) => queues.includes(queue))) };
      },
      deleteRequiredStaff: ({ name }) => {
        this.all.splice(this.all.indexOf(this.named(name)), 1);
        return {};
      },
      calculateErlang: (request) => {
        if (request.contactsPerHour < 0) throw new ConnectError("contacts_per_hour is below 0", Code.InvalidArgument);
        const load = (request.contactsPerHour * Number(request.handleTime?.seconds ?? 0n)) / 3600;
        const agents = request.staff.case === "agents" ? request.staff.value : Math.ceil(load + 0.9 * Math.sqrt(load));
        return { agents, load, serviceLevel: 0.817, waitProbability: 0.31, meanWait: { seconds: 14n }, abandoned: 0.02, occupancy: load / Math.max(1, agents) };
      },
    });
  }
}
