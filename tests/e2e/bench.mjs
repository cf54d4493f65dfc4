// Frame times, CPU and memory of the real window on large schemas; printed, never judged.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { openWindow, screenshot, startDisplay, stopAll, until } from "./window.mjs";

const FRAMES = 150;

/** Seconds of CPU the window and WebKit's processes have used, and their memory in MiB. */
function usage() {
  let [ticks, memory] = [0, 0];
  for (const pid of readdirSync("/proc").filter((it) => /^\d+$/.test(it))) {
    try {
      const name = readFileSync(`/proc/${pid}/comm`, "utf8").trim();
      if (!/^(cadastre-deskto|WebKitWebProces|WebKitNetworkPr)/.test(name)) continue;
      const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
      // One that has ended and nobody has looked after yet will take its ticks along.
      if (fields[0] === "Z") continue;
      ticks += Number(fields[11]) + Number(fields[12]);
      // Shared pages count once: proportional set size.
      memory += Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1] ?? 0) / 1024;
    } catch {
      // The process ended while it was looked at.
    }
  }
  return { cpu: ticks / 100, memory };
}

/** What a canvas of the diagram's size costs here when next to nothing is painted on it: what this machine can do at all. */
const measureBareCanvas = (browser, frames = FRAMES) =>
  browser.executeAsync(
    (count, done) => {
      const rect = document.querySelector('[data-testid="diagram"]').getBoundingClientRect();
      const canvas = document.createElement("canvas");
      canvas.style.cssText = `position: fixed; left: ${rect.x}px; top: ${rect.y}px; z-index: 99`;
      [canvas.width, canvas.height] = [rect.width, rect.height];
      document.body.append(canvas);
      const context = canvas.getContext("2d", { alpha: false });
      const times = [];
      let last = performance.now();
      const frame = (now) => {
        times.push(now - last);
        last = now;
        if (times.length > count) {
          canvas.remove();
          return done(times.slice(1));
        }
        context.fillStyle = "#eee";
        context.fillRect(0, 0, canvas.width, canvas.height);
        context.fillStyle = "#333";
        context.fillRect(times.length, 100, 50, 50);
        requestAnimationFrame(frame);
      };
      requestAnimationFrame(frame);
    },
    frames,
  );

/** Moves the canvas every frame and returns the frame times in milliseconds. */
const measureFrames = (browser, kind) =>
  browser.executeAsync(
    (how, frames, done) => {
      const host = document.querySelector('[data-testid="diagram"]');
      const rect = host.getBoundingClientRect();
      const [x, y] = [rect.x + rect.width / 2, rect.y + rect.height / 2];
      const wheel = (options) => host.dispatchEvent(new WheelEvent("wheel", { clientX: x, clientY: y, bubbles: true, cancelable: true, ...options }));
      const times = [];
      let last = performance.now();
      const frame = (now) => {
        times.push(now - last);
        last = now;
        if (times.length > frames) return done(times.slice(1));
        const phase = times.length % 60 < 30 ? 1 : -1;
        if (how === "pan") wheel({ deltaY: 25 * phase, shiftKey: true });
        else if (how === "zoom") wheel({ deltaY: 30 * phase });
        requestAnimationFrame(frame);
      };
      requestAnimationFrame(frame);
    },
    kind,
    FRAMES,
  );

const zoomTo = (browser, target) =>
  browser.execute((scale) => {
    const host = document.querySelector('[data-testid="diagram"]');
    const rect = host.getBoundingClientRect();
    const factor = scale / Number(host.dataset.scale);
    const event = { clientX: rect.x + rect.width / 2, clientY: rect.y + rect.height / 2, bubbles: true, cancelable: true };
    host.dispatchEvent(new WheelEvent("wheel", { ...event, deltaY: -Math.log(factor) / 0.0015 }));
  }, target);

const percentile = (values, share) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];

async function report(browser, what, kind) {
  const before = usage();
  const times = await (kind === "bare" ? measureBareCanvas(browser) : measureFrames(browser, kind));
  const cpu = ((usage().cpu - before.cpu) * 1000) / times.length;
  const smooth = (times.filter((time) => time <= 17.2).length / times.length) * 100;
  const figures = [percentile(times, 0.5), percentile(times, 0.95), percentile(times, 0.99)].map((it) => it.toFixed(1).padStart(6));
  console.log(`${what.padEnd(36)} | median ${figures[0]}  95 % ${figures[1]}  99 % ${figures[2]} ms | ${smooth.toFixed(0).padStart(3)} % within a frame | CPU ${cpu.toFixed(1).padStart(5)} ms a frame`);
}

async function openFile(browser, path, tables) {
  await (await browser.$('[data-testid="add-connection"]')).click();
  await (await browser.$('[data-testid="connection-form"] [name="url"]')).setValue(`sqlite:${path}`);
  await (await browser.$('[data-testid="save-open"]')).click();
  const digits = () => browser.execute(() => document.querySelector("footer span")?.textContent.replace(/\D/g, "") ?? "");
  await until(`${tables} tables`, async () => (await digits()) === String(tables), 60);
}

async function measure(display, tables) {
  const data = mkdtempSync(join(tmpdir(), "cadastre-bench-"));
  const started = performance.now();
  const { browser, driver } = await openWindow(display, data);
  try {
    await until("the demo", () => browser.execute(() => document.querySelector("footer span")?.textContent.startsWith("37") ?? false));
    console.log(`start to first diagram, driver included: ${Math.round(performance.now() - started)} ms`);
    await report(browser, "an empty animation", "none");
    await report(browser, "a bare canvas (this machine's limit)", "bare");
    const opened = performance.now();
    await openFile(browser, join(process.env.BENCH_FOLDER, `${tables}.db`), tables);
    console.log(`${tables} tables from address to diagram: ${Math.round(performance.now() - opened)} ms`);
    await screenshot(display, `tables-${tables}`);
    for (const scale of [1, 0.5, 0.3, 0.1]) {
      await zoomTo(browser, scale);
      // What is measured is panning, not the change from drawn tables to elements after a turn of the wheel.
      await new Promise((resolve) => setTimeout(resolve, 600));
      await report(browser, `${tables} tables, zoom ${scale}, panning`, "pan");
      await report(browser, `${tables} tables, zoom ${scale}, zooming`, "zoom");
    }
    await new Promise((resolve) => setTimeout(resolve, 3000));
    const before = usage();
    await new Promise((resolve) => setTimeout(resolve, 3000));
    const after = usage();
    console.log(`idle: ${Math.round(after.memory)} MiB, ${(((after.cpu - before.cpu) / 3) * 100).toFixed(1)} % of a core`);
  } finally {
    await browser.deleteSession().catch(() => {});
    driver.kill();
    // Their processor time must not be counted as that of the next window.
    await until("the window's processes to end", () => usage().memory === 0);
    rmSync(data, { recursive: true, force: true });
  }
}

let ok = false;
try {
  const display = await startDisplay();
  for (const tables of [1000, 3000]) await measure(display, tables);
  ok = true;
} catch (error) {
  console.error(error);
}
stopAll();
process.exit(ok ? 0 : 1);
