import { describe, expect, it } from "vitest";

import type { ChangeView } from "../../ipc/client";
import { changeRows, countChanges } from "./changes";

const change = (index: number, kind: string, name: string, group: string, groupKind = "table", what = "changed"): ChangeView => ({ index, change: what, kind, name, group, groupKind, facets: [] });
const changes = [change(0, "column", "code", "public.film"), change(1, "table", "old", "public.old", "table", "removed"), change(2, "index", "film_code", "public.film", "table", "added"), change(3, "view", "v", "public.v", "view")];
const all = new Set(["added", "removed", "changed"]);

describe("the list of differences", () => {
  it("puts parts below what they belong to", () => {
    const rows = changeRows(changes, "", all).map((row) => (row.type === "group" ? `${row.name}: ${row.indexes.join()}` : `${row.isAlone ? "" : "  "}${row.change.name}`));
    expect(rows).toEqual(["public.film: 0,2", "  code", "  film_code", "old", "v"]);
  });

  it("is filtered by words and by sort", () => {
    expect(changeRows(changes, "film code", new Set(["added"])).map((row) => (row.type === "group" ? row.name : row.change.name))).toEqual(["public.film", "film_code"]);
    expect(changeRows(changes, "nothing", all)).toEqual([]);
  });

  it("is counted", () => {
    expect(countChanges(changes)).toEqual({ added: 1, removed: 1, changed: 2 });
  });
});
