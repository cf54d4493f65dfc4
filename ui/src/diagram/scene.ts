// Boxes and links ready for drawing: which are in sight, which is under the pointer, which belong together.
import type { Point, Rect } from "./camera";

/** What became of something between two schemas that are drawn in one diagram. */
export type Mark = "none" | "added" | "removed" | "changed" | "renamed";
/** The marks that are drawn, in the order of their head colours. */
export const MARKS = ["added", "removed", "changed", "renamed"] as const;
const SIGNS: Record<Mark, string> = { none: "", added: "+ ", removed: "− ", changed: "~ ", renamed: "→ " };

/** A name with the sign of what became of it: colour alone does not tell everyone. */
export function signed(change: Mark, name: string): string {
  return SIGNS[change] + name;
}

export interface SceneRow {
  label: string;
  detail: string;
  mark: string;
  /** `open` or `closed` where rows belong to it, else `none`. */
  fold: string;
  change: Mark;
}
/** The width of what folds and unfolds, from the left edge of a box. */
const FOLD_WIDTH = 28;

export interface SceneBox {
  object: number;
  title: string;
  group: string;
  isView: boolean;
  x: number;
  y: number;
  width: number;
  height: number;
  rows: SceneRow[];
  change: Mark;
}

export interface SceneLink {
  from: number;
  fromRow: number;
  to: number;
  toRow: number;
  fromEnd: string;
  toEnd: string;
  label: string;
  points: number[];
  change: Mark;
}

export interface SceneData {
  boxes: SceneBox[];
  links: SceneLink[];
}

export const HEAD_HEIGHT = 30;
export const ROW_HEIGHT = 20;
/** Head colours by group, and after them those by mark. */
export const HEADS = 6;
/** The quiet head colour. */
const PLAIN = 5;
/** So many links make a box a landmark on the map. */
const HUB = 4;

export class Scene {
  readonly boxes: SceneBox[];
  readonly links: SceneLink[];
  /** Links by box. */
  private readonly linksOf: number[][];
  private readonly linkBounds: Rect[];
  private readonly headOf: number[];
  /** Two schemas are drawn, and what differs has the colours. */
  readonly isComparison: boolean;
  /** The boxes with many links, those with the most first. */
  readonly hubs: readonly number[];

  constructor(data: SceneData) {
    this.boxes = data.boxes;
    this.links = data.links;
    this.linksOf = data.boxes.map(() => []);
    data.links.forEach((link, index) => {
      this.linksOf[link.from]?.push(index);
      if (link.to !== link.from) this.linksOf[link.to]?.push(index);
    });
    this.linkBounds = data.links.map((link) => boundsOf(link.points));
    const links = (box: number) => this.linksAt(box).length;
    this.hubs = [...data.boxes.keys()].filter((box) => links(box) >= HUB).sort((a, b) => links(b) - links(a));
    const groups = [...new Set(data.boxes.map((box) => box.group))].sort();
    this.isComparison = data.boxes.some((box) => box.change !== "none");
    this.headOf = data.boxes.map((box) => {
      if (!this.isComparison) return groups.indexOf(box.group) % HEADS;
      return box.change === "none" ? PLAIN : HEADS + MARKS.indexOf(box.change);
    });
  }

  /** Which of the head colours a box has. */
  head(index: number): number {
    return this.headOf[index] ?? 0;
  }

  bounds(): Rect {
    let all: Rect = { left: 0, top: 0, right: 0, bottom: 0 };
    this.boxes.forEach((box, index) => {
      const rect = rectOf(box);
      all = index === 0 ? rect : union(all, rect);
    });
    return all;
  }

  boxesIn(rect: Rect): number[] {
    const found: number[] = [];
    for (let index = 0; index < this.boxes.length; index++) {
      const box = this.boxes[index];
      if (box && meets(rect, box.x, box.y, box.x + box.width, box.y + box.height)) found.push(index);
    }
    return found;
  }

  linksIn(rect: Rect): number[] {
    const found: number[] = [];
    for (let index = 0; index < this.linkBounds.length; index++) {
      const it = this.linkBounds[index];
      if (it && meets(rect, it.left, it.top, it.right, it.bottom) && this.isSeen(index, rect)) found.push(index);
    }
    return found;
  }

  /** Whether any part of a link is in sight: a way around others may have its bounds there and nothing else. */
  private isSeen(index: number, rect: Rect): boolean {
    const points = this.links[index]?.points ?? [];
    for (let at = 0; at + 3 < points.length; at += 2) {
      const [x1, y1, x2, y2] = [points[at] ?? 0, points[at + 1] ?? 0, points[at + 2] ?? 0, points[at + 3] ?? 0];
      if (meets(rect, Math.min(x1, x2) - 8, Math.min(y1, y2) - 8, Math.max(x1, x2) + 8, Math.max(y1, y2) + 8)) return true;
    }
    return false;
  }

  /** The topmost box at a point; -1 if there is none. */
  boxAt(point: Point): number {
    for (let index = this.boxes.length - 1; index >= 0; index--) {
      const box = this.boxes[index];
      if (box && point.x >= box.x && point.x <= box.x + box.width && point.y >= box.y && point.y <= box.y + box.height) return index;
    }
    return -1;
  }

  /** The row whose fold is at a point of a box; -1 if there is none. */
  foldAt(index: number, point: Point): number {
    const box = this.boxes[index];
    if (!box || point.x > box.x + FOLD_WIDTH) return -1;
    const row = Math.floor((point.y - box.y - HEAD_HEIGHT) / ROW_HEIGHT);
    return (box.rows[row]?.fold ?? "none") === "none" ? -1 : row;
  }

  linksAt(box: number): readonly number[] {
    return this.linksOf[box] ?? [];
  }

  /** The boxes a set of boxes is linked with, themselves included. */
  neighbours(boxes: Iterable<number>): Set<number> {
    const found = new Set<number>(boxes);
    for (const box of [...found]) {
      for (const index of this.linksAt(box)) {
        const link = this.links[index];
        if (link) found.add(link.from).add(link.to);
      }
    }
    return found;
  }

  moveTo(index: number, x: number, y: number): void {
    const box = this.boxes[index];
    if (box) {
      box.x = x;
      box.y = y;
    }
  }

  reroute(index: number, points: number[]): void {
    const link = this.links[index];
    if (link) {
      link.points = points;
      this.linkBounds[index] = boundsOf(points);
    }
  }
}

export function rectOf(box: SceneBox): Rect {
  return { left: box.x, top: box.y, right: box.x + box.width, bottom: box.y + box.height };
}

function meets(rect: Rect, left: number, top: number, right: number, bottom: number): boolean {
  return left <= rect.right && right >= rect.left && top <= rect.bottom && bottom >= rect.top;
}

function union(a: Rect, b: Rect): Rect {
  return {
    left: Math.min(a.left, b.left),
    top: Math.min(a.top, b.top),
    right: Math.max(a.right, b.right),
    bottom: Math.max(a.bottom, b.bottom),
  };
}

function boundsOf(points: number[]): Rect {
  const rect: Rect = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (let at = 0; at + 1 < points.length; at += 2) {
    const x = points[at] ?? 0;
    const y = points[at + 1] ?? 0;
    rect.left = Math.min(rect.left, x - 8);
    rect.right = Math.max(rect.right, x + 8);
    rect.top = Math.min(rect.top, y - 8);
    rect.bottom = Math.max(rect.bottom, y + 8);
  }
  return rect;
}
