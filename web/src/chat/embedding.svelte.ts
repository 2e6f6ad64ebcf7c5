// The chat page in a frame of another site: what it hears from the widget there, and tells it. Who may be around
// it is the server's policy, which the browser keeps (frame-ancestors); to whom it speaks is the window around it,
// at the origin that spoke first.
import type { FromChat, ToChat } from "../widget/frame_talk";

export interface Host {
  postMessage(message: FromChat, targetOrigin: string): void;
}

export class Embedding {
  /** Whether its reader sees it. */
  shown = $state(false);
  #host: Host;
  #origin: string | null = null;
  #unread = 0;
  #going = false;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Nobody is known yet, and nothing is said. */
  begin(): void {
    this.#host.postMessage({ wissel: "ready" }, "*");
  }

  hear(event: { source: unknown; origin: string; data: unknown }): void {
    if (event.source !== this.#host) return;
    if (this.#origin !== null && event.origin !== this.#origin) return;
    const said = event.data as Partial<ToChat> | null;
    if (said?.wissel !== "shown") return;
    this.#origin = event.origin;
    this.shown = said.shown === true;
    this.#say({ wissel: "state", unread: this.#unread, going: this.#going });
  }

  tell(unread: number, going: boolean): void {
    this.#unread = unread;
    this.#going = going;
    this.#say({ wissel: "state", unread, going });
  }

  close(): void {
    this.#say({ wissel: "close" });
  }

  #say(message: FromChat): void {
    if (this.#origin !== null) this.#host.postMessage(message, this.#origin);
  }
}
