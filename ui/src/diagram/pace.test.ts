import { describe, expect, it } from "vitest";

import { Pace } from "./pace";

/** Draws so many frames with so many milliseconds between them; what the last one answered, and when it is now. */
function frames(pace: Pace, from: number, count: number, apart: number): [boolean, number] {
  let [answer, now] = [false, from];
  for (let at = 0; at < count; at++) {
    now += apart;
    answer = pace.frame(now);
  }
  return [answer, now];
}

describe("the pace", () => {
  it("hurries after some late frames in a row, not after one", () => {
    const pace = new Pace();
    expect(frames(pace, 0, 20, 16)[0]).toBe(false);
    expect(frames(pace, 320, 1, 60)[0]).toBe(false);
    expect(frames(pace, 380, 20, 16)[0]).toBe(false);
    expect(frames(pace, 700, 3, 25)[0]).toBe(true);
  });

  it("hurries when one frame of five is late for a while, not when it is one of thirty", () => {
    const late = (ofSo: number, times: number) => {
      const pace = new Pace();
      let [answer, now] = [false, 0];
      for (let at = 0; at < times; at++) {
        const [, inTime] = frames(pace, now, ofSo - 1, 16);
        [answer, now] = frames(pace, inTime, 1, 30);
      }
      return answer;
    };
    expect(late(30, 20)).toBe(false);
    expect(late(5, 8)).toBe(true);
  });

  it("stays hurried through a short rest and tries all again after a long one", () => {
    const pace = new Pace();
    const [hurried, now] = frames(pace, 0, 10, 30);
    expect(hurried).toBe(true);
    pace.rest(now);
    const [still, later] = frames(pace, now + 1000, 30, 16);
    expect(still).toBe(true);
    pace.rest(later);
    expect(frames(pace, later + 6000, 3, 16)[0]).toBe(false);
  });

  it("takes no rest for a late frame", () => {
    const pace = new Pace();
    let now = 0;
    for (let at = 0; at < 20; at++) {
      [, now] = frames(pace, now, 2, 16);
      pace.rest(now);
      now += 4000;
    }
    expect(frames(pace, now, 1, 16)[0]).toBe(false);
  });
});
