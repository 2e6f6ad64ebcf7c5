// Node 18 keeps the browser's crypto in a module instead of in the open.
import { webcrypto } from "node:crypto";

globalThis.crypto ??= webcrypto as Crypto;
