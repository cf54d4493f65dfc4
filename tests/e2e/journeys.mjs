// What a person does, in the real window. Each journey starts with an empty data folder and its own window.
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const env = process.env;

const id = (name) => `[data-testid="${name}"]`;

async function see(browser, selector, seconds = 20) {
  const element = await browser.$(selector);
  await element.waitForExist({ timeout: seconds * 1000 });
  return element;
}

const textOf = (browser, selector) => browser.execute((it) => document.querySelector(it)?.textContent ?? "", selector);
const countOf = (browser, selector) => browser.execute((it) => document.querySelectorAll(it).length, selector);

async function until(browser, what, check, seconds = 20) {
  await browser.waitUntil(check, { timeout: seconds * 1000, timeoutMsg: `waited for: ${what}` });
}

/** Two frames, so that what was drawn is on the screen. */
const settle = (browser) => browser.executeAsync((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 120))));

async function perform(browser, action) {
  await (await see(browser, id("menu"))).click();
  await (await see(browser, `[role="menu"] [data-action="${action}"]`)).click();
}

async function fill(browser, name, value) {
  const field = await see(browser, `${id("connection-form")} [name="${name}"]`);
  await field.setValue(value);
}

/** Chooses an option the way the page hears of it; native lists are out of a driver's reach. */
const chooseIn = (browser, list, value) =>
  browser.execute(
    (selector, wanted) => {
      const select = document.querySelector(selector);
      select.value = wanted;
      select.dispatchEvent(new Event("change", { bubbles: true }));
    },
    list,
    value,
  );

const choose = (browser, name, value) => chooseIn(browser, `${id("connection-form")} [name="${name}"]`, value);

/** The place of a near table on the screen. */
const placeOf = (browser, title) =>
  browser.execute((it) => {
    const rect = [...document.querySelectorAll('[data-testid="table"]')].find((table) => table.dataset.title === it)?.getBoundingClientRect();
    return rect && { x: rect.x, y: rect.y, width: rect.width, height: rect.height };
  }, title);

async function drag(browser, from, by) {
  await browser
    .action("pointer")
    .move({ x: Math.round(from.x), y: Math.round(from.y) })
    .down()
    .move({ x: Math.round(from.x + by.x / 2), y: Math.round(from.y + by.y / 2), duration: 80 })
    .move({ x: Math.round(from.x + by.x), y: Math.round(from.y + by.y), duration: 80 })
    .up()
    .perform();
  await settle(browser);
}

const demoIsOpen = (browser) => until(browser, "the demo", async () => (await textOf(browser, "footer")).includes("37"));

async function reveal(browser, name) {
  await browser.keys(["Control", "f"]);
  const field = await see(browser, "dialog input");
  await field.setValue(name);
  await until(browser, `a hit for ${name}`, async () => (await textOf(browser, "dialog [role=option]")).startsWith(name));
  await browser.keys("Enter");
  await until(browser, `${name} near`, async () => (await placeOf(browser, name)) !== null);
  await settle(browser);
}

function allFiles(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((it) => it.isFile())
    .map((it) => join(it.parentPath ?? it.path, it.name));
}

