// What the widget on another site and the chat page in its frame say to each other, by postMessage. Each looks at
// who speaks, the window and its origin, before it listens.

/** From the widget. The first one is also how the page learns whose page is around it. */
export interface ToChat {
  wissel: "shown";
  shown: boolean;
}

/** From the page. `ready` goes to whoever is around it, and says nothing else. */
export type FromChat =
  | { wissel: "ready" }
  /** Messages that have come while it was hidden; whether a conversation is under way. */
  | { wissel: "state"; unread: number; going: boolean }
  /** Escape was pressed. */
  | { wissel: "close" };
