// What goes wrong in a round: drawn from dice before it happens, so that a seed says all of it but the moments.
import { clockLibrary } from "./servers.mjs";
import { pause } from "./doors.mjs";

const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

// Most faults of servers are aimed at the one that serves: what befalls the others is seen less.
const aim = (dice) => (dice.chance(0.75) ? "the serving" : dice.one(["a standby", "another standby"]));

function partition(dice) {
  return { direction: dice.one(["to", "from", "both"]), ms: dice.between(2_000, 8_000) };
}

// Of servers and of databases.
const places = ["the serving", "a standby", "first", "second"];

function lost(cluster, fault, node) {
  if (node === cluster.serving()) cluster.judge.losses.lost(node.life, fault.kind, fault.alone);
}

function killed(life) {
  life.process.kill("SIGKILL");
  return life.ended;
}

// What `name` sends does not arrive at the others (to), or what they send at it (from), for so long.
async function cutFor(network, name, others, { direction, ms }) {
  const ways = [];
  if (direction !== "from") ways.push(...others.map((other) => [other, name]));
  if (direction !== "to") ways.push(...others.map((other) => [name, other]));
  for (const [at, from] of ways) network.cut(at, from);
  await pause(ms);
  for (const [at, from] of ways) network.join(at, from);
}

const directions = {
  to: (a, b) => `${a} does not reach ${b}`,
  from: (a, b) => `${b} do not reach ${a}`,
  both: (a, b) => `${a} and ${b} do not reach each other`,
};

const partings = {
  to: "the first database does not reach its standby",
  from: "the standby does not reach the first database",
  both: "the databases do not reach each other",
};

