// Mail addresses as people type them: "Mia Peeters <mia@example.org>; jan@example.org".
export interface Address {
  displayName: string;
  address: string;
}

/** Separated by commas, semicolons or lines; one in quotation marks or <> is no separator. */
function pieces(text: string): string[] {
  const found: string[] = [];
  let piece = "";
  let quoted = false;
  let angled = false;
  for (const char of text) {
    if (char === '"') quoted = !quoted;
    else if (!quoted && (char === "<" || char === ">")) angled = char === "<";
    if (!quoted && !angled && /[,;\n]/.test(char)) {
      found.push(piece);
      piece = "";
    } else {
      piece += char;
    }
  }
  return [...found, piece].map((each) => each.trim()).filter((each) => each !== "");
}

/** Whether somebody might have it: the server looks closer. */
export function looksLikeAddress(text: string): boolean {
  return /^[^\s@<>"]+@[^\s@<>"]+$/.test(text);
}

export function readAddresses(text: string): Address[] {
  return pieces(text).map((piece) => {
    const named = /^(.*)<([^<>]*)>$/.exec(piece);
    if (!named) return { displayName: "", address: piece };
    const displayName = named[1]!.trim().replace(/^"(.*)"$/, "$1").replace(/\\(.)/g, "$1");
    return { displayName, address: named[2]!.trim() };
  });
}

/** The first that is none; undefined: all may be. */
export function wrongAddress(text: string): string | undefined {
  return readAddresses(text).find(({ address }) => !looksLikeAddress(address))?.address;
}

export function addressText({ displayName, address }: Address): string {
  if (displayName === "" || displayName === address) return address;
  const plain = /^[^",;<>@\\]+$/.test(displayName);
  return `${plain ? displayName : `"${displayName.replace(/["\\]/g, "\\$&")}"`} <${address}>`;
}

export function addressesText(addresses: readonly Address[]): string {
  return addresses.map(addressText).join(", ");
}
