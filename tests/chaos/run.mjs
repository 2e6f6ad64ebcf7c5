// Rounds of faults, each followed by the checks: see README.md. As a program: `./dev chaos --rounds N [--seed S]`.
import { pathToFileURL } from "node:url";

import { noPostgres } from "../e2e/lib/postgres.mjs";
import { Cluster } from "./cluster.mjs";
import { Dice } from "./dice.mjs";
import { pause } from "./doors.mjs";
import { draw, kinds, strike } from "./faults.mjs";
import { summary } from "./losses.mjs";
import { noNetwork } from "./network.mjs";

/** Why there can be no chaos here; false where there can. */
export const noChaos = () => noPostgres || noNetwork();

const isLoss = { server: ["kill", "pause", "cut", "unplug", "clock"], handOver: ["end"], database: ["primary"] };

// What goes on before the first fault of a round, so that there is something to lose.
const before = 700;

async function play(cluster, faults, say, round) {
  say(`round ${round}: ${faults.map((fault) => fault.text).join("; ")}`);
  cluster.judge.start();
  await pause(before);
  const struck = await Promise.allSettled(faults.map((fault) => strike(cluster, fault)));
  for (const { reason } of struck) if (reason) cluster.faults.push(`the runner: ${reason.stack}`);
  try {
    await cluster.heal();
  } catch (error) {
    const states = cluster.servers.nodes.map(({ life }) => `${life.name} ${life.state}`).join(", ");
    return [`healed, and not well again: ${error.message} (${states})`, ...cluster.takeFaults()];
  }
  return cluster.check().catch((error) => [`it could not be checked: ${error.message}`, ...cluster.takeFaults()]);
}

/**
 * Plays rounds until one finds a fault: { rounds, faults, failed, cluster's counts }. `only`: kinds of faults to draw
 * from; `plans`: the faults of each round, drawn already.
 */
export async function chaos({ rounds, seed, first = 1, only, plans, say = () => {} }) {
  const cluster = await Cluster.start();
  const result = { played: 0, faults: [], logs: cluster.logs };
  const interrupted = new Promise((done) => {
    for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => done(["interrupted"]));
  });
  try {
    for (let round = first; round < first + rounds && result.faults.length === 0; ++round) {
      const drawn = plans?.[round - first] ?? draw(new Dice(seed, round), only);
      const started = Date.now();
      result.faults = await Promise.race([play(cluster, drawn, say, round), interrupted]);
      result.round = round;
      ++result.played;
      const found = result.faults.length === 0 ? "all is there" : "FAULT";
      say(`  ${found} after ${((Date.now() - started) / 1000).toFixed(1)} s`);
    }
    if (result.faults.length === 0) result.faults = await cluster.checkRecord();
    return Object.assign(result, tally(cluster));
  } finally {
    await cluster.close({ keepLogs: result.faults.length > 0 || result.played < rounds });
  }
}

function tally(cluster) {
  const { ledger, losses } = cluster.judge;
  const times = (kind, keep = () => true) =>
    losses.over.filter((loss) => isLoss[kind].includes(loss.kind) && keep(loss)).map((loss) => loss.ms);
  return {
    acknowledged: { ...ledger.counts },
    events: ledger.sequence,
    lives: cluster.servers.lives.length,
    epochs: Math.max(0, ...cluster.servers.lives.map((life) => life.epoch ?? 0)),
    ends: Object.fromEntries(cluster.ends),
    promotions: cluster.databases.promotions,
    losses: losses.over,
    failOver: times("server", (loss) => loss.by === "another"),
    failOverAlone: times("server", (loss) => loss.by === "another" && loss.alone),
    wentOn: times("server", (loss) => loss.by === "itself"),
    handOver: times("handOver"),
    database: times("database"),
  };
}

function report(result, seed, say) {
  const { create, accept, complete } = result.acknowledged;
  say(`${result.played} rounds of seed ${seed}: ${create} items, ${accept} accepts and ${complete} completions`);
  say(`acknowledged, ${result.events} events in the journal`);
  say(`${result.lives} lives of servers, ${result.epochs} epochs, ${result.promotions} promotions of a database`);
  say(`from the loss of a server to the first acknowledged call at another: ${summary(result.failOver)}`);
  say(`  of these without another fault beside it: ${summary(result.failOverAlone)}`);
  say(`  the same server went on: ${summary(result.wentOn)}`);
  say(`from the request to end to the first acknowledged call at another: ${summary(result.handOver)}`);
  say(`from the loss of the database to the first acknowledged call: ${summary(result.database)}`);
  const ends = Object.entries(result.ends).map(([end, count]) => `${end} ${count} times`);
  say(`how servers ended: ${ends.join(", ") || "not at all"}`);
  say(`${result.faults.length} faults`);
}

function options(words) {
  const given = { rounds: 10, seed: 1, first: 1 };
  for (let i = 0; i < words.length; i += 2) {
    const name = words[i].replace(/^--/, "");
    const value = words[i + 1];
    if (name === "only") given.only = value?.split(",");
    else if (name in given && /^\d+$/.test(value ?? "")) given[name] = Number(value);
    else throw new Error("chaos takes --rounds N, --seed S, --first ROUND and --only KIND[,KIND]");
  }
  const unknown = given.only?.find((kind) => !(kind in kinds));
  if (unknown !== undefined) {
    throw new Error(`there is no fault "${unknown}"; there are ${Object.keys(kinds).join(", ")}`);
  }
  return given;
}

async function main(words) {
  const say = (text) => console.log(text);
  let given;
  try {
    given = options(words);
  } catch (error) {
    console.error(error.message);
    return 2;
  }
  const reason = noChaos();
  if (reason) {
    console.error(`no chaos: ${reason}`);
    return 1;
  }
  const result = await chaos({ ...given, say });
  report(result, given.seed, say);
  if (result.faults.length === 0) return 0;
  for (const fault of result.faults.slice(0, 20)) console.error(fault);
  const only = given.only ? ` --only ${given.only.join(",")}` : "";
  console.error(`seed ${given.seed}, round ${result.round}; the logs are in ${result.logs}`);
  console.error(`again: ./dev chaos --seed ${given.seed} --first ${result.round} --rounds 1${only}`);
  return 1;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) process.exit(await main(process.argv.slice(2)));
