// Which page the address names. The server answers every path that is no API with the same file.
export type Page = "signin" | "desk" | "live" | "wallboard" | "partners" | "rules" | "facts" | "webhooks" | "outbound" | "planner" | "chat" | "unknown";

const kPages: Record<string, Page> = {
  "/": "signin",
  "/desk": "desk",
  "/live": "live",
  "/wallboard": "wallboard",
  "/partners": "partners",
  "/rules": "rules",
  "/facts": "facts",
  "/webhooks": "webhooks",
  "/outbound": "outbound",
  "/planner": "planner",
  "/chat": "chat",
};

export function pageAt(path: string): Page {
  const trimmed = path.length > 1 ? path.replace(/\/+$/, "") : path;
  // The planner's tabs have addresses of their own.
  if (trimmed.startsWith("/planner/")) return "planner";
  return kPages[trimmed === "" ? "/" : trimmed] ?? "unknown";
}

class Router {
  #path = $state(location.pathname);
  #search = $state(location.search);

  constructor() {
    addEventListener("popstate", () => {
      this.#path = location.pathname;
      this.#search = location.search;
    });
  }

  get path(): string {
    return this.#path;
  }
  /** With its "?", or empty. */
  get search(): string {
    return this.#search;
  }

  get page(): Page {
    return pageAt(this.#path);
  }

  go(to: string, how: "push" | "replace" = "push"): void {
    const [path = "", query = ""] = to.split("?");
    const search = query === "" ? "" : `?${query}`;
    if (path === this.#path && search === this.#search) return;
    // What is only looked at differently stays where it is scrolled to.
    const elsewhere = path !== this.#path;
    history[how === "push" ? "pushState" : "replaceState"](null, "", to);
    this.#path = path;
    this.#search = search;
    if (elsewhere) scrollTo(0, 0);
  }
}

export const router = new Router();

/** For links: stays in the page on a plain click, leaves opening in a new tab to the browser. */
export function followInPage(event: MouseEvent): void {
  const link = event.currentTarget as HTMLAnchorElement;
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  router.go(link.pathname + link.search);
}
