// The text of a fact sheet as blocks to be drawn: paragraphs, headings, lists. Plain text throughout: what looks
// like markup of any kind is shown as it is written.

export interface Part {
  text: string;
  /** An address that begins with https://. */
  link: boolean;
}

export interface Block {
  kind: "paragraph" | "heading" | "list" | "steps";
  /** Of a list its points, else its lines. */
  lines: Part[][];
}

function partsOf(line: string): Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (const found of line.matchAll(/https:\/\/[^\s<>"]+/g)) {
    // What ends the sentence is not of the address.
    const address = found[0].replace(/[.,;:!?)\]]+$/, "");
    if (found.index > from) parts.push({ text: line.slice(from, found.index), link: false });
    parts.push({ text: address, link: URL.canParse?.(address) ?? true });
    from = found.index + address.length;
  }
  if (from < line.length) parts.push({ text: line.slice(from), link: false });
  return parts;
}

const kBeginnings: [kind: Block["kind"], beginning: RegExp][] = [
  ["heading", /^#{1,6}\s+/],
  ["list", /^\s*[-*•]\s+/],
  ["steps", /^\s*\d{1,3}[.)]\s+/],
];

export function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let open: Block | undefined;
  for (const line of text.replace(/\r\n?/g, "\n").split("\n")) {
    if (line.trim() === "") {
      open = undefined;
      continue;
    }
    const [kind, beginning] = kBeginnings.find(([, expression]) => expression.test(line)) ?? ["paragraph" as const, undefined];
    // A line that is further in goes on with the point before it.
    if (!beginning && open && (open.kind === "list" || open.kind === "steps") && /^\s/.test(line)) {
      open.lines.at(-1)!.push({ text: " ", link: false }, ...partsOf(line.trim()));
      continue;
    }
    if (open?.kind !== kind || kind === "heading") blocks.push((open = { kind, lines: [] }));
    open.lines.push(partsOf(beginning ? line.replace(beginning, "") : line));
  }
  return blocks;
}
