// Draws on a canvas: links always, boxes when they are too far away to be elements. Less detail the further away.
import { type Camera, type Rect, viewport } from "./camera";
import { HEAD_HEIGHT, HEADS, MARKS, type Scene, type SceneBox, type SceneLink, signed } from "./scene";
import type { Sprites } from "./sprites";

/** From this scale on tables are elements. */
export const NEAR = 0.6;
/** From this scale on rows are drawn as text. */
const ROWS = 0.38;
/** From this scale on titles are drawn in the boxes. */
const TITLES = 0.16;
/** From this scale on links are drawn with their corners. */
const CORNERS = 0.16;
/** From this scale on links are drawn with their ends. */
const ENDS = 0.3;

export interface Theme {
  canvas: string;
  surface: string;
  line: string;
  text: string;
  muted: string;
  link: string;
  lit: string;
  /** By group, then by mark. */
  heads: string[];
  /** The strong colour of each mark. */
  marks: string[];
}

export function readTheme(element: Element): Theme {
  const style = getComputedStyle(element);
  const token = (name: string) => style.getPropertyValue(name).trim();
  return {
    canvas: token("--canvas"),
    surface: token("--surface"),
    line: token("--line-strong"),
    text: token("--text"),
    muted: token("--muted"),
    link: token("--link"),
    lit: token("--link-lit"),
    heads: Array.from({ length: HEADS + MARKS.length }, (_, index) => token(`--head-${index}`)),
    marks: MARKS.map((mark) => token(`--mark-${mark}`)),
  };
}

/** Of the canvas: pixels of the page, and how many of the screen each is. */
export interface Size {
  width: number;
  height: number;
  ratio: number;
}

/** What the view is doing: near tables are elements only while it rests. */
export interface Motion {
  kind: "not" | "panning" | "zooming";
  /** Frames come late: what nobody can see in passing is left out. */
  hurried: boolean;
}

export interface Lit {
  /** Boxes that are hovered or selected. */
  boxes: ReadonlySet<number>;
  /** Boxes that are selected. */
  selected: ReadonlySet<number>;
}

/** Paints what a camera sees, in about so many steps of the same work: a part of it before each yield. */
export function* paint(
  context: CanvasRenderingContext2D,
  scene: Scene,
  camera: Camera,
  size: Size,
  theme: Theme,
  lit: Lit,
  motion: Motion,
  sprites: Sprites,
  steps = 1,
): Generator<void> {
  const { width, height, ratio } = size;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = theme.canvas;
  context.fillRect(0, 0, width * ratio, height * ratio);
  const scale = camera.scale * ratio;
  const inWorld = () => context.setTransform(scale, 0, 0, scale, -camera.x * scale, -camera.y * scale);
  const view = viewport(camera, width, height);
  const links = linksToPaint(scene, view, motion);
  const boxes = camera.scale < NEAR || motion.kind !== "not" ? scene.boxesIn(view) : [];
  const most = Math.max(1, Math.ceil((links.length + boxes.length) / steps));
  for (let at = 0; at < links.length; at += most) {
    inWorld();
    paintLinks(context, scene, links.slice(at, at + most), camera.scale, theme, lit, motion);
    yield;
  }
  for (let at = 0; at < boxes.length; at += most) {
    inWorld();
    paintBoxes(context, scene, boxes.slice(at, at + most), camera, size, theme, lit, motion, sprites);
    yield;
  }
  inWorld();
  if (camera.scale < TITLES) paintFarTitles(context, scene, new Set(boxes), camera.scale, theme, !isHurriedZoom(motion));
}

const isHurriedZoom = (motion: Motion): boolean => motion.kind === "zooming" && motion.hurried;

function linksToPaint(scene: Scene, view: Rect, motion: Motion): number[] {
  const visible = scene.linksIn(view);
  if (!isHurriedZoom(motion)) return visible;
  // Those that only pass through tell nothing while the scale changes.
  const ends = new Set(scene.boxesIn(view));
  return visible.filter((index) => {
    const link = scene.links[index];
    return link && (ends.has(link.from) || ends.has(link.to));
  });
}

