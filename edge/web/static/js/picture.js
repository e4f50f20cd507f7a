// A picture of the camera on a canvas: zoomed by a tap, pointed at with a finger.
const TAP_PX = 9;
const REACH_PX = 30;

/** A finger on the picture is told to `tool`: grab(point, reach) may return true to be dragged, drag(by), drop(), tap(point), and draw(context, scale, zoomed), all in pixels of the frame. */
export class ZoomPicture {
  constructor(canvas) {
    this.canvas = canvas;
    this.tool = null;
    this.image = this.start = null;
    canvas.addEventListener("pointerdown", (event) => this.#down(event));
    canvas.addEventListener("pointermove", (event) => this.#move(event));
    canvas.addEventListener("pointerup", (event) => this.#up(event));
    canvas.addEventListener("pointercancel", () => this.#end());
  }

  /** `size`: width and height of the frame, px; `around`: a point to begin zoomed at. */
  show(image, size, tool, around = null) {
    [this.image, this.size, this.tool, this.start] = [image, size, tool, null];
    this.zoom(around);
  }

  get zoomed() {
    return this.shown.width < this.size[0];
  }

  /** Shows a square part of the picture around a point of the frame, or all of it. */
  zoom(centre, times = 5) {
    const [width, height] = this.size;
    const side = Math.min(width / times, height);
    const clamp = (middle, whole) => Math.min(Math.max(middle - side / 2, 0), whole - side);
    this.shown = centre ? { x: clamp(centre.x, width), y: clamp(centre.y, height), width: side, height: side } : { x: 0, y: 0, width, height };
    this.draw();
  }

  /** Whether a point lies in the right part of what is shown. */
  rightOf({ x }) {
    return x > this.shown.x + 0.6 * this.shown.width;
  }

  draw() {
    if (!this.image) return;
    const { shown, size } = this;
    const width = this.canvas.clientWidth || 600;
    const dense = Math.min(3, window.devicePixelRatio || 1);
    const scale = width / shown.width;
    this.canvas.width = width * dense;
    this.canvas.height = shown.height * scale * dense;
    const context = this.canvas.getContext("2d");
    context.scale(dense, dense);
    const ratio = this.image.width / size[0];
    const part = [shown.x, shown.y, shown.width, shown.height].map((value) => value * ratio);
    context.drawImage(this.image, ...part, 0, 0, width, shown.height * scale);
    context.translate(-shown.x * scale, -shown.y * scale);
    this.tool.draw(context, scale, this);
  }

  /** A round magnifier with a cross at a point of the frame, in the corner that the finger is not in. */
  drawLoupe(context, scale, at, times = 4) {
    const { shown, size } = this;
    const radius = 58;
    const left = (at.x - shown.x) * scale > this.canvas.clientWidth / 2;
    const x = shown.x * scale + (left ? radius + 6 : this.canvas.clientWidth - radius - 6);
    const y = shown.y * scale + radius + 6;
    const ratio = this.image.width / size[0];
    const reach = radius / (scale * times);
    context.save();
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fillStyle = "#000";
    context.fill();
    context.clip();
    context.drawImage(this.image, ...[at.x - reach, at.y - reach, 2 * reach, 2 * reach].map((v) => v * ratio), x - radius, y - radius, 2 * radius, 2 * radius);
    context.strokeStyle = "#ffd166";
    context.lineWidth = 1.5;
    context.beginPath();
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      context.moveTo(x + 5 * dx, y + 5 * dy);
      context.lineTo(x + radius * dx, y + radius * dy);
    }
    context.stroke();
    context.restore();
    context.lineWidth = 3;
    context.strokeStyle = "#f6f0e4";
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.stroke();
  }

  #point(event) {
    const frame = this.canvas.getBoundingClientRect();
    const across = Math.min(1, Math.max(0, (event.clientX - frame.left) / frame.width));
    const down = Math.min(1, Math.max(0, (event.clientY - frame.top) / frame.height));
    return { x: this.shown.x + across * this.shown.width, y: this.shown.y + down * this.shown.height };
  }

  #down(event) {
    if (!this.image || this.start) return;
    this.canvas.setPointerCapture(event.pointerId);
    const at = this.#point(event);
    const reach = (REACH_PX * this.shown.width) / this.canvas.clientWidth;
    this.start = { at, last: at, screen: [event.clientX, event.clientY], held: this.tool.grab?.(at, reach) ?? false, drag: false };
  }

  #move(event) {
    if (!this.start) return;
    const moved = Math.hypot(event.clientX - this.start.screen[0], event.clientY - this.start.screen[1]);
    if (!this.start.drag && moved < TAP_PX) return;
    this.start.drag = true;
    if (!this.start.held) return;
    const here = this.#point(event);
    this.tool.drag({ x: here.x - this.start.last.x, y: here.y - this.start.last.y });
    this.start.last = here;
    this.draw();
  }

  #up(event) {
    if (!this.start) return;
    const { drag } = this.start;
    this.#end();
    if (!drag) this.tool.tap?.(this.#point(event));
  }

  #end() {
    const held = this.start?.held;
    this.start = null;
    if (held) this.tool.drop?.();
    this.draw();
  }
}
