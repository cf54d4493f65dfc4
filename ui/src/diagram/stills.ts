// Where the machine does not keep up with a moving view, pictures of more than is seen are moved instead of all that is in
// them: one is shown, moved and scaled, while the next is painted a step a frame. What a map in a browser does.
import { type Camera, centreOn } from "./camera";
import type { Size } from "./painter";

/** How much wider and higher than the view a picture is. */
const MARGIN = 1.5;
/** A view is about to leave a picture that does not hold so much more than it. */
const ROOM = 1.35;
/** Magnified by more than this a picture is replaced by a sharper one. */
const BLUR = 1.45;
/** How much further out or in than the view the next picture looks, as the view goes there. */
const AHEAD = 1.3;
/** A picture that shows less of the view than this, or magnified by more than its square, is of no use. */
const LEAST = 0.5;

/** Paints what a camera sees, a part before each yield. */
export type PaintSteps = (context: CanvasRenderingContext2D, camera: Camera, size: Size) => Generator<void>;

interface Still {
  picture: HTMLCanvasElement;
  camera: Camera;
  size: Size;
}

export class Stills {
  private shown: Still | undefined;
  private next: (Still & { work: Generator<void> }) | undefined;
  private spare: HTMLCanvasElement | undefined;
  private scale: number | undefined;

  constructor(private readonly canvas: () => HTMLCanvasElement = () => document.createElement("canvas")) {}

  /** Draws what a camera sees from the pictures there are, and goes on with the next one. */
  draw(context: CanvasRenderingContext2D, camera: Camera, size: Size, background: string, paint: PaintSteps): void {
    const way = Math.sign(camera.scale - (this.scale ?? camera.scale));
    this.scale = camera.scale;
    if (!this.shown || isUseless(this.shown, camera, size)) {
      this.next = this.begin(camera, size, way, paint);
      while (this.next) this.step();
    } else {
      if (!this.next && isSpent(this.shown, camera, size, way)) this.next = this.begin(camera, size, way, paint);
      this.step();
    }
    if (this.shown) show(context, this.shown, camera, size, background);
  }

  /** Forgets all pictures: what they show has changed, or is painted in full again. */
  drop(): void {
    this.shown = this.next = this.spare = this.scale = undefined;
  }

  private begin(camera: Camera, size: Size, way: number, paint: PaintSteps) {
    const large = { width: size.width * MARGIN, height: size.height * MARGIN, ratio: size.ratio };
    const middle = { x: camera.x + size.width / 2 / camera.scale, y: camera.y + size.height / 2 / camera.scale };
    const from = centreOn(middle, camera.scale * AHEAD ** way, large.width, large.height);
    const picture = this.spare ?? this.canvas();
    this.spare = undefined;
    const [width, height] = [Math.round(large.width * size.ratio), Math.round(large.height * size.ratio)];
    if (picture.width !== width || picture.height !== height) [picture.width, picture.height] = [width, height];
    const context = picture.getContext("2d", { alpha: false });
    return context ? { picture, camera: from, size: large, work: paint(context, from, large) } : undefined;
  }

  private step(): void {
    if (!this.next?.work.next().done) return;
    this.spare = this.shown?.picture;
    this.shown = this.next;
    this.next = undefined;
  }
}

/** The share of the view's width or height, whichever is less, that a picture holds; above 1 if it holds more. */
export function held(still: { camera: Camera; size: Size }, camera: Camera, size: Size): number {
  const along = (from: number, length: number, at: number, seen: number) => {
    const [start, end] = [(from - at) * camera.scale, (from + length / still.camera.scale - at) * camera.scale];
    // Whole on both sides: how much more than the view there is, the nearer side counting.
    if (start <= 0 && end >= seen) return 1 + (2 * Math.min(-start, end - seen)) / seen;
    return Math.max(0, Math.min(end, seen) - Math.max(start, 0)) / seen;
  };
  return Math.min(
    along(still.camera.x, still.size.width, camera.x, size.width),
    along(still.camera.y, still.size.height, camera.y, size.height),
  );
}

function isUseless(still: Still, camera: Camera, size: Size): boolean {
  return still.size.ratio !== size.ratio || held(still, camera, size) < LEAST || camera.scale / still.camera.scale > 1 / LEAST ** 2;
}

function isSpent(still: Still, camera: Camera, size: Size, way: number): boolean {
  const magnified = camera.scale / still.camera.scale;
  return held(still, camera, size) < ROOM || magnified > BLUR || (way === 0 && magnified !== 1);
}

function show(context: CanvasRenderingContext2D, still: Still, camera: Camera, size: Size, background: string): void {
  const { ratio } = size;
  const [width, height] = [size.width * ratio, size.height * ratio];
  context.setTransform(1, 0, 0, 1, 0, 0);
  if (held(still, camera, size) < 1) {
    context.fillStyle = background;
    context.fillRect(0, 0, width, height);
  }
  const by = camera.scale / still.camera.scale;
  const [left, top] = [(still.camera.x - camera.x) * camera.scale * ratio, (still.camera.y - camera.y) * camera.scale * ratio];
  // At its own scale a picture is copied pixel by pixel, so that what is only moved stays sharp.
  context.imageSmoothingEnabled = by !== 1;
  const place = by === 1 ? Math.round : (at: number) => at;
  context.drawImage(still.picture, place(left), place(top), still.picture.width * by, still.picture.height * by);
}
