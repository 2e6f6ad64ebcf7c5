// What an outside client was told, held against what the journal says. Knows no server, no clock and no database: it
// takes acknowledgements and lines of the journal, and gives the faults that it finds.

// The sentences of `wissel journal dump` that matter here.
const line = /^(\d+) (\S+) (.*)$/;
const entered = /^(workItems\/\d+) enters /;
const accepted = /^(agents\/\S+) accepts (workItems\/\d+)/;
const completed = /^(workItems\/\d+) is completed by (agents\/\S+)/;

/** The states of an item that an agent holds. */
export const heldStates = ["ACTIVE", "HELD", "PARKED", "WRAPPING"];

export class Ledger {
  /** Requests for an item to be made: id -> its name, once it is known. */
  requests = new Map();
  /** As the journal has it: name -> { entered, holder, completedBy }. */
  items = new Map();
  /** Up to where the journal has been read. */
  sequence = 0;
  counts = { create: 0, accept: 0, complete: 0 };
  #epoch = 0; // of the batch that was read last
  #acknowledged = []; // not yet held against the journal
  #faults = [];

  #fault(text) {
    this.#faults.push(text);
  }
  /** What was found since it was last asked. */
  takeFaults() {
    return this.#faults.splice(0);
  }

  /** The client is about to ask for an item to be made. */
  asks(id) {
    if (!this.requests.has(id)) this.requests.set(id, undefined);
  }

  /**
   * A server granted something, itself or whoever it passed the call on to: `kind` is create, accept or complete. Whose
   * turn it was says the journal: no epoch writes after a later one has begun.
   */
  acknowledge({ kind, item, agent, id, life }) {
    ++this.counts[kind];
    if (kind === "create") {
      const known = this.requests.get(id);
      if (known && known !== item) this.#fault(`the request ${id} made ${known} and ${item}`);
      this.requests.set(id, item);
    }
    this.#acknowledged.push({ kind, item, agent, life });
  }

  /** Reads on in the journal: `text` begins after `sequence`; `batches` are [first, last, epoch], in order. */
  read(text, batches) {
    for (const each of text.split("\n")) {
      const [, number, , sentence] = line.exec(each) ?? [];
      if (number === undefined) continue;
      const sequence = Number(number);
      if (sequence !== this.sequence + 1) this.#fault(`the journal goes on from ${this.sequence} with ${sequence}`);
      this.sequence = sequence;
      this.#record(sentence, { sequence });
    }
    for (const [, , epoch] of batches) {
      if (epoch < this.#epoch) this.#fault(`epoch ${epoch} wrote after ${this.#epoch} had begun`);
      this.#epoch = Math.max(this.#epoch, epoch);
    }
  }

  #record(sentence, at) {
    const [, came] = entered.exec(sentence) ?? [];
    if (came) {
      if (this.items.has(came)) this.#fault(`${came} entered twice, the second time at ${at.sequence}`);
      this.items.set(came, { entered: at });
      return;
    }
    const [, agent, taken] = accepted.exec(sentence) ?? [];
    if (taken) {
      const item = this.items.get(taken);
      if (item?.holder) this.#fault(`${taken} was given to ${item.holder} and, at ${at.sequence}, to ${agent}`);
      Object.assign(item, { holder: agent, accepted: at });
      return;
    }
    const [, done, by] = completed.exec(sentence) ?? [];
    if (!done) return;
    const item = this.items.get(done);
    if (item.completedBy) this.#fault(`${done} was completed twice`);
    if (item.holder !== by) this.#fault(`${done} was with ${item.holder}, and completed by ${by}`);
    Object.assign(item, { completedBy: by, completed: at });
  }

  /** Everything that was acknowledged so far has to be in the journal by now, from whom it was acknowledged. */
  settle() {
    for (const told of this.#acknowledged.splice(0)) this.#judge(told);
  }

  #judge(told) {
    const { kind, item: name, agent, life } = told;
    const item = this.items.get(name);
    const effect = { create: item?.entered, accept: item?.accepted, complete: item?.completed }[kind];
    const what = `${kind} of ${name}${agent ? ` by ${agent}` : ""}, acknowledged by ${life},`;
    if (!effect) return this.#fault(`${what} is not in the journal`);
    const who = { accept: item.holder, complete: item.completedBy }[kind];
    if (who !== agent) return this.#fault(`${what} stands in the journal for ${who}`);
  }

  /** Those that have ended since this was last asked. */
  newlyEnded() {
    const fresh = [...this.items].filter(([, item]) => item.completedBy && !item.shown);
    for (const [, item] of fresh) item.shown = true;
    return fresh.map(([name]) => name);
  }

  /** Holds the items that live, as a server lists them, and those that ended against the journal. */
  compare(living, ended) {
    const seen = new Map();
    for (const item of [...living, ...ended]) {
      const { name, state, contact } = item;
      if (seen.has(name)) this.#fault(`${name} is there twice, as ${seen.get(name).state} and ${state}`);
      seen.set(name, item);
      if (!this.requests.has(contact)) this.#fault(`${name} (${contact}) is there, and nobody asked for it`);
      this.#inOneState(item);
    }
    for (const [name, item] of this.items) {
      if (!item.completedBy && !seen.has(name)) this.#fault(`${name} is in the journal, and not to be had`);
    }
  }

  #inOneState(now) {
    const item = this.items.get(now.name);
    if (!item) return this.#fault(`${now.name} is ${now.state}, and not in the journal`);
    const wanted = item.completedBy ? ["COMPLETED"] : item.holder ? heldStates : ["WAITING", "OFFERED"];
    if (!wanted.includes(now.state)) {
      this.#fault(`${now.name} is ${now.state}; by the journal it is ${wanted.join(" or ")}`);
    }
    if (item.holder && !item.completedBy && now.agent !== item.holder) {
      this.#fault(`${now.name} is with ${now.agent}; by the journal with ${item.holder}`);
    }
  }
}
