// The language in use, and texts in it.
import { en } from "./en";
import { fr } from "./fr";
import type { MessageKey, Messages } from "./messages";

export type Language = "en" | "fr";

const languages: Record<Language, Messages> = { en, fr };

let current = $state<Language>("en");

/** The language a setting stands for; `system` follows the machine. */
export function resolveLanguage(setting: string, system: string): Language {
  if (setting === "en" || setting === "fr") return setting;
  return system.toLowerCase().startsWith("fr") ? "fr" : "en";
}

export function setLanguage(language: Language): void {
  current = language;
  document.documentElement.lang = language;
}

/** The language in use, for numbers and units. */
export function language(): Language {
  return current;
}

/** Of `one|other`, the form that goes with the count; a text with one form goes with all. */
function form(text: string, count: string | number | undefined): string {
  const [one, other] = text.split("|");
  if (one === undefined || other === undefined || typeof count !== "number") return text;
  return new Intl.PluralRules(current).select(count) === "one" ? one : other;
}

/** A text in the language in use; `{name}` places are filled from `values`, and `{count}` chooses between one and many. */
export function t(key: MessageKey, values: Record<string, string | number> = {}): string {
  const number = new Intl.NumberFormat(current);
  return form(languages[current][key], values.count).replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? number.format(value) : value;
  });
}

/** A text whose key is put together from data; the data itself where there is no such text. */
export function tOr(key: string, otherwise: string, values: Record<string, string | number> = {}): string {
  return key in en ? t(key as MessageKey, values) : otherwise;
}
