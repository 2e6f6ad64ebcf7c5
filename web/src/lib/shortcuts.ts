// The desk's keyboard shortcuts: Alt with a letter or figure, so that they work while a reply is being
// typed. Letters go by what is printed on the key (Belgian, French and German keyboards differ), figures
// by their place (on some keyboards they need shift).
export interface KeyPress {
  key: string;
  code: string;
  altKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
}

/** "Alt+A", "Alt+3", "Alt+ArrowUp" or undefined. */
export function chordOf(press: KeyPress): string | undefined {
  if (!press.altKey || press.ctrlKey || press.metaKey) return undefined;
  const digit = /^Digit([1-9])$/.exec(press.code);
  if (digit) return `Alt+${digit[1]}`;
  if (press.shiftKey) return undefined;
  if (press.key.startsWith("Arrow")) return `Alt+${press.key}`;
  if (/^[a-z]$/i.test(press.key)) return `Alt+${press.key.toUpperCase()}`;
  // On a Mac the option key makes another character of the letter: its place has to do.
  const place = /^Key([A-Z])$/.exec(press.code);
  return place ? `Alt+${place[1]}` : undefined;
}

export function isTyping(target: EventTarget | null): boolean {
  if (!target || !("tagName" in target)) return false;
  const element = target as HTMLElement;
  return element.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(element.tagName);
}
