import { expect, it } from "vitest";

import { en } from "./en";
import { fr } from "./fr";
import { resolveLanguage, setLanguage, t, tOr } from "./i18n.svelte";

const places = (text: string) => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]))].sort();

it("has every text in both languages, with the same places", () => {
  for (const key of Object.keys(en) as (keyof typeof en)[]) {
    expect(fr[key], key).toBeTruthy();
    expect(places(fr[key]), key).toEqual(places(en[key]));
  }
});

it("fills places, numbers by the language's rules", () => {
  setLanguage("en");
  expect(t("status.objects", { count: 12345 })).toBe("12,345 objects");
  setLanguage("fr");
  expect(t("status.objects", { count: 12345 })).toMatch(/^12.345 objets$/);
  expect(tOr("kind.no_such", "as it is")).toBe("as it is");
});

it("knows one from many, by the language's rules", () => {
  setLanguage("en");
  expect([0, 1, 2].map((count) => t("diagram.tables", { count }))).toEqual(["0 tables", "1 table", "2 tables"]);
  setLanguage("fr");
  expect([0, 1, 2].map((count) => t("diagram.links", { count }))).toEqual(["0 lien", "1 lien", "2 liens"]);
});

it("follows the system unless told otherwise", () => {
  expect(resolveLanguage("system", "fr-CH")).toBe("fr");
  expect(resolveLanguage("system", "de-DE")).toBe("en");
  expect(resolveLanguage("en", "fr-FR")).toBe("en");
});
