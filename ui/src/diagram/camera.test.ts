import { describe, expect, it } from "vitest";

import { fit, panBy, toScreen, toWorld, viewport, zoomAt } from "./camera";
import { Scene } from "./scene";

const camera = { x: 100, y: -50, scale: 0.5 };

describe("camera", () => {
  it("goes to the world and back", () => {
    const screen = { x: 33, y: 77 };
    expect(toScreen(camera, toWorld(camera, screen))).toEqual(screen);
  });

  it("keeps the point under the pointer where it is when zooming", () => {
    const at = { x: 300, y: 200 };
    const zoomed = zoomAt(camera, at, 1.7);
    expect(toWorld(zoomed, at).x).toBeCloseTo(toWorld(camera, at).x);
    expect(toWorld(zoomed, at).y).toBeCloseTo(toWorld(camera, at).y);
  });

  it("stops zooming at its limits", () => {
    expect(zoomAt(camera, { x: 0, y: 0 }, 1e9).scale).toBe(2.5);
    expect(zoomAt(camera, { x: 0, y: 0 }, 1e-9).scale).toBe(0.02);
  });

  it("pans by screen pixels at every scale", () => {
    expect(panBy(camera, 10, 20)).toEqual({ x: 80, y: -90, scale: 0.5 });
  });

  it("fits a rectangle in, and never enlarges", () => {
    const bounds = { left: 0, top: 0, right: 4000, bottom: 1000 };
    const view = viewport(fit(bounds, 1000, 800), 1000, 800);
    expect(view.left).toBeLessThan(0);
    expect(view.right).toBeGreaterThan(4000);
    expect(fit({ left: 0, top: 0, right: 10, bottom: 10 }, 1000, 800).scale).toBe(1);
  });
});

describe("scene", () => {
  const box = (object: number, x: number) => ({ object, title: `t${object}`, group: "", isView: false, x, y: 0, width: 100, height: 50, rows: [], change: "none" as const });
  const link = { from: 0, fromRow: 0, to: 1, toRow: 0, fromEnd: "many", toEnd: "one", label: "", points: [100, 20, 300, 20], change: "none" as const };
  const scene = () => new Scene({ boxes: [box(7, 0), box(8, 300), box(9, 5000)], links: [link] });

  it("finds what is in sight", () => {
    expect(scene().boxesIn({ left: -10, top: -10, right: 350, bottom: 10 })).toEqual([0, 1]);
    expect(scene().linksIn({ left: 150, top: 0, right: 160, bottom: 40 })).toEqual([0]);
    expect(scene().linksIn({ left: 4000, top: 0, right: 4100, bottom: 40 })).toEqual([]);
  });

  it("finds the box under a point", () => {
    expect(scene().boxAt({ x: 350, y: 25 })).toBe(1);
    expect(scene().boxAt({ x: 200, y: 25 })).toBe(-1);
  });

  it("knows who is linked with whom", () => {
    expect([...scene().neighbours([0])]).toEqual([0, 1]);
    expect([...scene().neighbours([2])]).toEqual([2]);
  });

  it("follows a moved box with its link", () => {
    const it = scene();
    it.moveTo(1, 300, 900);
    it.reroute(0, [100, 20, 300, 920]);
    expect(it.boxAt({ x: 350, y: 925 })).toBe(1);
    expect(it.linksIn({ left: 200, top: 500, right: 210, bottom: 510 })).toEqual([0]);
  });
});
