// One registry of everything a person can do: menu, palette, toolbar and shortcuts all read it.
import { comparing } from "../features/compare/comparing.svelte";
import { exportPng } from "../features/export/png";
import { session } from "../features/shell/session.svelte";
import type { IconName } from "../shared/Icon.svelte";
import type { MessageKey } from "../shared/i18n/messages";

export interface Action {
  name: string;
  label: MessageKey;
  group: "file" | "view" | "settings";
  /** As `Ctrl+Shift+K`. */
  shortcut?: string;
  /** Shown in the toolbar with this icon. */
  icon?: IconName;
  enabled: () => boolean;
  checked?: () => boolean;
  perform: () => void;
}

const always = () => true;
const isOpen = () => session.open !== null;
/** The open schema has tables and is of another engine. */
const isOther = (engine: string) => () => isOpen() && ![engine, "mongodb"].includes(session.open?.summary.engine ?? "mongodb");

export const actions: readonly Action[] = [
  { name: "open-demo", label: "action.openDemo", group: "file", enabled: always, perform: () => void session.openSource({ kind: "demo" }) },
  { name: "add-connection", label: "action.addConnection", group: "file", shortcut: "Ctrl+N", enabled: always, perform: () => (session.dialog = { kind: "connection", edit: null }) },
  { name: "refresh", label: "action.refresh", group: "file", shortcut: "F5", icon: "refresh", enabled: isOpen, perform: () => void session.refresh() },
  { name: "compare", label: "action.compare", group: "file", shortcut: "Ctrl+D", icon: "compare", enabled: always, checked: () => comparing.shown, perform: () => (comparing.shown ? (comparing.shown = false) : comparing.show()) },
  { name: "export-sql", label: "action.exportSql", group: "file", shortcut: "Ctrl+E", enabled: isOpen, perform: () => void session.exportAs("sql") },
  { name: "export-as-postgres", label: "action.exportAsPostgres", group: "file", enabled: isOther("postgres"), perform: () => void session.exportAs("sqlAsPostgres") },
  { name: "export-as-mysql", label: "action.exportAsMysql", group: "file", enabled: isOther("mysql"), perform: () => void session.exportAs("sqlAsMysql") },
  { name: "export-as-sqlite", label: "action.exportAsSqlite", group: "file", enabled: isOther("sqlite"), perform: () => void session.exportAs("sqlAsSqlite") },
  { name: "export-json", label: "action.exportJson", group: "file", enabled: isOpen, perform: () => void session.exportAs("json") },
  { name: "export-dbml", label: "action.exportDbml", group: "file", enabled: isOpen, perform: () => void session.exportAs("dbml") },
  { name: "export-mermaid", label: "action.exportMermaid", group: "file", enabled: isOpen, perform: () => void session.exportAs("mermaid") },
  { name: "export-svg", label: "action.exportSvg", group: "file", enabled: isOpen, perform: () => void session.exportAs(session.theme === "dark" ? "svgDark" : "svgLight") },
  { name: "export-png", label: "action.exportPng", group: "file", enabled: isOpen, perform: () => void exportPng() },
  { name: "search", label: "action.search", group: "view", shortcut: "Ctrl+F", icon: "search", enabled: isOpen, perform: () => (session.dialog = { kind: "search" }) },
  { name: "palette", label: "action.palette", group: "view", shortcut: "Ctrl+K", icon: "command", enabled: always, perform: () => (session.dialog = { kind: "palette" }) },
  { name: "toggle-explorer", label: "action.toggleExplorer", group: "view", shortcut: "Ctrl+B", icon: "sidebar", enabled: always, perform: () => (session.explorerShown = !session.explorerShown) },
  { name: "zoom-in", label: "action.zoomIn", group: "view", shortcut: "Ctrl++", icon: "plus", enabled: isOpen, perform: () => session.controls?.zoomBy(1.25) },
  { name: "zoom-out", label: "action.zoomOut", group: "view", shortcut: "Ctrl+-", icon: "minus", enabled: isOpen, perform: () => session.controls?.zoomBy(0.8) },
  { name: "zoom-actual", label: "action.zoomActual", group: "view", shortcut: "Ctrl+0", enabled: isOpen, perform: () => session.controls?.zoomTo(1) },
  { name: "fit", label: "action.fit", group: "view", shortcut: "Ctrl+9", icon: "fit", enabled: isOpen, perform: () => session.controls?.showAll() },
  { name: "arrange", label: "action.arrange", group: "view", icon: "arrange", enabled: isOpen, perform: () => void session.arrange() },
  { name: "theme-system", label: "action.themeSystem", group: "settings", enabled: always, checked: () => session.settings.theme === "system", perform: () => void session.keepSettings({ theme: "system" }) },
  { name: "theme-light", label: "action.themeLight", group: "settings", enabled: always, checked: () => session.settings.theme === "light", perform: () => void session.keepSettings({ theme: "light" }) },
  { name: "theme-dark", label: "action.themeDark", group: "settings", enabled: always, checked: () => session.settings.theme === "dark", perform: () => void session.keepSettings({ theme: "dark" }) },
  { name: "language-system", label: "action.languageSystem", group: "settings", enabled: always, checked: () => session.settings.language === "system", perform: () => void session.keepSettings({ language: "system" }) },
  { name: "language-en", label: "action.languageEn", group: "settings", enabled: always, checked: () => session.settings.language === "en", perform: () => void session.keepSettings({ language: "en" }) },
  { name: "language-fr", label: "action.languageFr", group: "settings", enabled: always, checked: () => session.settings.language === "fr", perform: () => void session.keepSettings({ language: "fr" }) },
  { name: "diagnostics", label: "action.diagnostics", group: "settings", enabled: always, perform: () => void session.copyDiagnostics() },
];

/** The action a key press stands for. */
export function actionFor(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "shiftKey" | "altKey">): Action | undefined {
  if (event.altKey) return undefined;
  const control = event.ctrlKey || event.metaKey;
  const key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  // On many keyboards + is only reached with shift, or is the shifted form of =.
  const names = key === "=" ? ["=", "+"] : [key];
  const spelled = names.map((name) => `${control ? "Ctrl+" : ""}${name}`);
  return actions.find((action) => action.shortcut !== undefined && spelled.includes(action.shortcut));
}
