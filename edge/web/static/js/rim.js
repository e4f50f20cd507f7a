// "Set the rim": tap to zoom in, drag a box around the ring, send it, see it confirmed.
import { drawRim, loadSnapshot } from "./camera.js";

const $ = (id) => document.getElementById(id);
const ZOOM = 5;
const TAP_PX = 9;
const FIELDS = ["x", "y", "width", "height"];

export class RimFlow {
  /** `ask(name, fields)` sends the command; `live()` gives the newest positions or null. */
  constructor(ask, live) {
    this.ask = ask;
    this.live = live;
    this.canvas = $("rim-canvas");
    this.dialog = $("rim");
    $("rim-open").addEventListener("click", () => this.open());
    $("rim-cancel").addEventListener("click", () => this.dialog.close());
    $("rim-out").addEventListener("click", () => this.#zoom(null));
    $("rim-send").addEventListener("click", () => this.#send());
    for (const name of FIELDS) $(`rim-${name}`).addEventListener("input", () => this.#typed());
    this.canvas.addEventListener("pointerdown", (event) => this.#down(event));
    this.canvas.addEventListener("pointermove", (event) => this.#move(event));
    this.canvas.addEventListener("pointerup", (event) => this.#up(event));
    this.canvas.addEventListener("pointercancel", () => (this.start = null));
  }

  async open() {
    this.box = this.start = this.image = null;
    this.confirmed = false;
    this.#say("Loading the picture…", "");
    this.#fill();
    $("rim-cancel").textContent = "Cancel";
    this.dialog.showModal();
    this.image = await loadSnapshot();
    if (!this.image) return this.#say("The camera has no picture yet. Close this and try again.", "failed");
    const live = this.live();
    this.size = live ? [live.image_width, live.image_height] : [this.image.width, this.image.height];
    this.#say("Tap the rim to zoom in, then drag a box around the ring.", "");
    return this.#zoom(null);
  }

  #say(words, state) {
    this.dialog.dataset.state = state;
    $("rim-hint").textContent = words;
  }

  /** Shows a fifth of the picture around a point of the frame, or all of it. */
  #zoom(centre) {
    const [width, height] = this.size;
    const part = centre ? 1 / ZOOM : 1;
    const clamp = (middle, whole) => Math.min(Math.max(middle - (whole * part) / 2, 0), whole * (1 - part));
    this.shown = { x: centre ? clamp(centre.x, width) : 0, y: centre ? clamp(centre.y, height) : 0, width: width * part, height: height * part };
    $("rim-out").hidden = !centre;
    if (centre) this.#say("Drag a box around the ring, from edge to edge.", "");
    this.#draw();
  }

  #point(event) {
    const frame = this.canvas.getBoundingClientRect();
    const across = Math.min(1, Math.max(0, (event.clientX - frame.left) / frame.width));
    const down = Math.min(1, Math.max(0, (event.clientY - frame.top) / frame.height));
    return { x: this.shown.x + across * this.shown.width, y: this.shown.y + down * this.shown.height };
  }

  #down(event) {
    if (!this.image || this.confirmed) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.start = { at: this.#point(event), screen: [event.clientX, event.clientY], drag: false };
  }

  #move(event) {
    if (!this.start) return;
    const moved = Math.hypot(event.clientX - this.start.screen[0], event.clientY - this.start.screen[1]);
    if (!this.start.drag && moved < TAP_PX) return;
    this.start.drag = true;
    const here = this.#point(event);
    const { at } = this.start;
    this.box = { x: Math.min(at.x, here.x), y: Math.min(at.y, here.y), width: Math.abs(here.x - at.x), height: Math.abs(here.y - at.y) };
    this.#fill();
    this.#draw();
  }

  #up(event) {
    if (!this.start) return;
    const { drag } = this.start;
    this.start = null;
    if (!drag && this.shown.width === this.size[0]) this.#zoom(this.#point(event));
    else if (drag) this.#say("Does the ellipse lie on the ring? Then send it; else drag again.", "");
  }

  #typed() {
    const values = FIELDS.map((name) => Number.parseFloat($(`rim-${name}`).value));
    this.box = values.every(Number.isFinite) ? Object.fromEntries(FIELDS.map((name, i) => [name, values[i]])) : null;
    this.#ready();
    this.#draw();
  }

  #fill() {
    for (const name of FIELDS) $(`rim-${name}`).value = this.box ? Math.round(this.box[name]) : "";
    this.#ready();
  }

  #ready() {
    $("rim-send").hidden = this.confirmed;
    $("rim-send").disabled = this.confirmed || !this.box || this.box.width < 2 || this.box.height < 2;
  }

  async #send() {
    const box = Object.fromEntries(FIELDS.map((name) => [name, Math.round(this.box[name] * 10) / 10]));
    $("rim-send").disabled = true;
    this.#say("Sending…", "");
    const reply = await this.ask("calibrate-rim", box);
    this.confirmed = reply.ok;
    this.#ready();
    if (!reply.ok) return this.#say(reply.detail, "failed");
    $("rim-cancel").textContent = "Done";
    this.#say("The rim is set. Shots are counted from now on.", "done");
    return this.#draw();
  }

  #draw() {
    if (!this.image) return;
    const { shown } = this;
    const width = this.canvas.clientWidth || 600;
    const dense = Math.min(3, window.devicePixelRatio || 1);
    const scale = width / shown.width;
    this.canvas.width = width * dense;
    this.canvas.height = shown.height * scale * dense;
    const context = this.canvas.getContext("2d");
    context.scale(dense, dense);
    const ratio = this.image.width / this.size[0];
    const part = [shown.x, shown.y, shown.width, shown.height].map((value) => value * ratio);
    context.drawImage(this.image, ...part, 0, 0, width, shown.height * scale);
    context.translate(-shown.x * scale, -shown.y * scale);
    if (!this.box) return drawRim(context, this.live()?.rim, scale, "rgb(255 255 255 / 0.7)");
    return this.#drawBox(context, scale);
  }

  #drawBox(context, scale) {
    const { x, y, width, height } = this.box;
    const colour = this.confirmed ? "#3ee08f" : "#ffd166";
    drawRim(context, { x: x + width / 2, y: y + height / 2, width, height }, scale, colour);
    if (this.confirmed) return;
    context.setLineDash([6, 5]);
    context.lineWidth = 1.5;
    context.strokeRect(x * scale, y * scale, width * scale, height * scale);
    context.setLineDash([]);
  }
}
