// Which page the address names. The server answers every path that is no API with the same file.
export type Page = "signin" | "desk" | "live" | "wallboard" | "partners" | "rules" | "chat" | "unknown";

const kPages: Record<string, Page> = {
  "/": "signin",
  "/desk": "desk",
  "/live": "live",
  "/wallboard": "wallboard",
  "/partners": "partners",
  "/rules": "rules",
  "/chat": "chat",
};

export function pageAt(path: string): Page {
  const trimmed = path.length > 1 ? path.replace(/\/+$/, "") : path;
  return kPages[trimmed === "" ? "/" : trimmed] ?? "unknown";
}

class Router {
  #path = $state(location.pathname);

  constructor() {
    addEventListener("popstate", () => (this.#path = location.pathname));
  }

  get page(): Page {
    return pageAt(this.#path);
  }

  go(path: string, how: "push" | "replace" = "push"): void {
    if (path === this.#path) return;
    history[how === "push" ? "pushState" : "replaceState"](null, "", path);
    this.#path = path;
    scrollTo(0, 0);
  }
}

export const router = new Router();

/** For links: stays in the page on a plain click, leaves opening in a new tab to the browser. */
export function followInPage(event: MouseEvent): void {
  const link = event.currentTarget as HTMLAnchorElement;
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  router.go(link.pathname);
}
