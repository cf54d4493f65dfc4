// Runs the journeys in the real window, one line each.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { journeys } from "./journeys.mjs";
import { openWindow, screenshot, startDisplay, stopAll } from "./window.mjs";

async function main() {
  const display = await startDisplay();
  let failed = 0;
  const only = process.env.CADASTRE_ONLY ?? "";
  for (const [name, journey] of Object.entries(journeys).filter(([name]) => name.includes(only))) {
    const data = mkdtempSync(join(tmpdir(), "cadastre-e2e-"));
    let window;
    try {
      window = await openWindow(display, data);
      await journey({ browser: window.browser, data, picture: (file) => screenshot(display, file) });
      console.log(`ok ${name}`);
    } catch (error) {
      failed += 1;
      await screenshot(display, `failed-${name.replace(/\W+/g, "-")}`);
      console.log(`not ok ${name}`);
      console.log(`  ${String(error.stack ?? error).replace(/\n/g, "\n  ")}`);
    }
    await window?.browser.deleteSession().catch(() => {});
    window?.driver.kill();
    rmSync(data, { recursive: true, force: true });
  }
  return failed;
}

let failed = 1;
try {
  failed = await main();
} catch (error) {
  console.error(error);
}
stopAll();
process.exit(failed === 0 ? 0 : 1);
