import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

export default defineConfig(({ mode }) => ({
  plugins: [svelte()],
  build: { outDir: "dist", emptyOutDir: true, target: "safari16", assetsInlineLimit: 0 },
  // Under test Svelte must resolve to its browser build.
  resolve: mode === "test" ? { conditions: ["browser"] } : {},
  test: { environment: "jsdom", include: ["src/**/*.test.ts"] },
}));
