// The explorer's rows: groups by kind and namespace, folded or not, filtered or not.
import type { TreeItem } from "../../ipc/client";

export type TreeRow =
  | { type: "group"; key: string; kind: string; namespace: string; count: number; folded: boolean }
  | { type: "item"; item: TreeItem };

/** Rows in the order of display. A filter opens all groups and leaves out what does not fit. */
export function treeRows(items: readonly TreeItem[], folded: ReadonlySet<string>, filter: string): TreeRow[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const namespaces = new Set(items.map((item) => item.namespace).filter(Boolean));
  const groups = new Map<string, TreeItem[]>();
  for (const item of items) {
    const name = item.name.toLowerCase();
    if (!words.every((word) => name.includes(word))) continue;
    const key = namespaces.size > 1 ? `${item.kind}/${item.namespace}` : item.kind;
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  const rows: TreeRow[] = [];
  for (const [key, members] of groups) {
    const first = members[0];
    if (!first) continue;
    const isFolded = words.length === 0 && folded.has(key);
    const namespace = namespaces.size > 1 ? first.namespace : "";
    rows.push({ type: "group", key, kind: first.kind, namespace, count: members.length, folded: isFolded });
    if (!isFolded) for (const item of members) rows.push({ type: "item", item });
  }
  return rows;
}
