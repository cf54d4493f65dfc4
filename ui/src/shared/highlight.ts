// Colours for SQL that is shown: words, texts, comments, numbers. It reads nothing into them.

export interface Piece {
  text: string;
  kind: "plain" | "word" | "text" | "comment" | "number" | "name";
}

const WORDS = new Set(
  ("ADD AFTER AGGREGATE ALL ALTER ALWAYS AND AS ASC ATTACH AUTOINCREMENT BEFORE BEGIN BETWEEN BY CACHE CASCADE CASE CHECK COLLATE COLUMN COMMENT " +
    "COMMIT CONSTRAINT CREATE CROSS CYCLE DEFAULT DEFERRABLE DEFERRED DELETE DESC DISTINCT DO DOMAIN DROP EACH ELSE ENABLE END ENUM EXCEPT EXCLUDE " +
    "EXECUTE EXISTS EXTENSION FALSE FOR FOREIGN FORCE FROM FUNCTION GENERATED GRANT GROUP HAVING IDENTITY IF IMMUTABLE IN INCLUDE INCREMENT INDEX " +
    "INHERITS INITIALLY INNER INSERT INSTEAD INTO IS JOIN KEY LANGUAGE LEFT LEVEL LIKE LIMIT MATCH MATERIALIZED MAXVALUE MINVALUE NEW NO NOT NULL NULLS " +
    "OF OLD ON ONLY OPERATOR OR ORDER OUTER OWNED OWNER PARTITION POLICY PRIMARY PROCEDURE RANGE REFERENCES RENAME REPLACE RESTRICT RETURN RETURNS REVOKE " +
    "RIGHT ROW ROWID RULE SCHEMA SECURITY SELECT SEQUENCE SET SETOF STABLE START STATISTICS STORED STRICT TABLE THEN TO TRIGGER TRUE TYPE UNION UNIQUE " +
    "UPDATE USING VALUES VIEW VIRTUAL VOLATILE WHEN WHERE WITH WITHOUT").split(" "),
);

const TOKEN = /(--[^\n]*|\/\*[\s\S]*?\*\/)|('(?:[^']|'')*'|\$(\w*)\$[\s\S]*?\$\3\$)|("(?:[^"]|"")*"|`[^`]*`)|([A-Za-z_][\w$]*)|(\d+(?:\.\d+)?)/g;

/** Splits SQL into coloured pieces; together they are the text. */
export function highlight(sql: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const match of sql.matchAll(TOKEN)) {
    if (match.index > at) pieces.push({ text: sql.slice(at, match.index), kind: "plain" });
    const text = match[0];
    const kind = match[1] ? "comment" : match[2] ? "text" : match[4] ? "name" : match[6] ? "number" : WORDS.has(text.toUpperCase()) ? "word" : "plain";
    pieces.push({ text, kind });
    at = match.index + text.length;
  }
  if (at < sql.length) pieces.push({ text: sql.slice(at), kind: "plain" });
  return pieces;
}
