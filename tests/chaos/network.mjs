// Machines that are network namespaces on one bridge, and what can go wrong between them: nothing arrives from
// somewhere, something is lost, a line is slow. The runner's own namespace is on the bridge too.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";

const programs = ["ip", "tc", "nft"];
const folders = ["/usr/sbin", "/sbin", "/usr/bin", "/bin"];

function run(words, input) {
  const [program, ...args] = words;
  return execFileSync(program, args, { input, stdio: ["pipe", "pipe", "pipe"], encoding: "utf8" });
}

// What may not be there.
function tryTo(words) {
  try {
    run(words);
  } catch {
    return;
  }
}

/** Why there can be no such machines here; false where there can. */
export function noNetwork() {
  if (process.getuid() !== 0) return "network namespaces take root";
  const missing = programs.filter((name) => !folders.some((folder) => existsSync(`${folder}/${name}`)));
  if (missing.length > 0) return `there is no ${missing.join(", ")} here; ./dev setup --tests brings it`;
  const probe = new Network("probe");
  try {
    probe.add("a");
    probe.lose("a", 1);
    probe.slow("a", 1000);
    return false;
  } catch (error) {
    return `no network namespaces can be made here: ${(error.stderr || error.message).trim().split("\n")[0]}`;
  } finally {
    probe.close();
  }
}

export class Network {
  #hosts = new Map();
  #made = false;

  /** `label` tells the networks of one process apart. */
  constructor(label = "") {
    const number = (process.pid + (label ? 1 : 0)) % 250;
    this.subnet = `10.213.${number}`;
    // The name of a link has 15 characters at most.
    this.prefix = `wx${process.pid.toString(36)}${label.slice(0, 1)}`;
    this.bridge = `${this.prefix}b`;
  }

  #open() {
    if (this.#made) return;
    this.#made = true;
    run(["ip", "link", "add", this.bridge, "type", "bridge"]);
    run(["ip", "addr", "add", `${this.subnet}.1/24`, "dev", this.bridge]);
    run(["ip", "link", "set", this.bridge, "up"]);
  }

  /** A machine of that name; its address. */
  add(name) {
    this.#open();
    const host = { name, namespace: `${this.prefix}-${name}`, link: `${this.prefix}${name}` };
    host.address = `${this.subnet}.${10 + this.#hosts.size}`;
    this.#hosts.set(name, host);
    run(["ip", "netns", "add", host.namespace]);
    run(["ip", "link", "add", host.link, "type", "veth", "peer", "name", "eth0", "netns", host.namespace]);
    run(["ip", "link", "set", host.link, "master", this.bridge, "up"]);
    run(["ip", "-n", host.namespace, "addr", "add", `${host.address}/24`, "dev", "eth0"]);
    for (const device of ["lo", "eth0"]) run(["ip", "-n", host.namespace, "link", "set", device, "up"]);
    this.#calm(host);
    return host;
  }

  #calm(host) {
    host.deafTo = new Set();
    host.lost = 0;
    host.kbit = 0;
  }

  address(name) {
    return this.#hosts.get(name).address;
  }
  /** What runs `words` on that machine, in the process that is started. */
  command(name, words) {
    return ["ip", "netns", "exec", this.#hosts.get(name).namespace, ...words];
  }

  /** Nothing that `from` sends arrives at `at` any more; what `at` sends arrives. */
  cut(at, from) {
    const host = this.#hosts.get(at);
    host.deafTo.add(from);
    this.#filter(host);
  }
  join(at, from) {
    const host = this.#hosts.get(at);
    host.deafTo.delete(from);
    this.#filter(host);
  }
  /** Neither the others nor the runner hear it, nor it them. */
  unplug(name) {
    run(["ip", "link", "set", this.#hosts.get(name).link, "down"]);
  }
  plug(name) {
    run(["ip", "link", "set", this.#hosts.get(name).link, "up"]);
  }
  /** So many packets of a hundred that arrive there are lost. */
  lose(at, percent) {
    const host = this.#hosts.get(at);
    host.lost = percent;
    this.#filter(host);
  }
  /** Its line takes so much in each direction; what is more waits for up to 400 ms, and is lost then. */
  slow(name, kbit) {
    const host = this.#hosts.get(name);
    host.kbit = kbit;
    const bucket = ["root", "tbf", "rate", `${kbit}kbit`, "burst", "4kb", "latency", "400ms"];
    run(["tc", "qdisc", "replace", "dev", host.link, ...bucket]);
    run(["tc", "-n", host.namespace, "qdisc", "replace", "dev", "eth0", ...bucket]);
  }

  quicken(name) {
    const host = this.#hosts.get(name);
    if (host.kbit === 0) return;
    host.kbit = 0;
    run(["tc", "qdisc", "del", "dev", host.link, "root"]);
    run(["tc", "-n", host.namespace, "qdisc", "del", "dev", "eth0", "root"]);
  }

  /** All is well between all. */
  heal() {
    for (const host of this.#hosts.values()) {
      this.quicken(host.name);
      this.#calm(host);
      this.#filter(host);
      this.plug(host.name);
    }
  }

  #filter(host) {
    const rules = [...host.deafTo].map((from) => `ip saddr ${this.address(from)} drop`);
    if (host.lost > 0) rules.push(`numgen random mod 100 < ${host.lost} drop`);
    const lines = ["table inet chaos", "delete table inet chaos", "table inet chaos {", "chain arriving {"];
    lines.push("type filter hook input priority 0; policy accept;", 'iif "lo" accept', ...rules, "}", "}", "");
    run(["ip", "netns", "exec", host.namespace, "nft", "-f", "-"], lines.join("\n"));
  }

  close() {
    const links = [...this.#hosts.values()].map((host) => host.link);
    const spaces = [...this.#hosts.values()].map((host) => host.namespace);
    // A namespace is there as long as a process in it: its link is not left to it.
    for (const link of links) tryTo(["ip", "link", "del", link]);
    for (const space of spaces) tryTo(["ip", "netns", "del", space]);
    if (this.#made) tryTo(["ip", "link", "del", this.bridge]);
    this.#hosts.clear();
    this.#made = false;
  }
}
