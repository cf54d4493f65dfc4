// The first step of `npm start` and `npm test`: installs what is missing, then hands over to xtask, which needs a compiler.
//
// System packages are installed when this may be done (as root, or by sudo without a password); else the one line to run is
// printed. Nothing is done twice.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";

const RUN = ["build-essential", "pkg-config", "libwebkit2gtk-4.1-dev", "fonts-dejavu-core"];
const TEST = ["webkit2gtk-driver", "xvfb", "dbus", "xauth", "imagemagick", "postgresql", "mariadb-server", "gnome-keyring"];
const MARKER = "node_modules/.cadastre-lock";

const [verb, ...rest] = process.argv.slice(2);
if (!["start", "test"].includes(verb)) fail("usage: node setup.mjs start|test");

function fail(message) {
  console.error(`cadastre: ${message}`);
  process.exit(1);
}

function say(message) {
  console.log(`\x1b[1m› ${message}\x1b[0m`);
}

function run(command, args, options = {}) {
  return spawnSync(command, args, { stdio: "inherit", ...options }).status ?? 1;
}

function has(command) {
  return spawnSync("sh", ["-c", `command -v ${command}`], { stdio: "ignore" }).status === 0;
}

function isInstalled(name) {
  const asked = spawnSync("dpkg-query", ["-W", "-f=${db:Status-Status}", name], { encoding: "utf8" });
  return asked.status === 0 && asked.stdout === "installed";
}

function installPackages(names) {
  if (process.platform !== "linux" || !has("dpkg-query")) return;
  const missing = names.filter((name) => !isInstalled(name));
  if (missing.length === 0) return;
  const isRoot = process.getuid?.() === 0;
  const line = `${isRoot ? "" : "sudo "}apt-get install --no-install-recommends ${missing.join(" ")}`;
  const prefix = isRoot ? [] : ["sudo", "-n"];
  const may = isRoot || (has("sudo") && spawnSync("sudo", ["-n", "true"], { stdio: "ignore" }).status === 0);
  if (!may) fail(`these system packages are missing; install them and start again:\n  ${line}`);
  say(`installing system packages: ${missing.join(" ")}`);
  const quiet = { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
  const apt = (...args) => {
    const [command, ...all] = [...prefix, "apt-get", "-qq", "-y", ...args];
    return run(command, all, quiet);
  };
  if (apt("update") !== 0 || apt("install", "--no-install-recommends", ...missing) !== 0) fail(`the packages could not be installed; try:\n  ${line}`);
}

function installNodeModules() {
  const lock = createHash("sha256").update(readFileSync("package-lock.json")).digest("hex");
  if (existsSync(MARKER) && readFileSync(MARKER, "utf8") === lock) return;
  say("installing the frontend's packages");
  if (run("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"]) !== 0) fail("npm ci failed; its message is above");
  mkdirSync("node_modules", { recursive: true });
  writeFileSync(MARKER, lock);
}

if (!has("cargo")) fail("cargo is missing: install Rust from https://rustup.rs and start again");
if (Number(process.versions.node.split(".")[0]) < 20) fail(`Node ${process.versions.node} is too old: 20 or newer is needed`);
installPackages(verb === "test" ? [...RUN, ...TEST] : RUN);
installNodeModules();
process.exit(run("cargo", ["run", "--quiet", "--package", "xtask", "--", verb, ...rest]));