export const kinds = {
  // kill -9.
  kill: {
    draw: (dice) => ({ who: aim(dice) }),
    tell: ({ who }) => `${who} server is killed`,
    async run(cluster, fault) {
      const node = cluster.pick(fault.who);
      lost(cluster, fault, node);
      await killed(node.life);
    },
  },

  // It stands still for longer than its lease, and goes on as if nothing had been.
  pause: {
    // Short ones are more telling: others have hardly begun when it goes on.
    draw: (dice) => ({ ms: 4_000 + 26_000 * dice.next() ** 3 }),
    tell: ({ ms }) => `the serving server stands still for ${seconds(ms)}`,
    async run(cluster, fault) {
      const node = cluster.pick("the serving");
      const { life } = node;
      lost(cluster, fault, node);
      life.process.kill("SIGSTOP");
      await pause(fault.ms);
      life.process.kill("SIGCONT");
    },
  },

  // An upgrade.
  end: {
    draw: () => ({}),
    tell: () => "the serving server is asked to end",
    async run(cluster, fault) {
      const node = cluster.pick("the serving");
      lost(cluster, fault, node);
      node.signal("SIGTERM");
      await Promise.race([node.life.ended, pause(20_000)]);
    },
  },

  lossy: {
    draw: (dice) => ({ place: dice.one(places), percent: dice.whole(5, 25), ms: dice.between(3_000, 8_000) }),
    tell: ({ place, percent, ms }) => `${percent} packets of 100 to ${place} are lost for ${seconds(ms)}`,
    async run(cluster, { place, percent, ms }) {
      const machine = cluster.machine(place);
      cluster.network.lose(machine, percent);
      await pause(ms);
      cluster.network.lose(machine, 0);
    },
  },

  slow: {
    draw: (dice) => ({ place: dice.one(places), kbit: dice.whole(200, 1_500), ms: dice.between(3_000, 8_000) }),
    tell: ({ place, kbit, ms }) => `the line of ${place} takes ${kbit} kbit/s for ${seconds(ms)}`,
    async run(cluster, { place, kbit, ms }) {
      const machine = cluster.machine(place);
      cluster.network.slow(machine, kbit);
      await pause(ms);
      cluster.network.quicken(machine);
    },
  },

  cut: {
    draw: (dice) => ({ who: aim(dice), ...partition(dice) }),
    tell: ({ who, direction, ms }) => `${directions[direction](`${who} server`, "the databases")} for ${seconds(ms)}`,
    async run(cluster, fault) {
      const node = cluster.pick(fault.who);
      lost(cluster, fault, node);
      const { first, second } = cluster.databases;
      await cutFor(cluster.network, node.name, [first.name, second.name], fault);
    },
  },

  unplug: {
    draw: (dice) => ({ who: aim(dice), ms: dice.between(2_000, 8_000) }),
    tell: ({ who, ms }) => `${who} server is off the network for ${seconds(ms)}`,
    async run(cluster, fault) {
      const node = cluster.pick(fault.who);
      lost(cluster, fault, node);
      cluster.network.unplug(node.name);
      await pause(fault.ms);
      cluster.network.plug(node.name);
    },
  },

  // A server comes back with a clock that is wrong, and then it may be its turn.
  clock: {
    draw: (dice) => ({ hours: dice.one([-1, 1]) }),
    tell: ({ hours }) => `a standby comes back with a clock ${hours} h off, and the serving server is killed`,
    async run(cluster, fault) {
      const node = cluster.pick("a standby");
      node.hoursOff = fault.hours;
      await killed(node.life);
      await cluster.standsBy(node);
      node.hoursOff = 0; // at its next start
      const serving = cluster.pick("the serving");
      lost(cluster, fault, serving);
      await killed(serving.life);
    },
  },

  // The first database is gone, or its machine, and the standby is promoted; the first is built anew as its standby
  // when all is healed.
  primary: {
    database: true,
    draw: (dice) => ({ unplugged: dice.chance(0.4), rewinding: dice.chance(0.5), ms: dice.between(2_000, 8_000) }),
    tell: ({ unplugged, rewinding }) =>
      `the first database ${unplugged ? "is off the network for good" : "is killed"} and its standby promoted; it is ` +
      `${rewinding ? "rewound" : "copied"} anew`,
    async run(cluster, fault) {
      const serving = cluster.serving();
      if (serving) lost(cluster, fault, serving);
      if (fault.unplugged) cluster.network.unplug(cluster.databases.first.name);
      await cluster.databases.failOver(fault);
      await pause(fault.ms);
    },
  },

  // The databases do not hear each other. Whoever looks after them gives the standby up when that lasts.
  parted: {
    database: true,
    draw: partition,
    tell: ({ direction, ms }) => `${partings[direction]} for ${seconds(ms)}`,
    async run({ network, databases }, fault) {
      const cut = cutFor(network, databases.first.name, [databases.second.name], fault);
      if (fault.ms > 3_000) {
        await pause(3_000);
        databases.alone();
      }
      await cut;
    },
  },

  // Each commit comes to the first's disk late, and the standby's disk stops now and then.
  disk: {
    database: true,
    draw: (dice) => ({
      late: dice.whole(20, 100),
      stops: Array.from({ length: dice.whole(1, 4) }, () => dice.between(300, 2_000)),
    }),
    tell: ({ late, stops }) =>
      `the disks are slow: ${late} ms a commit, and ${stops.length} stops of up to ${seconds(Math.max(...stops))}`,
    async run({ databases }, { late, stops }) {
      databases.slowDisk(late);
      const { second } = databases;
      for (const ms of stops) {
        await pause(500);
        second.signal("SIGSTOP", "walreceiver");
        await pause(ms);
        second.signal("SIGCONT", "walreceiver");
      }
      databases.slowDisk(0);
    },
  },
};

if (!clockLibrary) delete kinds.clock;

/** One or two faults of a round; at most one of them is of the databases, and they begin within 1.5 s. */
export function draw(dice, only = Object.keys(kinds)) {
  const names = [dice.one(only)];
  const second = dice.one(only);
  const bothOfDatabases = kinds[names[0]].database && kinds[second].database;
  if (dice.chance(0.4) && second !== names[0] && !bothOfDatabases) names.push(second);
  return names.map((kind) => {
    const fault = { kind, alone: names.length === 1, wait: dice.between(0, 1_500), ...kinds[kind].draw(dice) };
    return { ...fault, text: kinds[kind].tell(fault) };
  });
}

export async function strike(cluster, fault) {
  await pause(fault.wait);
  await kinds[fault.kind].run(cluster, fault);
}
