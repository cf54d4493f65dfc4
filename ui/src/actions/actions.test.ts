import { describe, expect, it, vi } from "vitest";

vi.mock("@tauri-apps/api/core", () => ({ invoke: vi.fn(), Channel: vi.fn() }));

const { actionFor, actions } = await import("./actions");

const press = (key: string, change: Partial<KeyboardEvent> = {}) => ({ key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...change });

describe("actions", () => {
  it("have names and shortcuts of their own", () => {
    const names = actions.map((action) => action.name);
    expect(new Set(names).size).toBe(names.length);
    const shortcuts = actions.flatMap((action) => action.shortcut ?? []);
    expect(new Set(shortcuts).size).toBe(shortcuts.length);
  });

  it("are found by their shortcut", () => {
    expect(actionFor(press("k", { ctrlKey: true }))?.name).toBe("palette");
    expect(actionFor(press("k", { metaKey: true }))?.name).toBe("palette");
    expect(actionFor(press("=", { ctrlKey: true }))?.name).toBe("zoom-in");
    expect(actionFor(press("F5"))?.name).toBe("refresh");
    expect(actionFor(press("k"))).toBeUndefined();
    expect(actionFor(press("k", { ctrlKey: true, altKey: true }))).toBeUndefined();
  });

  it("that need a schema wait for one", () => {
    const open = actions.filter((action) => action.enabled()).map((action) => action.name);
    expect(open).toContain("add-connection");
    expect(open).not.toContain("export-sql");
  });
});
