import { expect, it } from "vitest";

import { shownFields } from "./fields";

const fields = ["_id", "a", "a.b", "a.b.c", "ab", "list", "list[]", "list[].x"].map((path) => ({ path }));
const paths = (...folded: string[]) => shownFields(fields, new Set(folded)).map((it) => it.field.path);

it("hides what is in a folded field, and nothing whose name only begins like it", () => {
  expect(paths()).toHaveLength(8);
  expect(paths("a")).toEqual(["_id", "a", "ab", "list", "list[]", "list[].x"]);
  expect(paths("a.b", "list")).toEqual(["_id", "a", "a.b", "ab", "list"]);
});

it("says which fields have others in them", () => {
  const inner = shownFields(fields, new Set(["a"])).filter((it) => it.hasInner).map((it) => it.field.path);
  expect(inner).toEqual(["a", "list", "list[]"]);
});
