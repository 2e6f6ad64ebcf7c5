// Hands bytes to the browser as a file to be saved.
const kKeptMs = 10_000;

export function save(content: Uint8Array, contentType: string, fileName: string): void {
  const address = URL.createObjectURL(new Blob([content as BlobPart], { type: contentType }));
  const link = document.createElement("a");
  link.href = address;
  link.download = fileName;
  link.click();
  // The browser may still be reading it.
  setTimeout(() => URL.revokeObjectURL(address), kKeptMs);
}
