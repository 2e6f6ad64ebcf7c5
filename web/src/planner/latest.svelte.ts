// The newest of several readings: an older one that comes later is thrown away. What was read last stays
// in sight while the next is on its way.
import { problemOf, type Problem } from "../lib/errors";

export class Latest<T> {
  value = $state.raw<T>();
  problem = $state.raw<Problem>();
  loading = $state(false);
  #asked = 0;

  /** Answers how to stop it: for an effect. */
  read(call: (signal: AbortSignal) => Promise<T>): () => void {
    const stop = new AbortController();
    const mine = (this.#asked += 1);
    this.loading = true;
    call(stop.signal)
      .then((value) => {
        if (mine !== this.#asked) return;
        this.value = value;
        this.problem = undefined;
      })
      .catch((reason) => {
        if (mine === this.#asked && !stop.signal.aborted) this.problem = problemOf(reason);
      })
      .finally(() => {
        if (mine === this.#asked) this.loading = false;
      });
    return () => stop.abort();
  }
}
