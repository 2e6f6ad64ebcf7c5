// Every language says everything, with the same arguments; and no page says anything of its own.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parse as parseMessage, TYPE, type MessageFormatElement } from "@formatjs/icu-messageformat-parser";
import { parse as parseSvelte, type AST } from "svelte/compiler";
import { describe, expect, it } from "vitest";

const web = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const languages = ["en", "nl", "fr", "de"];
const catalogues = Object.fromEntries(
  languages.map((language) => [
    language,
    JSON.parse(readFileSync(join(web, `messages/${language}.json`), "utf8")) as Record<string, string>,
  ]),
);
const english = catalogues.en!;

function argumentsOf(elements: MessageFormatElement[]): string[] {
  const found = elements.flatMap((element): string[] => {
    if (element.type === TYPE.literal || element.type === TYPE.pound) return [];
    const own = [`${element.value}:${element.type}`];
    if (element.type === TYPE.plural || element.type === TYPE.select) {
      return own.concat(...Object.values(element.options).map((each) => argumentsOf(each.value)));
    }
    return own;
  });
  return [...new Set(found)].sort();
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === "gen" ? [] : sources(path);
    return /\.(svelte|ts)$/.test(entry.name) ? [path] : [];
  });
}

describe("the catalogues", () => {
  for (const language of languages.slice(1)) {
    it(`say in ${language} all that they say in English`, () => {
      expect(Object.keys(catalogues[language]!).sort()).toEqual(Object.keys(english).sort());
    });

    it(`take the same arguments in ${language}`, () => {
      for (const [key, text] of Object.entries(english)) {
        const other = catalogues[language]![key]!;
        expect(other.trim(), key).not.toBe("");
        expect(argumentsOf(parseMessage(other)), key).toEqual(argumentsOf(parseMessage(text)));
      }
    });
  }

  it("say nothing that no page asks for", () => {
    const code = sources(join(web, "src")).map((path) => readFileSync(path, "utf8")).join("\n");
    const unused = Object.keys(english).filter(
      (key) => !/^(awayReason|field|absence)\./.test(key) && !code.includes(`"${key}"`),
    );
    expect(unused).toEqual([]);
  });
});

const kSpoken = ["aria-label", "title", "placeholder", "alt", "label"];

describe("the pages", () => {
  for (const path of sources(join(web, "src")).filter((name) => name.endsWith(".svelte"))) {
    it(`${path.slice(web.length + 1)} has no words of its own`, () => {
      const found: string[] = [];
      walk(parseSvelte(readFileSync(path, "utf8"), { modern: true }).fragment, found);
      expect(found).toEqual([]);
    });
  }
});

// Text between tags, and literal text in attributes that are read out. Keys on <kbd> are no words.
function walk(node: unknown, found: string[]): void {
  if (Array.isArray(node)) return node.forEach((each) => walk(each, found));
  if (node === null || typeof node !== "object") return;
  const { type } = node as { type?: string };
  if (type === "RegularElement" && (node as AST.RegularElement).name === "kbd") return;
  if (type === "StyleDirective") return;
  if (type === "Attribute") {
    const attribute = node as AST.Attribute;
    if (kSpoken.includes(attribute.name)) readAttribute(attribute, found);
    return;
  }
  if (type === "Text") {
    const { data } = node as AST.Text;
    if (/\p{L}/u.test(data)) found.push(data.trim());
    return;
  }
  for (const [key, value] of Object.entries(node)) {
    if (key !== "expression" && key !== "metadata") walk(value, found);
  }
}

function readAttribute(attribute: AST.Attribute, found: string[]): void {
  const parts = Array.isArray(attribute.value) ? attribute.value : [];
  for (const part of parts) {
    if (part.type === "Text" && /\p{L}/u.test(part.data)) found.push(part.data);
  }
}
