// What the window shows at present. Components read it; changes go through its methods.
import { tick } from "svelte";
import { asAppError, host, type AppError, type ConnectionView, type DiagramView, type ExportFormat, type ObjectPage, type RunEvent, type SchemaSummary, type Settings, type Source, type TreeItem } from "../../ipc/client";
import { resolveLanguage, setLanguage, t } from "../../shared/i18n/i18n.svelte";

export type Dialog = { kind: "connection"; edit: ConnectionView | null } | { kind: "palette" } | { kind: "search" } | { kind: "vault" };

export interface Toast {
  id: number;
  text: string;
}

export interface OpenSchema {
  source: Source;
  summary: SchemaSummary;
  tree: TreeItem[];
  diagram: DiagramView;
}

interface DiagramControls {
  showAll(): void;
  zoomBy(factor: number): void;
  zoomTo(scale: number): void;
  reveal(object: number): void;
}

class Session {
  version = $state("");
  settings = $state<Settings>({ language: "system", theme: "system" });
  ready = $state(false);
  connections = $state.raw<ConnectionView[]>([]);
  open = $state.raw<OpenSchema | null>(null);
  page = $state.raw<ObjectPage | null>(null);
  run = $state.raw<{ id: string; source: Source; event: RunEvent | null } | null>(null);
  error = $state.raw<{ error: AppError; retry: (() => void) | null } | null>(null);
  dialog = $state.raw<Dialog | null>(null);
  toasts = $state.raw<Toast[]>([]);
  explorerShown = $state(true);
  systemDark = $state(false);
  /** Set by the canvas while it is there. */
  controls: DiagramControls | null = null;
  private counter = 0;
  private pagesAsked = 0;

  get theme(): "light" | "dark" {
    if (this.settings.theme === "light" || this.settings.theme === "dark") return this.settings.theme;
    return this.systemDark ? "dark" : "light";
  }

  async start(): Promise<void> {
    const query = window.matchMedia("(prefers-color-scheme: dark)");
    this.systemDark = query.matches;
    query.addEventListener("change", (event) => (this.systemDark = event.matches));
    await this.attempt(async () => {
      const startUp = await host.startUp();
      this.version = startUp.version;
      this.settings = startUp.settings;
      this.applyLanguage();
      this.connections = await host.listConnections();
    });
    this.ready = true;
    if (!this.error) await this.openSource({ kind: "demo" });
  }

  /** Runs something and shows what goes wrong; whether it went well. */
  async attempt(work: () => Promise<void>, retry: (() => void) | null = null, isWanted = () => true): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (failure) {
      const error = asAppError(failure);
      if (error.code !== "Cancelled" && isWanted()) this.error = { error, retry };
      return false;
    }
  }

  private applyLanguage(): void {
    setLanguage(resolveLanguage(this.settings.language, navigator.language));
  }

  async keepSettings(change: Partial<Settings>): Promise<void> {
    const settings = { ...this.settings, ...change };
    await this.attempt(async () => {
      await host.keepSettings(settings);
      this.settings = settings;
      this.applyLanguage();
    });
  }

  /** Reads a source and shows it. What was open stays until the new one is there. */
  async openSource(source: Source): Promise<void> {
    if (this.run) await host.cancelRun(this.run.id);
    const id = `run-${++this.counter}`;
    this.run = { id, source, event: null };
    this.error = null;
    await this.attempt(
      async () => {
        const summary = await host.openSchema(source, id, (event) => {
          if (this.run?.id === id) this.run = { id, source, event };
        });
        const [tree, diagram] = await Promise.all([host.listTree(source), host.readDiagram(source)]);
        if (this.run?.id !== id) return;
        this.page = null;
        this.open = { source, summary, tree, diagram };
      },
      () => void this.openSource(source),
      () => this.run?.id === id,
    );
    if (this.run?.id === id) this.run = null;
  }

  async refresh(): Promise<void> {
    if (this.open) await this.openSource(this.open.source);
  }

  async cancelRun(): Promise<void> {
    if (this.run) await host.cancelRun(this.run.id);
    this.run = null;
  }

  async showPage(id: number, where: "page" | "page and diagram" = "page"): Promise<void> {
    const open = this.open;
    if (!open) return;
    const asked = ++this.pagesAsked;
    const isLatest = () => asked === this.pagesAsked && this.open?.summary.reading === open.summary.reading;
    await this.attempt(
      async () => {
        const page = await host.readPage(open.source, open.summary.reading, id);
        if (isLatest()) this.page = page;
      },
      null,
      isLatest,
    );
    if (!isLatest()) return;
    if (where !== "page and diagram") return;
    // The page takes room from the canvas; the table is to be in the middle of what is left.
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    this.controls?.reveal(id);
  }

  async reloadConnections(): Promise<void> {
    await this.attempt(async () => {
      this.connections = await host.listConnections();
    });
  }

  async removeConnection(connection: ConnectionView): Promise<void> {
    await this.attempt(async () => {
      await host.removeConnection(connection.id);
      this.say(t("toast.removed", { name: connection.name }));
      if (this.open?.source.kind === "connection" && this.open.source.id === connection.id) {
        this.open = null;
        this.page = null;
      }
    });
    await this.reloadConnections();
  }

  async arrange(): Promise<void> {
    const open = this.open;
    if (!open) return;
    await this.attempt(async () => {
      const diagram = await host.arrangeDiagram(open.source);
      if (this.open !== open) return;
      this.open = { ...open, diagram };
      await tick();
      this.controls?.showAll();
      this.say(t("toast.arranged"));
    });
  }

  async exportAs(format: ExportFormat): Promise<void> {
    const open = this.open;
    if (!open) return;
    await this.attempt(async () => {
      const path = await host.exportSchema(open.source, format, fileName(open.summary.title));
      if (path) this.say(t("toast.saved", { path }));
    });
  }

  async copyDiagnostics(): Promise<void> {
    await this.attempt(async () => {
      await navigator.clipboard.writeText(await host.copyDiagnostics());
      this.say(t("toast.diagnostics"));
    });
  }

  say(text: string): void {
    const id = ++this.counter;
    this.toasts = [...this.toasts, { id, text }];
    setTimeout(() => (this.toasts = this.toasts.filter((toast) => toast.id !== id)), 5000);
  }
}

/** A name that every file system takes. */
export function fileName(title: string): string {
  return title.replace(/[\p{C}<>:"/\\|?*]+/gu, "_").slice(0, 80) || "schema";
}

export const session = new Session();
