// What a person chose on this device: theme, language, sound. Kept in localStorage where there is one.
function load(key: string): string | null {
  try {
    return localStorage.getItem(`wissel.${key}`);
  } catch {
    return null;
  }
}

function save(key: string, value: string): void {
  try {
    localStorage.setItem(`wissel.${key}`, value);
  } catch {
    // A browser that keeps nothing still works for as long as the page is open.
  }
}

export type Theme = "system" | "light" | "dark";

class Prefs {
  #theme = $state<Theme>(parseTheme(load("theme")));
  #muted = $state(load("muted") === "yes");
  #keys = $state(load("singleKeys") !== "no");

  get theme(): Theme {
    return this.#theme;
  }
  set theme(theme: Theme) {
    this.#theme = theme;
    save("theme", theme);
    this.applyTheme();
  }
  /** Whether offers come without a sound. */
  get muted(): boolean {
    return this.#muted;
  }
  set muted(muted: boolean) {
    this.#muted = muted;
    save("muted", muted ? "yes" : "no");
  }
  /** Whether a single character ("?") is a shortcut; some people need it not to be. */
  get singleKeys(): boolean {
    return this.#keys;
  }
  set singleKeys(on: boolean) {
    this.#keys = on;
    save("singleKeys", on ? "yes" : "no");
  }
  get language(): string | null {
    return load("language");
  }
  set language(language: string) {
    save("language", language);
  }

  applyTheme(): void {
    const root = document.documentElement;
    if (this.#theme === "system") root.removeAttribute("data-theme");
    else root.setAttribute("data-theme", this.#theme);
  }
}

function parseTheme(text: string | null): Theme {
  return text === "light" || text === "dark" ? text : "system";
}

export const prefs = new Prefs();
