import { describe, expect, it } from "vitest";

import { held, type PaintSteps, Stills } from "./stills";

const size = { width: 100, height: 50, ratio: 1 };

describe("what a picture holds of a view", () => {
  const still = { camera: { x: -50, y: -25, scale: 1 }, size: { width: 200, height: 100, ratio: 1 } };
  it("is more than all where there is room on every side", () => {
    expect(held(still, { x: 0, y: 0, scale: 1 }, size)).toBe(2);
    expect(held(still, { x: 25, y: 0, scale: 1 }, size)).toBe(1.5);
    expect(held(still, { x: -50, y: -25, scale: 0.5 }, size)).toBe(1);
  });
  it("is the share that is in it where the view has left it", () => {
    expect(held(still, { x: 100, y: 0, scale: 1 }, size)).toBe(0.5);
    expect(held(still, { x: 500, y: 0, scale: 1 }, size)).toBe(0);
    expect(held(still, { x: -150, y: -75, scale: 0.25 }, size)).toBe(0.5);
  });
});

describe("pictures of a moving view", () => {
  /** A context that writes down what it is told to draw. */
  function recorder(): [CanvasRenderingContext2D, HTMLCanvasElement[]] {
    const drawn: HTMLCanvasElement[] = [];
    const context = { setTransform: () => {}, fillRect: () => {}, drawImage: (it: HTMLCanvasElement) => drawn.push(it) };
    return [context as unknown as CanvasRenderingContext2D, drawn];
  }
  const canvas = () => ({ width: 0, height: 0, getContext: () => ({}) }) as unknown as HTMLCanvasElement;
  /** Paints nothing, in so many steps; counts them. */
  function painter(steps: number): [PaintSteps, { begun: number; steps: number; scales: number[] }] {
    const told = { begun: 0, steps: 0, scales: [] as number[] };
    const paint: PaintSteps = function* (_, camera) {
      told.begun += 1;
      told.scales.push(camera.scale);
      for (let at = 0; at < steps; at++) {
        told.steps += 1;
        yield;
      }
    };
    return [paint, told];
  }

  it("are painted whole when there is none, and then moved", () => {
    const [context, drawn] = recorder();
    const [paint, told] = painter(4);
    const stills = new Stills(canvas);
    for (let x = 0; x < 8; x++) stills.draw(context, { x, y: 0, scale: 1 }, size, "", paint);
    expect(drawn.length).toBe(8);
    expect(told).toEqual({ begun: 1, steps: 4, scales: [1] });
  });

  it("are replaced step by step before the view leaves them", () => {
    const [context, drawn] = recorder();
    const [paint, told] = painter(4);
    const stills = new Stills(canvas);
    for (let x = 0; x < 15; x++) stills.draw(context, { x, y: 0, scale: 1 }, size, "", paint);
    expect(told.begun).toBe(2);
    expect(new Set(drawn).size).toBe(2);
    expect(drawn.indexOf(drawn[14] as HTMLCanvasElement)).toBe(12);
  });

  it("look further out while the view zooms out", () => {
    const [context] = recorder();
    const [paint, told] = painter(2);
    const stills = new Stills(canvas);
    let scale = 1;
    for (let at = 0; at < 8; at++) stills.draw(context, { x: 50 - 50 / scale, y: 25 - 25 / scale, scale: (scale *= 0.95) }, size, "", paint);
    expect(told.begun).toBeGreaterThan(1);
    expect(told.scales[1]).toBeLessThan(scale);
  });

  it("are painted anew at once where the view has jumped", () => {
    const [context, drawn] = recorder();
    const [paint, told] = painter(4);
    const stills = new Stills(canvas);
    stills.draw(context, { x: 0, y: 0, scale: 1 }, size, "", paint);
    stills.draw(context, { x: 5000, y: 0, scale: 1 }, size, "", paint);
    expect(told.steps).toBe(8);
    expect(drawn[0]).not.toBe(drawn[1]);
  });
});
