// A center for tests and for looking at the pages: its queues, people and the days of its planning, made
// up from a seed. Nothing of it is shipped.
import { create } from "@bufbuild/protobuf";
import { TimestampSchema, type Timestamp } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { addDays, weekdayOf } from "../../src/lib/dates";
import { Zone } from "../../src/lib/zone";

export function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return ((word ^ (word >>> 14)) >>> 0) / 4294967296;
  };
}

export interface WorldQueue {
  name: string;
  displayName: string;
  /** Contacts on a usual Monday. */
  size: number;
  aht: number;
}

const kQueues: [string, string, number, number][] = [
  ["benefits", "Benefits", 1840, 312],
  ["contributions", "Contributions", 1260, 268],
  ["starters", "Starters", 720, 395],
  ["web-help", "Help with the web site", 540, 224],
  ["files", "Follow-up of a file", 980, 356],
  ["complaints", "Complaints", 96, 610],
  ["mail", "Mail", 430, 480],
  ["french", "French-speaking line", 610, 301],
];
const kFirst = "Anna Bram Chloé Dirk Els Fatima Geert Hanne Ilse Joris Karim Lotte Mehdi Nele Omar Pieter Quinten Rania Sofie Tom Ugur Veerle Wout Xenia Yusuf Zoë".split(" ");
const kLast = "Aerts Bogaert Claes De Smet El Amrani Fontaine Goossens Hermans Ivens Janssens Kaya Lambert Maes Nijs Orban Peeters Quintens Renard Simons Thys Ünal Verbeke Wouters Yilmaz Zaki".split(/ (?!Smet|Amrani)/);

/** Shares of weekdays, Monday first. */
const kWeek = [1, 0.87, 0.83, 0.8, 0.74, 0.21, 0];

export class World {
  readonly zone = new Zone("Europe/Brussels");
  readonly queues: WorldQueue[] = kQueues.map(([id, displayName, size, aht]) => ({ name: `queues/${id}`, displayName, size, aht }));
  readonly agents: { name: string; displayName: string; team: string }[];
  readonly nowMs: number;
  readonly today: string;
  /** Between two steps of what runs long. */
  readonly stepMs: number;
  #number = 40;

  constructor({ now, people = 1000, stepMs = 1 }: { now: number; people?: number; stepMs?: number }) {
    this.nowMs = now;
    this.today = this.zone.localOf(now).date;
    this.stepMs = stepMs;
    const roll = dice(7);
    this.agents = Array.from({ length: people }, (_, index) => ({
      name: `agents/a${String(index + 1).padStart(4, "0")}`,
      displayName: `${kFirst[Math.floor(roll() * kFirst.length)]} ${kLast[Math.floor(roll() * kLast.length)]}`,
      team: `teams/team-${1 + (index % 12)}`,
    }));
  }

  number(): number {
    return (this.#number += 1);
  }

  queue(name: string): WorldQueue {
    const queue = this.queues.find((each) => each.name === name);
    if (!queue) throw new ConnectError(`there is no ${name}`, Code.NotFound);
    return queue;
  }

  /** Expected contacts of one interval, without events. */
  rate(queue: WorldQueue, date: string, minute: number, length: number): number {
    if (minute < 480 || minute >= 1200) return 0;
    const hour = (minute + length / 2) / 60;
    const shape = Math.exp(-((hour - 10.4) ** 2) / 4.2) + 0.74 * Math.exp(-((hour - 14.3) ** 2) / 6.5) + 0.05;
    const month = Number(date.slice(5, 7));
    const season = 1 + 0.12 * Math.cos(((month - 1) / 12) * 2 * Math.PI) + (date.endsWith("-01") ? 0.18 : 0);
    return (queue.size * kWeek[weekdayOf(date) - 1]! * season * shape * (length / 30)) / 15.6;
  }

  /** What came: whole contacts, as the dice of that interval fell. */
  actual(queue: WorldQueue, date: string, minute: number, length: number): number {
    const rate = this.rate(queue, date, minute, length);
    const seed = [...`${queue.name}${date}${minute}`].reduce((sum, char) => Math.imul(sum, 31) + char.charCodeAt(0), 7);
    const roll = dice(seed);
    const day = 1 + 0.16 * (dice([...`${queue.name}${date}`].reduce((sum, char) => Math.imul(sum, 33) + char.charCodeAt(0), 5))() - 0.5);
    const gauss = Math.sqrt(-2 * Math.log(roll() + 1e-9)) * Math.cos(2 * Math.PI * roll());
    return Math.max(0, Math.round(rate * day + gauss * Math.sqrt(rate) * 1.15));
  }

  at(date: string, minute: number): Timestamp {
    return stamp(this.zone.msAt(date, minute));
  }

  tomorrow(): string {
    return addDays(this.today, 1);
  }
}

export function stamp(ms: number): Timestamp {
  return create(TimestampSchema, { seconds: BigInt(Math.floor(ms / 1000)), nanos: Math.round((ms % 1000) * 1e6) });
}
