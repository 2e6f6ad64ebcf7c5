// The fact sheets of the queues whose contacts are in hand: read when the first contact of a queue comes, and again
// with each new one and every minute while one is looked at. What was read stays when it cannot be read again.
import type { Client } from "@connectrpc/connect";
import type { Assignment } from "../../gen/wissel/v1/agent_pb";
import type { FactSheet, FactSheetService } from "../../gen/wissel/v1/fact_sheet_pb";
import { SvelteMap } from "svelte/reactivity";

export const kReadAgainMs = 60_000;

export class QueueFacts {
  #client: Client<typeof FactSheetService>;
  #sheets = new SvelteMap<string, FactSheet[]>();
  #known = new Set<string>();
  #looked = "";
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(client: Client<typeof FactSheetService>) {
    this.#client = client;
  }

  of(queue: string): readonly FactSheet[] {
    return this.#sheets.get(queue) ?? [];
  }

  start(): () => void {
    this.#timer = setInterval(() => void this.#read(this.#looked), kReadAgainMs);
    return () => clearInterval(this.#timer);
  }

  follow(assignments: readonly Assignment[], selected: string | null): void {
    this.#looked = assignments.find(({ workItem }) => workItem === selected)?.queue ?? "";
    const fresh = assignments.filter(({ workItem }) => !this.#known.has(workItem));
    this.#known = new Set(assignments.map(({ workItem }) => workItem));
    for (const queue of new Set(fresh.map(({ queue }) => queue))) void this.#read(queue);
  }

  async #read(queue: string): Promise<void> {
    if (queue === "") return;
    try {
      const { factSheets } = await this.#client.listFactSheets({ parent: queue });
      this.#sheets.set(queue, factSheets);
    } catch {
      // They help, and are not the work: what is known stays.
    }
  }
}
