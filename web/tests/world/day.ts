// The day itself, as a server would tell it: one person too few all day, and offers that agents take.
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, type ConnectRouter } from "@connectrpc/connect";
import {
  DayService,
  ProposeShiftOffersResponse_CandidateSchema,
  ShiftOffer_Kind as Kind,
  ShiftOffer_State as State,
  ShiftOfferSchema,
  type ShiftOffer,
} from "../../src/gen/wissel/v1/day_pb";
import { stamp, type World } from "./base";
import type { Schedules } from "./schedules";

export class Days {
  offers: ShiftOffer[] = [];
  readonly #world: World;
  readonly #schedules: Schedules;

  constructor(world: World, schedules: Schedules) {
    this.#world = world;
    this.#schedules = schedules;
  }

  accept(name: string, agent: string): ShiftOffer {
    const offer = this.#named(name);
    offer.answers.push({ $typeName: "wissel.v1.ShiftOffer.Answer", agent, accepted: true, hours: 2 });
    offer.accepted += 1;
    if (offer.accepted >= offer.needed) offer.state = State.FILLED;
    return offer;
  }

  #named(name: string): ShiftOffer {
    const found = this.offers.find((each) => each.name === name);
    if (!found) throw new ConnectError(`${name} is not there`, Code.NotFound);
    return found;
  }

  #outlook(name: string) {
    const world = this.#world;
    const queue = world.queue(name);
    const published = this.#schedules.all.find(({ publishTime }) => publishTime !== undefined);
    const points = [];
    for (let minute = 0; minute < 1440; minute += 30) {
      const contacts = world.rate(queue, world.today, minute, 30);
      const at = world.zone.msAt(world.today, minute);
      const required = Math.ceil((contacts * queue.aht) / 1800 + Math.sqrt((contacts * queue.aht) / 1800));
      const over = at + 1_800_000 <= world.nowMs;
      const planned = published ? Math.max(0, required - 1) : 0;
      const judged = !over && published && contacts > 0.01;
      points.push({ startTime: stamp(at), contacts, over, required, planned, serviceLevel: judged ? 0.62 : undefined, target: judged ? 0.8 : undefined });
    }
    return { updateTime: stamp(world.nowMs), intervalMinutes: 30, schedule: published?.name ?? "", groups: [{ queues: [name], agents: 12, points }] };
  }

  routes(router: ConnectRouter): void {
    const world = this.#world;
    router.service(DayService, {
      getDayOutlook: ({ queue }) => this.#outlook(queue),
      proposeShiftOffers: ({ queue }) => ({
        proposals: [
          {
            kind: Kind.OVERTIME,
            startTime: stamp(world.nowMs + 3_600_000),
            endTime: stamp(world.nowMs + 3 * 3_600_000),
            queues: [queue],
            needed: 1,
            candidates: world.agents.slice(0, 4).map(({ name }, index) =>
              create(ProposeShiftOffersResponse_CandidateSchema, {
                agent: name,
                hoursLately: index,
                shift: this.#schedules.shift(name, world.today, 480),
                becomes: this.#schedules.shift(name, world.today, 540),
              })),
            refused: [{ agent: world.agents[5]!.name, sentence: "rests 8.5 h, of at least 11 h" }],
          },
        ],
      }),
      createShiftOffer: ({ shiftOffer }) => {
        const made = create(ShiftOfferSchema, { ...shiftOffer!, name: `shiftOffers/${world.number()}`, state: State.OPEN });
        this.offers.unshift(made);
        return made;
      },
      listShiftOffers: ({ agent, openOnly }) => ({
        shiftOffers: this.offers.filter((each) => (agent === "" || each.agents.includes(agent)) && (!openOnly || each.state === State.OPEN)),
      }),
      withdrawShiftOffer: ({ name }) => {
        const offer = this.#named(name);
        if (offer.state !== State.OPEN) throw new ConnectError("it is filled", Code.FailedPrecondition);
        offer.state = State.WITHDRAWN;
        return offer;
      },
      answerShiftOffer: ({ name, accept }) => (accept ? this.accept(name, world.agents[0]!.name) : this.#named(name)),
      getShiftFeed: () => {
        throw new ConnectError("there is none", Code.NotFound);
      },
    });
  }
}
