// Which chord means which wish on the desk.
import { chordOf, isTyping, type KeyPress } from "../lib/shortcuts";

export type Wish =
  | "accept"
  | "decline"
  | "available"
  | "away"
  | "previous"
  | "next"
  | "hold"
  | "transfer"
  | "return"
  | "wrapUp"
  | "missCustomer"
  | "complete"
  | "ask"
  | "handOver"
  | "endConsult"
  | "conference"
  | "setAside"
  | "write"
  | "quickReplies"
  | "takeBack"
  | "newMail"
  | "dial"
  | "hangUp"
  | "customer"
  | "facts"
  | "mute"
  | "help"
  | { select: number };

const kWishes: Record<string, Wish> = {
  "Alt+A": "accept",
  "Alt+X": "decline",
  "Alt+P": "available",
  "Alt+B": "away",
  "Alt+ArrowUp": "previous",
  "Alt+ArrowDown": "next",
  "Alt+H": "hold",
  "Alt+T": "transfer",
  "Alt+R": "return",
  "Alt+W": "wrapUp",
  "Alt+N": "missCustomer",
  "Alt+C": "complete",
  "Alt+Q": "ask",
  "Alt+O": "handOver",
  "Alt+E": "endConsult",
  "Alt+K": "conference",
  "Alt+S": "setAside",
  "Alt+Y": "write",
  "Alt+I": "quickReplies",
  "Alt+Z": "takeBack",
  "Alt+J": "newMail",
  "Alt+L": "dial",
  "Alt+U": "hangUp",
  "Alt+G": "customer",
  "Alt+F": "facts",
  "Alt+M": "mute",
};

export function wishOf(
  press: KeyPress & { target: EventTarget | null },
  singleKeys: boolean,
): Wish | undefined {
  if (press.key === "?" && singleKeys && !press.altKey && !isTyping(press.target)) return "help";
  const chord = chordOf(press);
  if (!chord) return undefined;
  const digit = /^Alt\+([1-9])$/.exec(chord);
  return digit ? { select: Number(digit[1]) - 1 } : kWishes[chord];
}
