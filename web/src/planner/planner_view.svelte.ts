// The address of the planner's page as what is looked at.
import { router } from "../lib/router.svelte";
import { searchOf, tabAt, viewOf, type Tab, type View } from "./view";

export class PlannerView {
  tab = $derived(tabAt(router.path));
  now = $derived(viewOf(router.search));

  /** "queues/web" of those that are looked at; the first leads. */
  get queues(): string[] {
    return this.now.queues.map((id) => `queues/${id}`);
  }

  hrefOf(tab: Tab): string {
    return `/planner/${tab}${searchOf(this.now)}`;
  }

  set(change: Partial<View>): void {
    router.go(`/planner/${this.tab}${searchOf({ ...this.now, ...change })}`, "replace");
  }

  open(tab: Tab, change: Partial<View> = {}): void {
    router.go(`/planner/${tab}${searchOf({ ...this.now, ...change })}`);
  }
}
