// What another site includes by one tag: a button that opens the chat page in a frame.
//
//   <script src="https://desk.example.org/widget.js" data-topic="queues/benefits" data-language="nl" async></script>
//
// It stands alone: it imports nothing, sets no cookie, and leaves one name behind, `wisselChat`. What it draws
// is in a shadow tree with its own style sheet, so that neither site changes the other. The site's own
// policy needs `script-src` and `frame-src` for this origin, and nothing more.
import type { FromChat, ToChat } from "./frame_talk";

interface WisselChat {
  open(): void;
  close(): void;
}
declare global {
  interface Window {
    wisselChat?: WisselChat;
  }
  // The catalogues' texts that begin with "widget.", by language, as JSON (vite.config.ts).
  const __WIDGET_WORDS__: string;
}

// All of it in here: at the top of a script each name would be the site's as well.
(() => {
  // How it was on the page before, of this tab: a chat goes on while its reader moves about the site.
  const kKept = "wissel.chat";

  const kStyle = `
:host { all: initial; color-scheme: light dark; --ink: #182024; --paper: #fff; --line: #87938f; --accent: #0d5c66; --on: #fff; --bad: #b0261d; }
@media (prefers-color-scheme: dark) { :host { --ink: #e7edee; --paper: #182024; --line: #6b7b81; --accent: #6cc5cf; --on: #06262b; --bad: #ff9a8f; } }
* { box-sizing: border-box; font: 600 16px/1.3 system-ui, sans-serif; }
.open { position: fixed; inset: auto 16px 16px auto; z-index: 2147483646; min-height: 48px; padding: 0 20px; border: 0; border-radius: 24px; background: var(--accent); color: var(--on); cursor: pointer; box-shadow: 0 4px 16px rgb(0 0 0 / 30%); }
button:focus-visible { outline: 3px solid var(--ink); outline-offset: 2px; box-shadow: 0 0 0 2px var(--paper); }
.count { margin-inline-start: 10px; padding: 1px 8px; border-radius: 10px; background: var(--paper); color: var(--bad); }
.count:empty { display: none; }
dialog { position: fixed; inset: auto 16px 80px auto; z-index: 2147483647; width: min(416px, 100vw - 32px); height: min(640px, 100vh - 96px); margin: 0; padding: 0; border: 1px solid var(--line); border-radius: 10px; overflow: hidden; background: var(--paper); color: var(--ink); box-shadow: 0 8px 32px rgb(0 0 0 / 35%); }
dialog[open] { display: flex; flex-direction: column; }
header { display: flex; align-items: center; justify-content: space-between; padding: 4px 4px 4px 16px; border-bottom: 1px solid var(--line); }
h2 { margin: 0; }
.close { min-width: 44px; min-height: 44px; border: 0; border-radius: 6px; background: none; color: var(--ink); font-size: 22px; cursor: pointer; }
iframe { flex: 1; width: 100%; border: 0; }
.said { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
@media (max-width: 480px) { dialog { inset: 0; width: 100%; height: 100%; max-width: none; max-height: none; border: 0; border-radius: 0; } }
`;

  const script = document.currentScript;
  if (!(script instanceof HTMLScriptElement) || window.wisselChat) return;
  const { origin } = new URL(script.src);
  const catalogues = JSON.parse(__WIDGET_WORDS__) as Record<string, Record<string, string>>;
  const language = chooseLanguage(catalogues, script.dataset.language, document.documentElement.lang, ...navigator.languages);
  const words = catalogues[language]!;
  const topic = script.dataset.topic ?? "";

  const button = make("button", "open");
  const label = make("span", "", words["widget.open"]);
  const count = make("span", "count");
  count.setAttribute("aria-hidden", "true");
  button.append(label, count);
  button.type = "button";
  button.setAttribute("aria-haspopup", "dialog");
  button.setAttribute("aria-expanded", "false");
  const said = make("p", "said");
  said.setAttribute("role", "status");

  const dialog = make("dialog", "");
  dialog.setAttribute("aria-labelledby", "title");
  const title = make("h2", "", words["widget.title"]);
  title.id = "title";
  const shut = make("button", "close", "×");
  shut.type = "button";
  shut.setAttribute("aria-label", words["widget.close"]!);
  const header = make("header", "");
  header.append(title, shut);
  dialog.append(header);

  let frame: HTMLIFrameElement | undefined;
  let alive = false;

  function load(): void {
    if (frame) return;
    frame = make("iframe", "");
    frame.title = words["widget.title"]!;
    frame.referrerPolicy = "no-referrer";
    const query = new URLSearchParams({ embedded: "", lang: language });
    if (topic) query.set("topic", topic);
    frame.src = `${origin}/chat?${query}`;
    dialog.append(frame);
  }

  function tell(message: ToChat): void {
    if (alive) frame?.contentWindow?.postMessage(message, origin);
  }

  function open(focus = true): void {
    if (dialog.open) return;
    load();
    const before = document.activeElement;
    // On a phone it hides the page, so that the page must be out of reach as well.
    if (matchMedia("(max-width: 480px)").matches) dialog.showModal();
    else dialog.show();
    if (!focus && before instanceof HTMLElement) before.focus();
    else if (alive) frame?.focus();
    shown(true);
  }

  // What is said from this moment on is unread; the dialog's own event comes a frame later.
  function close(): void {
    if (!dialog.open) return;
    dialog.close();
    shown(false);
  }

  function shown(is: boolean): void {
    button.setAttribute("aria-expanded", String(is));
    keep(is ? "open" : "closed");
    tell({ wissel: "shown", shown: is });
  }

  function show({ unread, going }: { unread: number; going: boolean }): void {
    const sentence = unread > 0 ? words["widget.unread"]!.replace("{count}", String(unread)) : "";
    count.textContent = unread > 0 ? String(unread) : "";
    button.setAttribute("aria-label", sentence ? `${words["widget.open"]} – ${sentence}` : words["widget.open"]!);
    if (said.textContent !== sentence) said.textContent = sentence;
    if (!going && !dialog.open) keep(null);
  }

  button.addEventListener("click", () => (dialog.open ? close() : open()));
  shut.addEventListener("click", close);
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });
  dialog.addEventListener("close", () => button.focus());
  addEventListener("message", (event: MessageEvent<FromChat | null>) => {
    if (event.origin !== origin || !frame || event.source !== frame.contentWindow) return;
    const told = event.data;
    if (told?.wissel === "ready") {
      alive = true;
      tell({ wissel: "shown", shown: dialog.open });
    } else if (told?.wissel === "state") {
      show({ unread: Math.max(0, Number(told.unread) || 0), going: told.going === true });
    } else if (told?.wissel === "close") {
      close();
    }
  });

  function start(): void {
    const host = document.createElement("div");
    host.lang = language;
    const tree = host.attachShadow({ mode: "open" });
    // Not an element: a site's policy may refuse inline styles.
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(kStyle);
    tree.adoptedStyleSheets = [sheet];
    tree.append(button, dialog, said);
    document.body.append(host);
    const before = kept();
    if (before !== null) load();
    if (before === "open") open(false);
  }
  window.wisselChat = { open: () => open(), close };
  if (document.body) start();
  else addEventListener("DOMContentLoaded", start);

  function make<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, name: string, text = ""): HTMLElementTagNameMap[Tag] {
    const element = document.createElement(tag);
    if (name) element.className = name;
    if (text) element.textContent = text;
    return element;
  }

  function chooseLanguage(known: object, ...wished: readonly (string | undefined)[]): string {
    const primary = wished.map((tag) => (tag ?? "").split("-")[0]!.toLowerCase());
    return primary.find((tag) => Object.hasOwn(known, tag)) ?? "en";
  }

  // A site may be set to keep nothing.
  function kept(): string | null {
    try {
      return sessionStorage.getItem(kKept);
    } catch {
      return null;
    }
  }

  function keep(state: "open" | "closed" | null): void {
    try {
      if (state === null) sessionStorage.removeItem(kKept);
      else sessionStorage.setItem(kKept, state);
    } catch {
      // Then the chat does not follow its reader to the next page.
    }
  }
})();