export const journeys = {
  "the demo opens by itself, is searched, dragged and exported": async ({ browser, data, picture }) => {
    await demoIsOpen(browser);
    await settle(browser);
    await picture("diagram");
    assert.ok((await countOf(browser, id("tree-item"))) > 10);

    await reveal(browser, "loan");
    assert.match(await textOf(browser, id("page")), /due_on/);
    assert.match(await textOf(browser, id("ddl")), /CREATE TABLE loan/);
    await picture("table-page");

    const before = await placeOf(browser, "loan");
    await drag(browser, { x: before.x + 40, y: before.y + 12 }, { x: 120, y: 60 });
    const after = await placeOf(browser, "loan");
    assert.ok(Math.abs(after.x - before.x - 120) < 4 && Math.abs(after.y - before.y - 60) < 4, JSON.stringify({ before, after }));

    // Reading the schema again must not move anything.
    await browser.keys("F5");
    await settle(browser);
    await demoIsOpen(browser);
    await reveal(browser, "loan");
    const scale = await browser.execute(() => Number(document.querySelector('[data-testid="diagram"]').dataset.scale));
    assert.ok(scale > 0);

    for (const [action, file, start] of [
      ["export-sql", "demo.sql", "-- Schema of demo"],
      ["export-json", "demo.json", "{\n  \"format\": \"cadastre-model\""],
      ["export-svg", "demo.svg", "<svg "],
    ]) {
      await perform(browser, action);
      await until(browser, file, () => existsSync(join(data, file)));
      assert.ok(readFileSync(join(data, file), "utf8").startsWith(start), file);
    }
    await perform(browser, "export-png");
    await until(browser, "demo.png", () => existsSync(join(data, "demo.png")));
    assert.equal(readFileSync(join(data, "demo.png")).subarray(1, 4).toString(), "PNG");
  },

  "a dragged table is where it was left after the window was closed": async ({ browser }) => {
    await demoIsOpen(browser);
    await reveal(browser, "work");
    const before = await placeOf(browser, "work");
    await drag(browser, { x: before.x + 40, y: before.y + 12 }, { x: -90, y: 40 });
    const other = await placeOf(browser, "edition");
    const moved = await placeOf(browser, "work");
    await browser.refresh();
    await demoIsOpen(browser);
    await reveal(browser, "work");
    const [work, edition] = [await placeOf(browser, "work"), await placeOf(browser, "edition")];
    if (other && edition) assert.ok(Math.abs(moved.x - other.x - (work.x - edition.x)) < 3, "the distance to its neighbour is kept");
    assert.ok(work);
  },

  "a PostgreSQL connection is added, tested wrong and right, and opened": async ({ browser, data, picture }) => {
    await demoIsOpen(browser);
    await (await see(browser, id("add-connection"))).click();
    await fill(browser, "name", "Customers");
    await choose(browser, "environment", "staging");
    await fill(browser, "host", env.E2E_HOST);
    await fill(browser, "port", env.E2E_PORT);
    await fill(browser, "user", env.E2E_USER);
    await fill(browser, "database", env.E2E_DATABASE);
    await fill(browser, "password", "wrong-canary-password");
    await (await see(browser, id("test"))).click();
    await until(browser, "the wrong password named", async () => (await textOf(browser, id("form-error"))).includes("password is wrong"));
    await picture("connection-wrong");

    await fill(browser, "port", "1");
    await (await see(browser, id("test"))).click();
    await until(browser, "the refusal named", async () => (await textOf(browser, id("form-error"))).includes("refused"));

    await fill(browser, "port", env.E2E_PORT);
    await fill(browser, "password", env.E2E_PASSWORD);
    await (await see(browser, id("test"))).click();
    await until(browser, "the server's version", async () => (await textOf(browser, id("test-result"))).includes("PostgreSQL"));
    await picture("connection-right");

    await choose(browser, "place", "vault");
    await fill(browser, "passphrase", "correct horse battery");
    await (await see(browser, id("save-open"))).click();
    await until(browser, "the schema", async () => (await textOf(browser, id("title"))) === "Customers");
    await until(browser, "its tables", async () => (await textOf(browser, id("diagram"))).includes("contact") || (await countOf(browser, id("tree-item"))) >= 4);
    // A hostile name is text, not an element.
    assert.equal(await countOf(browser, "img"), 0);
    await picture("postgres");

    const secrets = [env.E2E_PASSWORD, "wrong-canary-password"];
    for (const file of allFiles(data)) {
      const content = readFileSync(file).toString("latin1");
      for (const secret of secrets) assert.ok(!content.includes(secret), `${file} holds a password`);
    }
  },

  "two schemas are compared, a rename is answered, the plan is proved, the difference is drawn": async ({ browser, data, picture }) => {
    await demoIsOpen(browser);
    await perform(browser, "export-sql");
    await until(browser, "demo.sql", () => existsSync(join(data, "demo.sql")));
    const changes = `
      ALTER TABLE loan ADD COLUMN note TEXT;
      ALTER TABLE member RENAME COLUMN joined_on TO member_since;
      DROP INDEX loan_due;
      DROP TABLE review;
      DROP TABLE setting;
      DROP VIEW popular_work;
      CREATE TABLE fine_waiver (id INTEGER PRIMARY KEY, fine_id INTEGER NOT NULL REFERENCES fine (id), reason TEXT) STRICT;
      CREATE INDEX fine_waiver_fine ON fine_waiver (fine_id);`;
    writeFileSync(join(data, "wanted.sql"), readFileSync(join(data, "demo.sql"), "utf8") + changes);
    await perform(browser, "compare");
    await until(browser, "no toast over the pictures", async () => (await countOf(browser, id("toast"))) === 0);
    await until(browser, "the first side", async () => (await browser.execute(() => document.querySelector('[data-testid="compare-from"]')?.value)) === "demo");
    await picture("compare-empty");
    await chooseIn(browser, id("compare-to"), "choose");
    await until(browser, "the second side", async () => (await browser.execute(() => document.querySelector('[data-testid="compare-to"]').value)) === "file");
    await (await see(browser, id("compare"))).click();
    await see(browser, id("question"), 40);
    assert.match(await textOf(browser, id("question")), /joined_on → .*member_since/);
    await picture("compare-question");
    await (await see(browser, id("is-rename"))).click();
    await until(browser, "the answer", async () => (await countOf(browser, id("question"))) === 0 && (await countOf(browser, id("change"))) > 5);
    await settle(browser);
    await picture("compare");

    await (await see(browser, id("tab-diagram"))).click();
    await settle(browser);
    await browser.keys(["Control", "9"]);
    await settle(browser);
    await picture("compare-diagram");

    await (await see(browser, id("tab-plan"))).click();
    await settle(browser);
    await picture("compare-plan");
    await (await see(browser, id("prove"))).click();
    await see(browser, id("proved"), 40);
    await (await see(browser, id("plan-script"))).click();
    assert.match(await textOf(browser, id("script")), /RENAME COLUMN "joined_on" TO "member_since"/);
    await (await see(browser, id("save-script"))).click();
    await until(browser, "the script", () => existsSync(join(data, "migration.sql")));
    assert.match(readFileSync(join(data, "migration.sql"), "utf8"), /DROP TABLE "review"/);

    // One change alone: what it does not need is not in the script.
    await browser.execute(() => document.querySelector('.head input[type="checkbox"]').click());
    await until(browser, "the rename alone", async () => !/DROP/.test(await textOf(browser, id("script"))));
    await browser.execute(() => [...document.querySelectorAll('.row input[type="checkbox"]')].find((box) => box.ariaLabel === "loan_due").click());
    await until(browser, "one step", async () => /DROP INDEX[^;]*loan_due/.test(await textOf(browser, id("script"))) && !/DROP TABLE/.test(await textOf(browser, id("script"))));

    await (await see(browser, id("compare-close"))).click();
    await until(browser, "the diagram again", async () => (await countOf(browser, id("diagram"))) === 1);
  },

  "language and theme are switched and kept": async ({ browser, picture }) => {
    await demoIsOpen(browser);
    await perform(browser, "language-fr");
    await until(browser, "French", async () => (await textOf(browser, "aside h2")).includes("Connexions"));
    await perform(browser, "theme-dark");
    await until(browser, "dark", () => browser.execute(() => document.documentElement.dataset.theme === "dark"));
    await settle(browser);
    await picture("dark-french");
    await browser.refresh();
    await demoIsOpen(browser);
    assert.equal(await browser.execute(() => document.documentElement.dataset.theme), "dark");
    assert.match(await textOf(browser, "aside h2"), /Connexions/);
  },

  "what goes wrong is said, and the window lives on": async ({ browser, data, picture }) => {
    await demoIsOpen(browser);
    await (await see(browser, id("add-connection"))).click();
    await fill(browser, "url", "postgres://u@h/d?sslmod=require");
    await (await see(browser, id("test"))).click();
    await until(browser, "the typo named", async () => (await textOf(browser, id("form-error"))).includes("sslmod"));
    await browser.keys("Escape");
    await until(browser, "the dialog closed", async () => (await countOf(browser, "dialog")) === 0);
    await (await see(browser, id("add-connection"))).click();
    await choose(browser, "engine", "sqlite");
    await fill(browser, "name", "No database");
    await fill(browser, "path", join(data, "cadastre.log"));
    await (await see(browser, id("save-open"))).click();
    await until(browser, "the file named", async () => (await textOf(browser, id("error"))).includes("not a SQLite database"));
    await picture("error");
    await (await see(browser, id("error-close"))).click();
    await reveal(browser, "member");
  },
};
