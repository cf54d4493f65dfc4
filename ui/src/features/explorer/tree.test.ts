import { expect, it } from "vitest";

import { treeRows } from "./tree";

const item = (id: number, kind: string, namespace: string, name: string) => ({ id, kind, namespace, name });
const items = [item(1, "table", "a", "film"), item(2, "table", "b", "Actor"), item(3, "view", "a", "film_list")];
const names = (filter: string, folded: string[] = []) =>
  treeRows(items, new Set(folded), filter).map((row) => (row.type === "group" ? `${row.key}:${row.count}` : row.item.name));

it("groups by kind and namespace", () => {
  expect(names("")).toEqual(["table/a:1", "film", "table/b:1", "Actor", "view/a:1", "film_list"]);
});

it("leaves out what is folded, and unfolds for a filter", () => {
  expect(names("", ["table/a"])).toEqual(["table/a:1", "table/b:1", "Actor", "view/a:1", "film_list"]);
  expect(names("FILM", ["table/a"])).toEqual(["table/a:1", "film", "view/a:1", "film_list"]);
});

it("makes no group of one namespace", () => {
  expect(treeRows([item(1, "table", "main", "t")], new Set(), "")[0]).toMatchObject({ key: "table", namespace: "" });
});

it("stays quick with ten thousand tables", () => {
  const many = Array.from({ length: 10_000 }, (_, at) => item(at, "table", "main", `table_${at}`));
  expect(treeRows(many, new Set(), "")).toHaveLength(10_001);
});
