import { expect, it } from "vitest";

import { highlight } from "./highlight";

it("keeps the text as it is", () => {
  const sql = "CREATE TABLE \"a\"\"b\" (x int DEFAULT 'it''s'); -- <img onerror=alert(1)>\n/* ' */ $x$ body $x$ 'open";
  expect(highlight(sql).map((piece) => piece.text).join("")).toBe(sql);
});

it("tells words, texts, names, comments and numbers apart", () => {
  const kinds = highlight("select 1, 'a' as \"B\" -- c").filter((piece) => piece.text.trim() !== "" && piece.kind !== "plain");
  expect(kinds.map((piece) => `${piece.kind}:${piece.text}`)).toEqual(["word:select", "number:1", "text:'a'", "word:as", 'name:"B"', "comment:-- c"]);
});
