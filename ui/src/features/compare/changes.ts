// The list of differences: changes below what they are part of, filtered or not.
import type { ChangeView } from "../../ipc/client";

export type ChangeRow =
  | { type: "group"; key: string; kind: string; name: string; change: string; indexes: number[] }
  | { type: "change"; change: ChangeView; isAlone: boolean };

/** What may become of something. */
export const SORTS = ["added", "changed", "removed"] as const;

/** Rows in the order of display. What stands by itself and has no changed parts is one row. */
export function changeRows(changes: readonly ChangeView[], filter: string, shown: ReadonlySet<string> = new Set(SORTS)): ChangeRow[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const groups = new Map<string, ChangeView[]>();
  for (const change of changes) {
    const name = `${change.group} ${change.name} ${change.kind}`.toLowerCase();
    if (!shown.has(change.change) || !words.every((word) => name.includes(word))) continue;
    const key = `${change.groupKind}/${change.group}`;
    const group = groups.get(key);
    if (group) group.push(change);
    else groups.set(key, [change]);
  }
  const rows: ChangeRow[] = [];
  for (const [key, members] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const [first] = members;
    if (!first) continue;
    const isOwn = (it: ChangeView) => it.kind === it.groupKind && (it.group === it.name || it.group.endsWith(`.${it.name}`));
    if (members.length === 1 && isOwn(first)) {
      rows.push({ type: "change", change: first, isAlone: true });
      continue;
    }
    rows.push({ type: "group", key, kind: first.groupKind, name: first.group, change: "changed", indexes: members.map((it) => it.index) });
    for (const change of members) rows.push({ type: "change", change, isAlone: false });
  }
  return rows;
}

/** How many there are of each sort. */
export function countChanges(changes: readonly ChangeView[]): Record<string, number> {
  const counts: Record<string, number> = { added: 0, removed: 0, changed: 0 };
  for (const { change } of changes) counts[change] = (counts[change] ?? 0) + 1;
  return counts;
}
