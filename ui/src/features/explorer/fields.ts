// Which of the nested fields are shown while some are folded. Pure.

interface Field {
  path: string;
}

/** Whether a path lies within another: `a.b` in `a`, `a[]` in `a`. */
function isWithin(path: string, outer: string): boolean {
  return path.startsWith(outer) && (path[outer.length] === "." || path.startsWith("[]", outer.length));
}

/** The fields outside of folded ones, in their order, each with whether there is anything in it. */
export function shownFields<F extends Field>(fields: readonly F[], folded: ReadonlySet<string>): { field: F; hasInner: boolean }[] {
  const shown: { field: F; hasInner: boolean }[] = [];
  let hidden: string | null = null;
  fields.forEach((field, at) => {
    if (hidden !== null && isWithin(field.path, hidden)) return;
    hidden = folded.has(field.path) ? field.path : null;
    const next = fields[at + 1];
    shown.push({ field, hasInner: next !== undefined && isWithin(next.path, field.path) });
  });
  return shown;
}
