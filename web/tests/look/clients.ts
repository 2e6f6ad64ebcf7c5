// The clients of the page when it is only looked at: a center of 1,000 people that lives in the browser.
// `?now=2026-12-01T10:40Z` sets its time, `?as=agent` who looks, `?empty` leaves it without anything.
import { create } from "@bufbuild/protobuf";
import { Role } from "../../src/gen/wissel/v1/auth_pb";
import { PlanningEvent_Shape, PlanningEventSchema } from "../../src/gen/wissel/v1/forecast_pb";
import { ShiftSwap_State, ShiftSwapSchema } from "../../src/gen/wissel/v1/schedule_pb";
import { addDays, mondayOf } from "../../src/lib/dates";
import { plannedWorld } from "../world";
import { DeskWorld } from "../world/desk";

const asked = new URLSearchParams(location.search);
const now = Date.parse(asked.get("now") ?? "2026-12-01T10:40:00Z");
const role = { agent: Role.AGENT, manager: Role.MANAGER, planner: Role.PLANNER }[asked.get("as") ?? "planner"] ?? Role.PLANNER;
const began = performance.now();
const desk = new DeskWorld(() => now + performance.now() - began);
const planned = plannedWorld({ now, stepMs: 120, role }, (router) => desk.routes(router));
sessionStorage.setItem("wissel.desk.session", "7");
const { world, forecasts, staffing, schedules, history } = planned;

if (asked.has("empty")) history.empty = true;
else {
  forecasts.make(addDays(world.today, -28), 28, 30, 29);
  const forecast = forecasts.make(world.tomorrow(), 28);
  forecasts.events = [
    create(PlanningEventSchema, { name: "planningEvents/1", displayName: "Letter on benefits to 40,000", queues: ["queues/benefits"], startDate: addDays(world.today, 8), endDate: addDays(world.today, 11), size: { case: "contacts", value: 1200 }, shape: PlanningEvent_Shape.DECAYING, uncertainty: 0.3, kind: "mailing", etag: "1" }),
    create(PlanningEventSchema, { name: "planningEvents/2", displayName: "Snow", startDate: addDays(world.today, 16), size: { case: "factor", value: 1.3 }, uncertainty: 0.5, kind: "snow", scenario: "scenarios/high", etag: "1" }),
  ];
  const staff = staffing.make({ forecast: forecast.name, shrinkage: 0.28, startDate: "", endDate: "", method: 0, targets: [], scenario: "" });
  const day = { date: addDays(world.today, 1), staff: { case: "requiredStaff" as const, value: staff.name }, forecast: forecast.name, scenario: "scenarios/expected", volume: 1 };
  staffing.simulate({ ...day, changes: [] });
  const monday = mondayOf(world.today);
  const published = schedules.make(monday, 4, true, "December");
  published.publishTime = published.createTime;
  schedules.make(addDays(monday, 7), 4, true, "December, more people on Mondays");
  const [mine, other] = [world.agents[0]!.name, world.agents[4]!.name];
  const of = (agent: string) => published.shifts.filter((shift) => shift.agent === agent);
  schedules.swaps = [create(ShiftSwapSchema, { name: "shiftSwaps/1", fromAgent: other, toAgent: mine, shift: of(other)[3], forShift: of(mine)[4], state: ShiftSwap_State.ASKED })];
}

export const clients = planned.clients;
