// A private X server, WebKit's driver, and the real window.
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";

import { remote } from "webdriverio";

const program = process.env.CADASTRE_PROGRAM;
const pictures = process.env.CADASTRE_PICTURES;
const children = [];

function start(command, args, env = {}) {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } });
  child.output = "";
  const keep = (data) => (child.output = (child.output + data).slice(-20000));
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  children.push(child);
  return child;
}

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

export async function until(what, check, seconds = 30) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    if (await check()) return;
    if (Date.now() > end) throw new Error(`waited ${seconds} s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** The X server chooses its own number and writes it to its third descriptor. */
export async function startDisplay() {
  const child = spawn("Xvfb", ["-displayfd", "3", "-screen", "0", "1400x900x24", "-nolisten", "tcp"], { stdio: ["ignore", "ignore", "ignore", "pipe"] });
  children.push(child);
  let number = "";
  child.stdio[3].on("data", (data) => (number += data));
  await until("the X server", () => number.includes("\n"));
  return `:${number.trim()}`;
}

export async function openWindow(display, data, extra = {}) {
  Object.assign(process.env, { DISPLAY: display });
  const driverPort = await freePort();
  const driver = start("WebKitWebDriver", [`--port=${driverPort}`, "--host=127.0.0.1"], {
    DISPLAY: display,
    CADASTRE_DATA: data,
    CADASTRE_NO_KEYCHAIN: "1",
    CADASTRE_SAVE_AS: data,
    CADASTRE_OPEN_FILE: join(data, "wanted.sql"),
    WEBKIT_DISABLE_DMABUF_RENDERER: "1",
    TAURI_AUTOMATION: "true",
    TAURI_WEBVIEW_AUTOMATION: "true",
    LANG: "C.UTF-8",
    ...extra,
  });
  await until("the driver", async () => fetch(`http://127.0.0.1:${driverPort}/status`).then((it) => it.ok, () => false));
  const browser = await remote({
    hostname: "127.0.0.1",
    port: driverPort,
    logLevel: "error",
    connectionRetryCount: 0,
    capabilities: { browserName: "wry", "webkitgtk:browserOptions": { binary: program, args: [] }, "wdio:enforceWebDriverClassic": true },
  });
  return { browser, driver };
}

/** WebDriver's own screenshots hang without DMA-BUF, so the X screen is captured. */
export function screenshot(display, name) {
  mkdirSync(pictures, { recursive: true });
  return new Promise((resolve) => {
    spawn("import", ["-display", display, "-window", "root", join(pictures, `${name}.png`)], { stdio: "ignore" }).on("exit", resolve);
  });
}

/** Stops everything that was started here, by process. */
export function stopAll() {
  for (const child of children) child.kill();
}
