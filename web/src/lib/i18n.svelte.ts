// Every word on screen comes from messages/*.json, ICU messages under flat keys. The language can
// change while a page is open: whatever called t() or a formatter is drawn again. A catalogue is fetched
// when its language is first used; before that, keys stand for their texts.
import { IntlMessageFormat } from "intl-messageformat";
import type en from "../../messages/en.json";
import { prefs } from "./prefs.svelte";

export type MessageKey = keyof typeof en;
export type Language = "en" | "nl" | "fr" | "de";
export type MessageValues = Record<string, string | number>;
type Catalogue = Record<string, string>;

/** Each language under its own name. */
export const kLanguages: Record<Language, string> = {
  en: "English",
  nl: "Nederlands",
  fr: "Français",
  de: "Deutsch",
};

const kLoad: Record<Language, () => Promise<{ default: Catalogue }>> = {
  en: () => import("../../messages/en.json"),
  nl: () => import("../../messages/nl.json"),
  fr: () => import("../../messages/fr.json"),
  de: () => import("../../messages/de.json"),
};

class I18n {
  #language = $state<Language>("en");
  #catalogue = $state.raw<Catalogue>({});
  #formats = new Map<string, IntlMessageFormat>();

  get language(): Language {
    return this.#language;
  }

  /** Changes the language and remembers the choice. */
  async choose(language: Language): Promise<void> {
    prefs.language = language;
    await this.use(language);
  }

  async use(language: Language): Promise<void> {
    const { default: catalogue } = await kLoad[language]();
    this.#formats.clear();
    this.#catalogue = catalogue;
    this.#language = language;
    if (typeof document !== "undefined") document.documentElement.lang = language;
  }

  t(key: MessageKey, values?: MessageValues): string {
    const language = this.#language;
    const text = this.#catalogue[key] ?? key;
    let format = this.#formats.get(key);
    if (!format) {
      format = new IntlMessageFormat(text, language);
      this.#formats.set(key, format);
    }
    return format.format(values) as string;
  }

  /** The message under `key` if there is one: for words that a center's configuration chose. */
  known(key: string): string | undefined {
    return key in this.#catalogue ? this.t(key as MessageKey) : undefined;
  }
}

export const i18n = new I18n();

export function t(key: MessageKey, values?: MessageValues): string {
  return i18n.t(key, values);
}

/** The address's ?lang=, else the choice made before, else the browser's languages, else English. */
export function preferredLanguage(
  asked: string | null,
  chosen: string | null,
  browser: readonly string[],
): Language {
  for (const tag of [asked, chosen, ...browser]) {
    const language = tag?.slice(0, 2).toLowerCase();
    if (language && language in kLanguages) return language as Language;
  }
  return "en";
}
