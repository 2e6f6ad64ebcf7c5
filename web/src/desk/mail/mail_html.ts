// A mail's HTML made harmless: the few elements that carry meaning, without attributes but those that a
// table or a language needs. It is shown in a frame that may do nothing, whose policy loads nothing: three
// locks on one door. Links lead nowhere; where they lead is written behind them.
import { framed, parsed } from "./trusted";

const kKept = new Set([
  ...["P", "BR", "HR", "DIV", "SPAN", "BLOCKQUOTE", "PRE", "CODE", "SUB", "SUP"],
  ...["B", "STRONG", "I", "EM", "U", "S", "SMALL", "H1", "H2", "H3", "H4", "H5", "H6"],
  ...["UL", "OL", "LI", "DL", "DT", "DD"],
  ...["TABLE", "CAPTION", "THEAD", "TBODY", "TFOOT", "TR", "TH", "TD"],
]);
// With all that is in them.
const kDropped = new Set([
  ...["SCRIPT", "STYLE", "TEMPLATE", "NOSCRIPT", "IFRAME", "FRAME", "FRAMESET", "OBJECT", "EMBED", "APPLET"],
  ...["HEAD", "TITLE", "META", "LINK", "BASE", "SVG", "MATH", "CANVAS", "AUDIO", "VIDEO", "TEXTAREA", "SELECT"],
]);
// Plain text cannot say what these do.
const kMeaningful = new Set(["TABLE", "UL", "OL", "B", "STRONG", "I", "EM", "U", "S", "H1", "H2", "H3", "H4", "PRE"]);
const kNumbers: Record<string, string[]> = { TD: ["colspan", "rowspan"], TH: ["colspan", "rowspan"], OL: ["start"] };
const kLargestNumber = 1000;
const kDeepest = 100;

export interface HarmlessHtml {
  html: string;
  /** It says more than the plain text. */
  meaningful: boolean;
}

export function harmless(html: string): HarmlessHtml {
  const clean = document.implementation.createHTMLDocument("");
  const found = { meaningful: false };
  copy(parsed(html), clean.body, 0, found);
  return { html: clean.body.innerHTML, meaningful: found.meaningful };
}

function copy(from: Node, to: Node, depth: number, found: { meaningful: boolean }): void {
  for (const node of from.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) to.appendChild(to.ownerDocument!.createTextNode(node.nodeValue ?? ""));
    if (node instanceof Element) copyElement(node, to, depth, found);
  }
}

function copyElement(element: Element, to: Node, depth: number, found: { meaningful: boolean }): void {
  const tag = element.tagName.toUpperCase();
  if (kDropped.has(tag)) return;
  if (!kKept.has(tag) || depth >= kDeepest) {
    copy(element, to, depth, found);
    if (tag === "A") addAddress(element, to);
    if (tag === "IMG") to.appendChild(to.ownerDocument!.createTextNode(element.getAttribute("alt") ?? ""));
    return;
  }
  if (kMeaningful.has(tag) && element.textContent?.trim()) found.meaningful = true;
  const made = to.ownerDocument!.createElement(tag);
  for (const name of kNumbers[tag] ?? []) {
    const number = Number(element.getAttribute(name));
    if (Number.isInteger(number) && number > 0 && number <= kLargestNumber) made.setAttribute(name, String(number));
  }
  for (const name of ["lang", "dir"]) {
    const value = element.getAttribute(name) ?? "";
    if (/^[a-zA-Z-]{2,20}$/.test(value)) made.setAttribute(name, value);
  }
  to.appendChild(made);
  copy(element, made, depth + 1, found);
}

function addAddress(link: Element, to: Node): void {
  const leads = link.getAttribute("href")?.trim() ?? "";
  if (!/^(https?|mailto|tel):/i.test(leads)) return;
  const said = link.textContent?.trim() ?? "";
  if (said === leads || said === leads.replace(/^(mailto|tel):/i, "")) return;
  to.appendChild(to.ownerDocument!.createTextNode(` <${leads}>`));
}

// The page's own policy holds in the frame as well; this one is stricter still. Without a style of its own
// the frame has the browser's: the mail's colours and pictures are not shown.
const kPolicy = "default-src 'none'; form-action 'none'; base-uri 'none'";

export function frameText(html: string, dark: boolean): string {
  const lines = [
    "<!doctype html><meta charset=\"utf-8\">",
    `<meta http-equiv="Content-Security-Policy" content="${kPolicy}">`,
    `<meta name="color-scheme" content="${dark ? "dark" : "light"}">`,
    html,
  ];
  return framed(lines.join(""));
}
