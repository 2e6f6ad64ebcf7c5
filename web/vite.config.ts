import { readFileSync } from "node:fs";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

// The server that `npm run dev` passes calls on to; everything else is served from the sources.
const server = process.env.WISSEL_HTTP ?? "http://127.0.0.1:8080";

// The texts that go into widget.js, which fetches nothing: those of the catalogues that begin with "widget.".
function widgetWords(): Record<string, Record<string, string>> {
  const words = ["en", "nl", "fr", "de"].map((language) => {
    const catalogue = JSON.parse(readFileSync(new URL(`messages/${language}.json`, import.meta.url), "utf8"));
    return [language, Object.fromEntries(Object.entries(catalogue).filter(([key]) => key.startsWith("widget.")))];
  });
  return Object.fromEntries(words);
}

export default defineConfig({
  plugins: [svelte()],
  define: { __WIDGET_WORDS__: JSON.stringify(JSON.stringify(widgetWords())) },
  build: {
    target: "es2022",
    // The content security policy allows files of our own origin only: nothing is inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      // The pages that the server writes (customer/) have one style sheet, under a name that does not change.
      // So has the script that other sites include (src/widget).
      input: { main: "index.html", customer: "src/styles/customer.css", widget: "src/widget/widget.ts" },
      output: {
        entryFileNames: ({ name }) => (name === "widget" ? "widget.js" : "assets/[name]-[hash].js"),
        assetFileNames: (asset) =>
          asset.names.includes("customer.css") ? "customer.css" : "assets/[name]-[hash][extname]",
      },
      onwarn(warning, warn) {
        // Comments that the Svelte compiler moves; nothing is lost but a hint to the bundler.
        const moved = ["INVALID_ANNOTATION", "SOURCEMAP_ERROR"].includes(warning.code ?? "");
        if (!moved) warn(warning);
      },
    },
  },
  server: { proxy: { "^/wissel\\.v1\\..*": server } },
  // The stores are tested as the browser runs them, with live state, in plain Node.
  resolve: process.env.VITEST ? { conditions: ["browser"] } : {},
  test: {
    include: ["tests/**/*.test.ts"],
    environment: "node",
    setupFiles: ["tests/setup.ts"],
    testTransformMode: { web: ["**/*.test.ts"] },
  },
});
