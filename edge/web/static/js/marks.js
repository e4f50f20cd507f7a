// What a finger does on the calibration's picture: look, tap one point, move numbered marks.
import { drawRim } from "./camera.js";

const MARK = "#ffd166";
const STRAY = "#c9bfae";

/** A small cross at the point itself and its number beside it, so that the point and the cone above it stay visible. */
export function drawMark(context, { x, y }, scale, label, colour = MARK, left = false) {
  const [px, py] = [x * scale, y * scale];
  for (const [ink, width] of [["#14110d", 4], [colour, 1.8]]) {
    context.strokeStyle = ink;
    context.lineWidth = width;
    context.beginPath();
    context.arc(px, py, 8, 0, 2 * Math.PI);
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      context.moveTo(px + 3 * dx, py + 3 * dy);
      context.lineTo(px + 8 * dx, py + 8 * dy);
    }
    context.stroke();
  }
  drawBadge(context, px + (left ? -22 : 22), py - 10, label, colour);
}

export function drawBadge(context, x, y, label, colour = MARK, radius = 12) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = colour;
  context.fill();
  context.lineWidth = 2;
  context.strokeStyle = "#14110d";
  context.stroke();
  context.fillStyle = "#14110d";
  context.font = `800 ${Math.round(1.25 * radius)}px system-ui, sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(label, x, y + 1);
}

/** Looking only: a tap zooms in, the next one out. `points`: [{label, x, y}]. */
export class Look {
  constructor(picture, points) {
    Object.assign(this, { picture, points });
  }

  tap(point) {
    this.picture.zoom(this.picture.zoomed ? null : point);
  }

  draw(context, scale) {
    for (const point of this.points) drawMark(context, point, scale, point.label, point.label === "?" ? STRAY : MARK, this.picture.rightOf(point));
  }
}

/** One point: a tap zooms in, the tap after that is the point. */
export class Pick {
  constructor(picture, zoomed, picked, rim = null) {
    Object.assign(this, { picture, told: zoomed, picked, rim });
  }

  tap(point) {
    if (this.picture.zoomed) return this.picked(point);
    this.picture.zoom(point);
    return this.told();
  }

  draw(context, scale) {
    drawRim(context, this.rim, scale, "rgb(255 255 255 / 0.55)");
  }
}

/** Numbered marks of a layout: those without a place are placed by a tap, all can be dragged, and finely so when zoomed in. */
export class Marks {
  /** `names`: landmarks in order; `placed`: Map of landmark to {x, y}; `stray`: other points seen. */
  constructor(picture, names, placed, stray, changed) {
    Object.assign(this, { picture, names, placed, stray, changed, chosen: null, held: false });
  }

  /** The landmark that the next tap places, or null. */
  get next() {
    return this.names.find((name) => !this.placed.has(name)) ?? null;
  }

  out() {
    this.chosen = null;
    this.picture.zoom(null);
    this.changed();
  }

  grab(point, reach) {
    if (!this.picture.zoomed) {
      const away = ({ x, y }) => Math.hypot(x - point.x, y - point.y);
      const near = [...this.placed].filter(([, at]) => away(at) < reach).sort((a, b) => away(a[1]) - away(b[1]));
      this.chosen = near[0]?.[0] ?? null;
    }
    this.held = this.chosen !== null;
    return this.held;
  }

  drag({ x, y }) {
    const at = this.placed.get(this.chosen);
    this.#put(this.chosen, { x: at.x + x, y: at.y + y });
  }

  drop() {
    this.held = false;
    this.changed();
  }

  tap(point) {
    if (this.picture.zoomed) {
      if (this.chosen) this.#put(this.chosen, point);
    } else {
      this.chosen ??= this.next;
      if (!this.chosen) return;
      if (!this.placed.has(this.chosen)) this.#put(this.chosen, point);
      this.picture.zoom(this.placed.get(this.chosen));
    }
    this.changed();
    this.picture.draw();
  }

  #put(name, { x, y }) {
    const [width, height] = this.picture.size;
    const inside = (value, most) => Math.min(Math.max(value, 0), most);
    this.placed.set(name, { x: inside(x, width), y: inside(y, height) });
  }

  draw(context, scale) {
    if (this.next) for (const point of this.stray) drawMark(context, point, scale, "?", STRAY, this.picture.rightOf(point));
    this.names.forEach((name, i) => {
      const at = this.placed.get(name);
      if (at) drawMark(context, at, scale, String(i + 1), name === this.chosen ? "#ff9a3d" : MARK, this.picture.rightOf(at));
    });
    if (this.held && this.chosen && !this.picture.zoomed) this.picture.drawLoupe(context, scale, this.placed.get(this.chosen));
  }
}
