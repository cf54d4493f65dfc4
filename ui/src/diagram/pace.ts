// Whether the machine keeps up with the view while it moves.

/** Milliseconds from one frame to the next that nobody would call late; of a display with 60 of them a second. */
const IN_TIME = 18.5;
/** How much the last frame counts among those before it. */
const WEIGHT = 0.06;
/** Above this share of late frames there is too much to draw: three in a row, or one in five for a while; not one or two by themselves. */
const TOO_MANY = 0.12;
/** Milliseconds of rest after which all is tried again: while less is drawn nothing tells what all would take. */
const FORGET = 5000;

export class Pace {
  private last: number | undefined;
  private rested: number | undefined;
  private late = 0;
  private hurried = false;

  /** A frame of a movement is drawn at this time in milliseconds; answers whether less should be drawn. */
  frame(now: number): boolean {
    if (this.rested !== undefined && now - this.rested > FORGET) {
      this.late = 0;
      this.hurried = false;
    }
    this.rested = undefined;
    if (this.last !== undefined) {
      const isLate = now - this.last > IN_TIME;
      this.late += WEIGHT * ((isLate ? 1 : 0) - this.late);
    }
    this.last = now;
    this.hurried ||= this.late > TOO_MANY;
    return this.hurried;
  }

  /** The view rests since this time: what comes next is no late frame. */
  rest(now: number): void {
    this.last = undefined;
    this.rested = now;
  }
}
