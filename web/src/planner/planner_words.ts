// Names of the planner's enums and ids, as keys of the catalogues.
import { PlanningEvent_Shape as Shape } from "../gen/wissel/v1/forecast_pb";
import { HistoryMark_Kind as Mark } from "../gen/wissel/v1/history_pb";
import { Operation_Kind as Operation } from "../gen/wissel/v1/operation_pb";
import { BrokenRule_Kind as Rule, ShiftSwap_State } from "../gen/wissel/v1/schedule_pb";
import { StaffingMethod } from "../gen/wissel/v1/staffing_pb";
import type { MessageKey } from "../lib/i18n.svelte";
import type { Scenario, Tab } from "./view";

export const kTabNames: Record<Tab, MessageKey> = {
  volumes: "planner.tabVolumes",
  staff: "planner.tabStaff",
  schedule: "planner.tabSchedule",
  today: "planner.tabToday",
  accuracy: "planner.tabAccuracy",
  history: "planner.tabHistory",
};

export const kScenarioNames: Record<Scenario, MessageKey> = {
  low: "scenario.low",
  expected: "scenario.expected",
  high: "scenario.high",
  surge: "scenario.surge",
};

export const kOperationNames: Record<Operation, MessageKey> = {
  [Operation.KIND_UNSPECIFIED]: "operation.forecast",
  [Operation.FORECAST]: "operation.forecast",
  [Operation.REQUIRED_STAFF]: "operation.requiredStaff",
  [Operation.SIMULATION]: "operation.simulation",
  [Operation.SCHEDULE]: "operation.schedule",
};

export const kShapeNames: Record<Shape, MessageKey> = {
  [Shape.SHAPE_UNSPECIFIED]: "shape.flat",
  [Shape.FLAT]: "shape.flat",
  [Shape.DECAYING]: "shape.decaying",
  [Shape.RISING]: "shape.rising",
};

export const kMarkNames: Record<Mark, MessageKey> = {
  [Mark.KIND_UNSPECIFIED]: "mark.event",
  [Mark.CLOSED]: "mark.closed",
  [Mark.HOLIDAY]: "mark.holiday",
  [Mark.OUTAGE]: "mark.outage",
  [Mark.EVENT]: "mark.event",
  [Mark.EXCLUDED]: "mark.excluded",
};

export const kMethodNames: Record<StaffingMethod, MessageKey> = {
  [StaffingMethod.STAFFING_METHOD_UNSPECIFIED]: "method.mol",
  [StaffingMethod.ERLANG_C]: "method.erlangC",
  [StaffingMethod.ERLANG_A]: "method.erlangA",
  [StaffingMethod.MODIFIED_OFFERED_LOAD]: "method.mol",
  [StaffingMethod.SIMULATION]: "method.simulation",
};

export const kRuleNames: Record<Rule, MessageKey> = {
  [Rule.KIND_UNSPECIFIED]: "rule.other",
  [Rule.REST]: "rule.rest",
  [Rule.CONSECUTIVE_DAYS]: "rule.consecutiveDays",
  [Rule.DAYS_OFF]: "rule.daysOff",
  [Rule.FREE_WEEKENDS]: "rule.freeWeekends",
  [Rule.WEEKLY_HOURS_TOO_FEW]: "rule.hoursTooFew",
  [Rule.WEEKLY_HOURS_TOO_MANY]: "rule.hoursTooMany",
  [Rule.DAYS_WEEKLY]: "rule.daysWeekly",
  [Rule.DAY_TOO_LONG]: "rule.dayTooLong",
  [Rule.ABSENT]: "rule.absent",
  [Rule.NOT_AVAILABLE]: "rule.notAvailable",
  [Rule.BREAKS]: "rule.breaks",
  [Rule.OVERLAP]: "rule.overlap",
  [Rule.OTHER]: "rule.other",
};

export const kSwapNames: Record<ShiftSwap_State, MessageKey> = {
  [ShiftSwap_State.STATE_UNSPECIFIED]: "swap.asked",
  [ShiftSwap_State.ASKED]: "swap.asked",
  [ShiftSwap_State.AGREED]: "swap.agreed",
  [ShiftSwap_State.APPROVED]: "swap.approved",
  [ShiftSwap_State.DECLINED]: "swap.declined",
  [ShiftSwap_State.WITHDRAWN]: "swap.withdrawn",
};
