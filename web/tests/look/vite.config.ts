// Shows the pages on a made-up center, without a server: npx vite --config tests/look/vite.config.ts
// Only the clients are replaced; `npm run build` knows nothing of this folder.
import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

const web = fileURLToPath(new URL("../..", import.meta.url));
const clients = fileURLToPath(new URL("./clients.ts", import.meta.url));

export default defineConfig({
  root: web,
  cacheDir: "node_modules/.vite-look",
  build: { target: "es2022" },
  plugins: [
    svelte(),
    {
      name: "made-up-center",
      enforce: "pre",
      resolveId: (source, importer) => (/\/lib\/clients$|^\.\/clients$/.test(source) && importer?.startsWith(`${web}src`) ? clients : null),
    },
  ],
});
