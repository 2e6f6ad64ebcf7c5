// Node 18 keeps the browser's crypto in a module instead of in the open; texts are fetched by language.
import { webcrypto } from "node:crypto";
import { i18n } from "../src/lib/i18n.svelte";

globalThis.crypto ??= webcrypto as Crypto;

await i18n.use("en");
