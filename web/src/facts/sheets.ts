// What of a fact sheet is shown to whom, and which sheets a search finds. Pure.
import type { FactSheet, FactText } from "../gen/wissel/v1/fact_sheet_pb";
import { idOf } from "../lib/time";

/** In this language, else the first. A sheet always has a text. */
export function textIn(sheet: FactSheet, language: string): FactText {
  return sheet.texts.find((text) => text.language.slice(0, 2) === language) ?? sheet.texts[0]!;
}

const plain = (text: string) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Those in which every word stands, in whatever language. Accents and capitals do not count. */
export function found(sheets: readonly FactSheet[], search: string): FactSheet[] {
  const words = plain(search).split(/\s+/).filter(Boolean);
  return sheets.filter((sheet) => {
    const all = plain(sheet.texts.map(({ title, text }) => `${title}\n${text}`).join("\n"));
    return words.every((word) => all.includes(word));
  });
}

/** An id for a new sheet that says what it is about, and that none of these has. */
export function idFor(title: string, taken: readonly FactSheet[]): string {
  const words = plain(title).replace(/[^a-z0-9]+/g, "-").replace(/^[^a-z]+|-+$/g, "").slice(0, 50);
  const base = words === "" ? "sheet" : words.replace(/-+$/, "");
  const ids = new Set(taken.map(({ name }) => idOf(name)));
  for (let number = 1; ; number += 1) {
    const id = number === 1 ? base : `${base}-${number}`;
    if (!ids.has(id)) return id;
  }
}