function paintLinks(
  context: CanvasRenderingContext2D,
  scene: Scene,
  visible: number[],
  scale: number,
  theme: Theme,
  lit: Lit,
  motion: Motion,
): void {
  // While the scale changes nobody reads the ends of links, and they are most of what there is to draw.
  const near = motion.kind === "zooming" ? scale / 2 : scale;
  const detail = motion.hurried ? Math.min(near, CORNERS) : near;
  const bright: number[] = [];
  const marked = MARKS.map((): SceneLink[] => []);
  const hair = 1 / scale;
  context.lineWidth = Math.max(1.2, hair * 0.8);
  context.strokeStyle = theme.link;
  context.globalAlpha = scale < 0.12 ? 0.45 : lit.boxes.size > 0 ? 0.5 : 0.9;
  context.beginPath();
  for (const index of visible) {
    const link = scene.links[index];
    if (!link) continue;
    if (lit.boxes.has(link.from) || lit.boxes.has(link.to)) bright.push(index);
    else if (link.change === "none") tracePath(context, link, detail);
    else marked[MARKS.indexOf(link.change)]?.push(link);
  }
  context.stroke();
  context.globalAlpha = 1;
  if (scene.isComparison) paintMarkedLinks(context, marked, Math.max(2, hair * 1.6), detail, theme);
  if (bright.length === 0) return;
  context.lineWidth = Math.max(2, hair * 1.6);
  context.strokeStyle = theme.lit;
  context.beginPath();
  for (const index of bright) {
    const link = scene.links[index];
    if (link) tracePath(context, link, detail);
  }
  context.stroke();
}

function paintMarkedLinks(context: CanvasRenderingContext2D, marked: SceneLink[][], width: number, detail: number, theme: Theme): void {
  context.lineWidth = width;
  marked.forEach((links, at) => {
    if (links.length === 0) return;
    context.strokeStyle = theme.marks[at] ?? theme.link;
    // What goes away is dashed, so that it is told from what comes without colours.
    context.setLineDash(MARKS[at] === "removed" ? [width * 3, width * 2.5] : []);
    context.beginPath();
    for (const link of links) tracePath(context, link, detail);
    context.stroke();
  });
  context.setLineDash([]);
}

function tracePath(context: CanvasRenderingContext2D, link: SceneLink, scale: number): void {
  const points = link.points;
  context.moveTo(points[0] ?? 0, points[1] ?? 0);
  if (scale < CORNERS) {
    // Too far away for corners to be seen.
    context.lineTo(points[points.length - 2] ?? 0, points[points.length - 1] ?? 0);
    return;
  }
  for (let at = 2; at + 1 < points.length; at += 2) context.lineTo(points[at] ?? 0, points[at + 1] ?? 0);
  if (scale >= ENDS) {
    traceEnd(context, points, 0, 2, link.fromEnd);
    traceEnd(context, points, points.length - 2, points.length - 4, link.toEnd);
  }
}

function traceEnd(context: CanvasRenderingContext2D, points: number[], end: number, next: number, kind: string): void {
  const x = points[end] ?? 0;
  const y = points[end + 1] ?? 0;
  const out = (points[next] ?? 0) >= x ? 1 : -1;
  const bar = (away: number) => {
    context.moveTo(x + out * away, y - 5);
    context.lineTo(x + out * away, y + 5);
  };
  const circle = (away: number) => {
    context.moveTo(x + out * away + 3, y);
    context.arc(x + out * away, y, 3, 0, Math.PI * 2);
  };
  if (kind === "many") {
    context.moveTo(x, y - 5.5);
    context.lineTo(x + out * 10, y);
    context.lineTo(x, y + 5.5);
    circle(13.5);
  } else {
    bar(7);
    if (kind === "one") bar(11);
    else circle(14);
  }
}

function paintBoxes(
  context: CanvasRenderingContext2D,
  scene: Scene,
  visible: number[],
  camera: Camera,
  size: Size,
  theme: Theme,
  lit: Lit,
  motion: Motion,
  sprites: Sprites,
): void {
  const { scale } = camera;
  const isFar = scale < TITLES;
  const bodies: SceneBox[] = [];
  const bright: SceneBox[] = [];
  const heads: SceneBox[][] = theme.heads.map(() => []);
  for (const index of visible) {
    const box = scene.boxes[index];
    if (!box) continue;
    if (lit.boxes.has(index)) bright.push(box);
    bodies.push(box);
    heads[scene.head(index)]?.push(box);
  }
  const hasRows = scale >= ROWS;
  const fill = isHurriedZoom(motion) ? filler(context, camera, size) : fillAll.bind(undefined, context);
  if (hasRows) {
    sprites.begin(theme);
    heads.forEach((boxes, at) => {
      for (const box of boxes) sprites.draw(context, box, theme.heads[at] ?? theme.line, scale * size.ratio, motion);
    });
  } else {
    // Colour by colour: thousands of small fills are slower than a few large ones.
    if (!isFar) fill(theme.surface, bodies);
    heads.forEach((boxes, at) => fill(theme.heads[at] ?? theme.line, boxes, isFar ? undefined : HEAD_HEIGHT));
    if (isFar) fill(theme.lit, bright);
  }
  // Hundreds of outlines at a scale that was never drawn before are the dearest of all.
  if (!isHurriedZoom(motion)) frameAll(context, theme.line, 1 / scale, bodies);
  MARKS.forEach((mark, at) => {
    if (scene.isComparison) frameAll(context, theme.marks[at] ?? theme.line, 2 / scale, bodies.filter((box) => box.change === mark));
  });
  if (!isFar) frameAll(context, theme.lit, 2 / scale, bright);
  if (!isFar && !hasRows && motion.kind !== "zooming") paintTitles(context, bodies, camera, size, theme);
}

