// A CSV file as recipients of a mailing (RFC 4180, and what programs make of it: commas, semicolons or
// tabs, with or without a byte order mark). Pure.

export interface Row {
  /** Of the file, from 1. */
  line: number;
  cells: string[];
}

export interface Table {
  columns: string[];
  rows: Row[];
}

/** As columns are compared: "Display name" as "display_name". */
export const columnKey = (name: string): string => name.trim().toLowerCase().replace(/[\s-]+/g, "_");

// The one that stands most often in the first line, outside quotes.
function separatorOf(text: string): string {
  const head = (text.split(/\r?\n/, 1)[0] ?? "").replace(/"[^"]*"/g, "");
  const times = (separator: string) => head.split(separator).length;
  return [",", ";", "\t"].reduce((best, each) => (times(each) > times(best) ? each : best));
}

/** Empty lines are left out. A quoted cell may have line ends in it. */
export function parseCsv(text: string): Table {
  const source = text.replace(/^\uFEFF/, "");
  const separator = separatorOf(source);
  const rows: Row[] = [];
  let cells: string[] = [];
  let cell = "";
  let quoted = false;
  let line = 1;
  let begun = 1;
  const endRow = () => {
    cells.push(cell);
    if (cells.some((each) => each !== "")) rows.push({ line: begun, cells });
    [cells, cell] = [[], ""];
  };
  for (let i = 0; i < source.length; ++i) {
    const c = source[i]!;
    if (c === "\n") line += 1;
    if (quoted) {
      if (c !== '"') cell += c;
      else if (source[i + 1] === '"') [cell, i] = [cell + '"', i + 1];
      else quoted = false;
    } else if (c === '"' && cell === "") {
      quoted = true;
    } else if (c === separator) {
      cells.push(cell);
      cell = "";
    } else if (c === "\n") {
      endRow();
      begun = line;
    } else if (c !== "\r") {
      cell += c;
    }
  }
  endRow();
  const [head, ...rest] = rows;
  return { columns: (head?.cells ?? []).map((each) => each.trim()), rows: rest };
}
