// Where the canvas is looked at from. Pure: world coordinates are the diagram's pixels, screen coordinates the window's.

export interface Camera {
  /** World coordinate at the left edge. */
  x: number;
  /** World coordinate at the top edge. */
  y: number;
  /** Screen pixels per world pixel. */
  scale: number;
}

export interface Rect {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface Point {
  x: number;
  y: number;
}

export const MIN_SCALE = 0.02;
export const MAX_SCALE = 2.5;

export function toWorld(camera: Camera, screen: Point): Point {
  return { x: camera.x + screen.x / camera.scale, y: camera.y + screen.y / camera.scale };
}

export function toScreen(camera: Camera, world: Point): Point {
  return { x: (world.x - camera.x) * camera.scale, y: (world.y - camera.y) * camera.scale };
}

/** Zooms by a factor so that the world point under `at` stays there. */
export function zoomAt(camera: Camera, at: Point, factor: number): Camera {
  const scale = Math.min(MAX_SCALE, Math.max(MIN_SCALE, camera.scale * factor));
  const world = toWorld(camera, at);
  return { x: world.x - at.x / scale, y: world.y - at.y / scale, scale };
}

export function panBy(camera: Camera, dx: number, dy: number): Camera {
  return { ...camera, x: camera.x - dx / camera.scale, y: camera.y - dy / camera.scale };
}

/** Shows a whole rectangle with a margin, never larger than actual size. */
export function fit(bounds: Rect, width: number, height: number, margin = 40): Camera {
  const scale = Math.min(
    1,
    Math.max(
      MIN_SCALE,
      Math.min(
        (width - 2 * margin) / Math.max(1, bounds.right - bounds.left),
        (height - 2 * margin) / Math.max(1, bounds.bottom - bounds.top),
      ),
    ),
  );
  return centreOn({ x: (bounds.left + bounds.right) / 2, y: (bounds.top + bounds.bottom) / 2 }, scale, width, height);
}

export function centreOn(point: Point, scale: number, width: number, height: number): Camera {
  return { x: point.x - width / 2 / scale, y: point.y - height / 2 / scale, scale };
}

/** The part of the world that is seen. */
export function viewport(camera: Camera, width: number, height: number): Rect {
  return { left: camera.x, top: camera.y, right: camera.x + width / camera.scale, bottom: camera.y + height / camera.scale };
}