function fillAll(context: CanvasRenderingContext2D, colour: string, boxes: SceneBox[], height?: number): void {
  if (boxes.length === 0) return;
  context.fillStyle = colour;
  context.beginPath();
  for (const box of boxes) context.rect(box.x, box.y, box.width, height ?? box.height);
  context.fill();
}

/** Fills in whole pixels of the screen: no edge lies between two of them, so that none has to be smoothed. */
function filler(context: CanvasRenderingContext2D, camera: Camera, size: Size) {
  const scale = camera.scale * size.ratio;
  return (colour: string, boxes: SceneBox[], height?: number): void => {
    context.save();
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = colour;
    for (const box of boxes) {
      const [x, y] = [Math.round((box.x - camera.x) * scale), Math.round((box.y - camera.y) * scale)];
      context.fillRect(x, y, Math.max(1, Math.round(box.width * scale)), Math.max(1, Math.round((height ?? box.height) * scale)));
    }
    context.restore();
  };
}

function frameAll(context: CanvasRenderingContext2D, colour: string, width: number, boxes: SceneBox[]): void {
  if (boxes.length === 0) return;
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.beginPath();
  for (const box of boxes) context.rect(box.x, box.y, box.width, box.height);
  context.stroke();
}

/**
 * Titles alone, in pixels of the screen and at sizes of half pixels: a letter that was drawn once is found again at the
 * next frame, which it would not be at a scale that never comes back.
 */
function paintTitles(context: CanvasRenderingContext2D, boxes: SceneBox[], camera: Camera, size: Size, theme: Theme): void {
  const { scale } = camera;
  context.setTransform(size.ratio, 0, 0, size.ratio, 0, 0);
  context.textBaseline = "middle";
  const letter = Math.max(1, Math.round(Math.min(22 * scale, 7) * 2) / 2);
  context.fillStyle = theme.text;
  context.font = `600 ${letter}px sans-serif`;
  for (const box of boxes) {
    const room = ((box.width - 20) * scale) / (letter * 0.64);
    context.fillText(cut(signed(box.change, box.title), room), (box.x + 8 - camera.x) * scale, (box.y + HEAD_HEIGHT / 2 + 1 - camera.y) * scale);
  }
}

/** Names of the best connected tables, so that a map of a thousand tables can be read as one. */
function paintFarTitles(
  context: CanvasRenderingContext2D,
  scene: Scene,
  visible: ReadonlySet<number>,
  scale: number,
  theme: Theme,
  outlined: boolean,
): void {
  const best = scene.hubs.filter((index) => visible.has(index)).slice(0, 24);
  const size = 12 / scale;
  context.font = `600 ${size}px sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  context.lineWidth = 4 / scale;
  const taken: Rect[] = [];
  for (const index of best) {
    const box = scene.boxes[index];
    if (!box) continue;
    const text = cut(signed(box.change, box.title), 28);
    const half = (text.length * size * 0.58) / 2;
    const x = box.x + box.width / 2;
    const y = box.y + box.height / 2;
    const place: Rect = { left: x - half, right: x + half, top: y - size * 0.7, bottom: y + size * 0.7 };
    if (taken.some((it) => it.left < place.right && it.right > place.left && it.top < place.bottom && it.bottom > place.top)) continue;
    taken.push(place);
    context.strokeStyle = theme.canvas;
    if (outlined) context.strokeText(text, x, y);
    context.fillStyle = theme.text;
    context.fillText(text, x, y);
  }
  context.textAlign = "start";
}

function cut(text: string, fits: number): string {
  const most = Math.max(3, Math.floor(fits));
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
