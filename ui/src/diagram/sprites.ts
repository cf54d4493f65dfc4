// Pictures of boxes with their rows, kept from frame to frame: to copy a picture is a fraction of writing its words anew.
import { HEAD_HEIGHT, HEADS, MARKS, ROW_HEIGHT, type SceneBox, signed } from "./scene";
import { type Motion, NEAR, type Theme } from "./painter";

/** So many pictures are kept; a screen shows fewer boxes than that while their rows are drawn. */
const MOST = 400;
/** So many are made in one frame while the scale changes; until its turn comes a box shows the picture it has, or none. */
const PER_FRAME = 3;
const PER_LATE_FRAME = 1;
/** While the scale changes pictures are made for steps of it, two to each doubling. */
const STEPS = 2;

interface Sprite {
  scale: number;
  picture: HTMLCanvasElement;
}

export class Sprites {
  private readonly kept = new Map<SceneBox, Sprite>();
  private theme: Theme | undefined;
  private made = 0;

  /** At the start of a frame. Pictures in other colours are dropped. */
  begin(theme: Theme): void {
    this.made = 0;
    if (this.theme !== theme) this.kept.clear();
    this.theme = theme;
  }

  /** Draws a box at its place; the context's unit is that of the diagram. */
  draw(context: CanvasRenderingContext2D, box: SceneBox, head: string, scale: number, motion: Motion): void {
    const changing = motion.kind === "zooming";
    const most = motion.hurried ? PER_LATE_FRAME : PER_FRAME;
    const wanted = changing ? 2 ** (Math.round(Math.log2(scale) * STEPS) / STEPS) : scale;
    let sprite = this.kept.get(box);
    if (sprite?.scale !== wanted && (!changing || this.made < most)) {
      sprite = { scale: wanted, picture: this.make(box, head, wanted) };
      this.kept.delete(box);
      this.kept.set(box, sprite);
      if (this.kept.size > MOST) {
        const [oldest] = this.kept.keys();
        if (oldest) this.kept.delete(oldest);
      }
    }
    if (!sprite) {
      context.fillStyle = this.theme?.surface ?? head;
      context.fillRect(box.x, box.y, box.width, box.height);
      context.fillStyle = head;
      context.fillRect(box.x, box.y, box.width, HEAD_HEIGHT);
      return;
    }
    context.drawImage(sprite.picture, box.x, box.y, sprite.picture.width / sprite.scale, sprite.picture.height / sprite.scale);
  }

  private make(box: SceneBox, head: string, scale: number): HTMLCanvasElement {
    this.made += 1;
    const picture = document.createElement("canvas");
    picture.width = Math.max(1, Math.ceil(box.width * scale));
    picture.height = Math.max(1, Math.ceil(box.height * scale));
    const context = picture.getContext("2d", { alpha: false });
    const theme = this.theme;
    if (context && theme) paintBox(context, box, head, scale, theme);
    return picture;
  }
}

/** A box with its title, columns, types and marks, its corner at the origin. */
function paintBox(context: CanvasRenderingContext2D, box: SceneBox, head: string, scale: number, theme: Theme): void {
  context.fillStyle = theme.surface;
  context.fillRect(0, 0, box.width * scale + 1, box.height * scale + 1);
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.fillStyle = head;
  context.fillRect(0, 0, box.width + 1, HEAD_HEIGHT);
  context.textBaseline = "middle";
  context.font = "600 13px sans-serif";
  context.fillStyle = theme.text;
  context.fillText(fitted(context, signed(box.change, box.title), box.width - 24), 12, HEAD_HEIGHT / 2 + 1);
  box.rows.forEach((row, at) => {
    if (row.change === "none") return;
    context.fillStyle = theme.heads[HEADS + MARKS.indexOf(row.change)] ?? theme.surface;
    context.fillRect(0, HEAD_HEIGHT + at * ROW_HEIGHT, box.width + 1, ROW_HEIGHT);
  });
  const isNear = scale >= NEAR;
  const middle = (at: number) => HEAD_HEIGHT + (at + 0.5) * ROW_HEIGHT;
  context.font = "12px sans-serif";
  const details = isNear ? box.rows.map((row) => fitted(context, row.detail, (box.width - 48) * 0.6)) : [];
  context.fillStyle = theme.muted;
  context.textAlign = "right";
  details.forEach((detail, at) => context.fillText(detail, box.width - 11, middle(at)));
  context.textAlign = "left";
  context.fillStyle = isNear ? theme.text : theme.muted;
  box.rows.forEach((row, at) => {
    const taken = isNear ? context.measureText(details[at] ?? "").width + 6 : 0;
    context.fillText(fitted(context, signed(row.change, row.label), box.width - 42 - taken), 32, middle(at));
  });
  context.font = "700 9.5px sans-serif";
  context.fillStyle = theme.muted;
  box.rows.forEach((row, at) => context.fillText(row.fold === "none" ? row.mark : row.fold === "open" ? "▾" : "▸", 9, middle(at)));
}

/** A text cut to a width in pixels, an ellipsis at its end if it was. */
export function fitted(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  let [fits, over] = [0, text.length];
  while (over - fits > 1) {
    const middle = (fits + over) >> 1;
    if (context.measureText(`${text.slice(0, middle)}…`).width <= width) fits = middle;
    else over = middle;
  }
  return `${text.slice(0, fits)}…`;
}
