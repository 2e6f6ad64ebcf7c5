// The server's clock, as far as this page can know it, and the ticking "now" that ages and countdowns
// are counted against. The browser's own clock may be minutes off and is never shown against a
// server's timestamp.
//
// A message that says "now" was made before it arrived, so server time minus our (monotonic) time is
// never larger than the true offset by more than nothing, and smaller by the delay: the largest of the
// last samples is the best one. Old samples are forgotten, so that a machine that slept, or a server
// whose clock was set, is followed within a minute.
import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { msOf } from "./time";

const kSamples = 12;

export class ServerClock {
  #monotonic: () => number;
  #samples: number[] = [];
  #offset: number;
  // Ticks once a second while somebody looks.
  #tick = $state(0);
  #timer: ReturnType<typeof setInterval> | undefined;
  #watchers = 0;

  constructor(
    monotonic: () => number = () => performance.now(),
    wall: () => number = () => Date.now(),
  ) {
    this.#monotonic = monotonic;
    this.#offset = wall() - monotonic();
  }

  /** Takes the `now` of an answer that has just arrived. */
  observe(now: Timestamp | undefined): void {
    if (!now) return;
    this.#samples.push(msOf(now) - this.#monotonic());
    if (this.#samples.length > kSamples) this.#samples.shift();
    this.#offset = Math.max(...this.#samples);
  }

  /** The server's time in milliseconds. */
  read(): number {
    return this.#monotonic() + this.#offset;
  }

  /** As `read`, and what depends on it is drawn anew each second. */
  get now(): number {
    void this.#tick;
    return this.read();
  }

  /** Keeps `now` ticking until the returned function is called. */
  run(): () => void {
    this.#watchers += 1;
    this.#timer ??= setInterval(() => (this.#tick += 1), 1000);
    return () => {
      this.#watchers -= 1;
      if (this.#watchers > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  }
}

export const clock = new ServerClock();
