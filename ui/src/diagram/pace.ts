// Whether the machine keeps up with the view while it moves.

/** Milliseconds from one frame to the next that nobody would call late; of a display with 60 of them a second. */
const IN_TIME = 18.5;
/** How much the last frame counts among those before it. */
const WEIGHT = 0.25;
/** Above this share of late frames there is too much to draw, below the other one there is not. */
const TOO_MANY = 0.6;
const FEW = 0.1;

export class Pace {
  private last: number | undefined;
  private late = 0;
  private hurried = false;

  /** A frame of a movement is drawn at this time in milliseconds; answers whether less should be drawn. */
  frame(now: number): boolean {
    if (this.last !== undefined) {
      const isLate = now - this.last > IN_TIME;
      this.late += WEIGHT * ((isLate ? 1 : 0) - this.late);
    }
    this.last = now;
    this.hurried ||= this.late > TOO_MANY;
    return this.hurried;
  }

  /** The view rests: what comes next is no late frame. */
  rest(): void {
    this.last = undefined;
    if (this.late < FEW) this.hurried = false;
  }
}
