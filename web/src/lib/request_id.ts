// Ids by which the server knows a repeated request: 128 random bits. crypto.randomUUID would do, but
// browsers offer it on secure origins only, and a desk may be opened on http inside a private network.
export function newRequestId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
