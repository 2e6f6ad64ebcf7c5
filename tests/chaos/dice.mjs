// mulberry32: the same dice for the same seed. Each round has dice of its own, so that it can be played again alone.
export class Dice {
  #state;

  constructor(seed, round = 0) {
    this.#state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(round + 1, 0x85ebca6b)) >>> 0;
    this.next();
  }

  /** From 0 up to, and without, 1. */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  between(from, to) {
    return from + this.next() * (to - from);
  }
  /** A whole number, both ends included. */
  whole(from, to) {
    return Math.floor(this.between(from, to + 1));
  }
  chance(share) {
    return this.next() < share;
  }
  one(list) {
    return list[this.whole(0, list.length - 1)];
  }
}
