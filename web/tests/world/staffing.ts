// Required staff of the world: loads of its own rates, a square-root rule for the staff, and what a
// simulation would say of it.
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, type ConnectRouter } from "@connectrpc/connect";
import { Operation_Kind } from "../../src/gen/wissel/v1/operation_pb";
import {
  RequiredStaffSchema,
  SimulationSchema,
  StaffingMethod,
  StaffingService,
  type ComputeRequiredStaffRequest,
  type RequiredStaff,
  type SimulateDayRequest,
  type Simulation,
} from "../../src/gen/wissel/v1/staffing_pb";
import { addDays, daysBetween, daysFrom } from "../../src/lib/dates";
import { stamp, type World } from "./base";
import type { Forecasts } from "./forecasts";
import type { Runs } from "./operations";

export class Staffing {
  readonly all: RequiredStaff[] = [];
  readonly simulations: Simulation[] = [];
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

  /** Everybody in three groups. */
  get groups() {
    const { agents, queues } = this.#world;
    const names = agents.map(({ name }) => name);
    const third = Math.ceil(names.length / 3);
    return [0, 1, 2].map((part) => names.slice(part * third, (part + 1) * third)).map((of, index) => ({
      like: of[0]!,
      agents: of,
      skills: queues.slice(index, index + 2).map(({ name }) => ({ skill: name.replace("queues/", "skills/"), level: 5 })),
      routingProfile: "routingProfiles/voice",
      queues: queues.slice(index, index + 2).map(({ name }) => name),
    }));
  }

  simulate(request: Pick<SimulateDayRequest, "date" | "staff" | "scenario" | "changes" | "volume" | "forecast">): Simulation {
    const world = this.#world;
    const step = 30;
    const places = Array.from({ length: 1440 / step }, (_, index) => index * step);
    // Each absence or person more moves it a little.
    const more = request.changes.reduce((sum, { change }) => sum + (change.case === "people" ? 0.004 * change.value : change.case === "absentShare" ? -0.6 * change.value : 0), 0);
    const rows = ["", ...world.queues.map(({ name }) => name)].map((queue, index) => ({
      queue,
      contacts: { value: queue ? world.queue(queue).size : 6476, halfWidth: 14 },
      serviceLevel: { value: Math.min(0.99, 0.83 - 0.014 * index + more), halfWidth: 0.005 },
      target: queue ? 0.8 : undefined,
      within: { seconds: 20n },
      meanWait: { value: Math.max(1, 11 + 3 * index - 40 * more), halfWidth: 0.8 },
      meanAnswer: { value: 11 + 3 * index, halfWidth: 0.8 },
      abandoned: { value: Math.max(0, 0.018 + 0.002 * index - 0.1 * more), halfWidth: 0.001 },
      refused: { value: 0, halfWidth: 0 },
      leftOver: { value: queue === "queues/mail" ? 0.021 : 0, halfWidth: 0.002 },
      points: places.map((minute) => {
        const contacts = world.queues.reduce((sum, each) => sum + (!queue || each.name === queue ? world.rate(each, request.date, minute, step) : 0), 0);
        const level = Math.min(0.99, 0.86 - 0.014 * index + more - 0.09 * Math.sin(minute / 90));
        return { startTime: world.at(request.date, minute), contacts, ...(contacts > 0 ? { serviceLevel: { value: level, halfWidth: 0.03 }, meanWait: { value: 12, halfWidth: 2 } } : {}), abandoned: 0.02 };
      }),
      assumed: queue ? { handleTime: { seconds: BigInt(world.queue(queue).aht) }, handleSpread: 0.9, handleSpreadKnown: index % 2 === 0, wrapUp: {}, patience: { seconds: 180n }, volumeSpread: 0.06 } : undefined,
    }));
    const made = create(SimulationSchema, {
      name: `simulations/${world.number()}`,
      createTime: stamp(world.nowMs),
      user: "users/pia",
      request: { ...request, seed: 1n },
      replications: 64,
      contacts: 412_880n,
      intervalMinutes: step,
      agentHours: 612.5,
      acceptAfter: { seconds: 2n },
      rows,
      groups: this.groups.map((group, index) => ({
        group,
        occupancy: { value: 0.814 - 0.05 * index, halfWidth: 0.003 },
        hours: 204,
        atWork: places.map((minute) => (minute >= 480 && minute < 1140 ? 20 + 6 * index : 0)),
      })),
    });
    this.simulations.unshift(made);
    return made;
  }

  #simulated(name: string): Simulation {
    const found = this.simulations.find((each) => each.name === name);
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
      simulateDay: (request) => this.#runs.begin({ kind: Operation_Kind.SIMULATION, total: 64, make: () => this.simulate(request).name }),
      listSimulations: () => ({ simulations: this.simulations.map((each) => ({ ...each, rows: each.rows.map((row) => ({ ...row, points: [] })) })) }),
      getSimulation: ({ name }) => this.#simulated(name),
      deleteSimulation: ({ name }) => {
        this.simulations.splice(this.simulations.indexOf(this.#simulated(name)), 1);
        return {};
      },
      listAgentGroups: () => ({ groups: this.groups }),
      calculateErlang: (request) => {
        if (request.contactsPerHour < 0) throw new ConnectError("contacts_per_hour is below 0", Code.InvalidArgument);
        const load = (request.contactsPerHour * Number(request.handleTime?.seconds ?? 0n)) / 3600;
        const agents = request.staff.case === "agents" ? request.staff.value : Math.ceil(load + 0.9 * Math.sqrt(load));
        return { agents, load, serviceLevel: 0.817, waitProbability: 0.31, meanWait: { seconds: 14n }, abandoned: 0.02, occupancy: load / Math.max(1, agents) };
      },
    });
  }
}
