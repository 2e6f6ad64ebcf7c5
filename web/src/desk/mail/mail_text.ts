// The text of a mail, for reading: what was quoted at its end stands apart.
export interface MailText {
  own: string;
  quoted: string;
}

/** Lines that begin with ">" at the end, with the line that says whose they are. */
export function withoutQuotation(text: string): MailText {
  const lines = text.replace(/\r\n?/g, "\n").trimEnd().split("\n");
  let from = lines.length;
  while (from > 0 && /^\s*(>|$)/.test(lines[from - 1]!)) from -= 1;
  const quotes = lines.slice(from).some((line) => line.trimStart().startsWith(">"));
  if (!quotes || from === 0) return { own: lines.join("\n"), quoted: "" };
  if (/:\s*$/.test(lines[from - 1]!)) from -= 1;
  const own = lines.slice(0, from).join("\n").trimEnd();
  if (own === "") return { own: lines.join("\n"), quoted: "" };
  return { own, quoted: lines.slice(from).join("\n").trim() };
}

/** As the server makes it, where the agent names none. */
export function answerSubject(subject: string): string {
  return /^re:/i.test(subject) ? subject : `Re: ${subject}`;
}

/** A line of it, for lists. */
export function firstLine(text: string): string {
  return text.split("\n").find((line) => line.trim() !== "")?.trim() ?? "";
}
