// What was deleted and brought back has a new name; deeds of before still know the old one.
export class Aliases {
  #next = new Map<string, string>();

  became(before: string, after: string): void {
    const last = this.now(before);
    if (last !== after) this.#next.set(last, after);
  }

  /** What is called so today. */
  now(name: string): string {
    let last = name;
    for (let next = this.#next.get(last); next !== undefined; next = this.#next.get(last)) last = next;
    return last;
  }
}
