// Labour rules as a form has them: hours, minutes and times of day in place of durations.
import { create } from "@bufbuild/protobuf";
import { LabourRulesSchema, type LabourRules } from "../../gen/wissel/v1/schedule_pb";
import { minuteOfDay } from "../../lib/format";
import { spanMs } from "../../lib/time";
import { minuteOf } from "./shift_form";

export interface RulesDraft {
  restHours: number;
  mostConsecutiveDays: number;
  fewestDaysOff: number;
  fewestFreeWeekends: number;
  contracts: { id: string; fewestWeekly: number; mostWeekly: number; mostDaysWeekly: number; longestDay: number }[];
  kinds: {
    id: string;
    first: string;
    last: string;
    step: number;
    lengthHours: number;
    breaks: { minutes: number; paid: boolean; earliest: number; latest: number }[];
  }[];
}

const kHour = 3_600_000;
const kMinute = 60_000;
const hours = (many: number) => ({ seconds: BigInt(Math.round(many * 3600)) });
const minutes = (many: number) => ({ seconds: BigInt(Math.round(many * 60)) });

export function draftOf(rules: LabourRules): RulesDraft {
  return {
    restHours: spanMs(rules.rest) / kHour,
    mostConsecutiveDays: rules.mostConsecutiveDays,
    fewestDaysOff: rules.fewestDaysOff,
    fewestFreeWeekends: rules.fewestFreeWeekends,
    contracts: rules.contracts.map((each) => ({
      id: each.id,
      fewestWeekly: spanMs(each.fewestWeekly) / kHour,
      mostWeekly: spanMs(each.mostWeekly) / kHour,
      mostDaysWeekly: each.mostDaysWeekly,
      longestDay: spanMs(each.longestDay) / kHour,
    })),
    kinds: rules.shiftKinds.map((each) => ({
      id: each.id,
      first: minuteOfDay(each.firstStartMinute),
      last: minuteOfDay(each.lastStartMinute),
      step: each.startStepMinutes,
      lengthHours: spanMs(each.length) / kHour,
      breaks: each.breaks.map((pause) => ({
        minutes: spanMs(pause.length) / kMinute,
        paid: pause.paid,
        earliest: spanMs(pause.earliest) / kMinute,
        latest: spanMs(pause.latest) / kMinute,
      })),
    })),
  };
}

export function rulesOf(draft: RulesDraft, seen: LabourRules): LabourRules {
  return create(LabourRulesSchema, {
    rest: hours(draft.restHours),
    mostConsecutiveDays: draft.mostConsecutiveDays,
    fewestDaysOff: draft.fewestDaysOff,
    fewestFreeWeekends: draft.fewestFreeWeekends,
    contracts: draft.contracts.map((each) => ({
      id: each.id.trim(),
      fewestWeekly: hours(each.fewestWeekly),
      mostWeekly: hours(each.mostWeekly),
      mostDaysWeekly: each.mostDaysWeekly,
      longestDay: hours(each.longestDay),
    })),
    shiftKinds: draft.kinds.map((each) => ({
      id: each.id.trim(),
      firstStartMinute: minuteOf(each.first),
      lastStartMinute: minuteOf(each.last),
      startStepMinutes: each.step,
      length: hours(each.lengthHours),
      breaks: each.breaks.map((pause) => ({
        length: minutes(pause.minutes),
        paid: pause.paid,
        earliest: minutes(pause.earliest),
        latest: minutes(pause.latest),
      })),
    })),
    etag: seen.etag,
  });
}
