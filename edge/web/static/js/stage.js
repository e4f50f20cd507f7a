// The canvas that shows either the court or the camera, redrawn only while something moves.
import { drawCamera, Picture } from "./camera.js";
import { drawFlight, drawFloor, drawPlayers, drawShots, extent, halfOf, projection } from "./court.js";

const $ = (id) => document.getElementById(id);

export class Stage {
  constructor(scene, shots) {
    this.scene = scene;
    this.shots = shots; // () => shots, newest first
    this.canvas = $("stage");
    this.picture = new Picture();
    this.chosen = null;
    this.half = null;
    this.floor = null;
    for (const view of ["court", "camera"]) $(`view-${view}`).addEventListener("click", () => this.#choose(view));
    new ResizeObserver(() => this.#draw()).observe(this.canvas.parentElement);
    const step = () => {
      if (!document.hidden) this.#draw();
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }

  /** The court where we know it, else the camera; the person's choice counts more. */
  get view() {
    return this.scene.court ? (this.chosen ?? "court") : "camera";
  }

  #choose(view) {
    this.chosen = view;
    this.#draw();
  }

  #draw() {
    const now = performance.now();
    const { view } = this;
    $("view-court").disabled = !this.scene.court;
    for (const name of ["court", "camera"]) $(`view-${name}`).setAttribute("aria-pressed", String(name === view));
    const width = this.canvas.parentElement.clientWidth;
    if (width === 0) return; // another view of the page is seen
    const context = this.canvas.getContext("2d");
    if (view === "court") this.#drawCourt(context, width, now);
    else this.#drawPicture(context, width, now);
  }

  #fit(width, ratio) {
    const dense = Math.min(3, window.devicePixelRatio || 1);
    const tallest = Math.max(260, window.innerHeight - 150);
    const height = Math.min(width * ratio, tallest);
    const size = { width: height / ratio, height };
    const pixels = [Math.round(size.width * dense), Math.round(size.height * dense)];
    if (this.canvas.width !== pixels[0] || this.canvas.height !== pixels[1]) {
      [this.canvas.width, this.canvas.height] = pixels;
      this.canvas.style.width = `${size.width}px`;
      this.canvas.style.height = `${size.height}px`;
      this.floor = null;
    }
    this.canvas.getContext("2d").setTransform(dense, 0, 0, dense, 0, 0);
    return size;
  }

  #drawPicture(context, width, now) {
    const live = this.scene.newest;
    const image = this.picture.image;
    const ratio = live ? live.image_height / live.image_width : image ? image.height / image.width : 9 / 16;
    this.picture.refresh(now);
    drawCamera(context, this.scene, image, this.#fit(width, ratio), now);
    $("ball-tag").hidden = true;
  }

  #drawCourt(context, width, now) {
    const { scene } = this;
    const { court } = scene;
    const half = halfOf(scene, this.half);
    if (half !== this.half) this.floor = null;
    this.half = half;
    const wide = width > 620;
    const [across, down] = extent(court, half, wide);
    const size = this.#fit(width, down / across);
    const view = projection(court, half, wide, size);
    this.floor ??= this.#paintFloor(court, half, view, size);
    context.drawImage(this.floor, 0, 0, size.width, size.height);
    const shots = this.shots();
    drawShots(context, shots, view);
    const flying = shots[0] && shots[0].outcome === null && shots[0].phase !== "end" ? shots[0] : null;
    drawFlight(context, flying, court, half, view, now);
    drawPlayers(context, scene, view, now);
    const ball = scene.ball(now);
    $("ball-tag").textContent = flying ? "Shot in the air" : "Loose ball";
    $("ball-tag").hidden = !ball || Boolean(scene.holder(scene.players(now), ball));
  }

  #paintFloor(court, half, view, size) {
    const floor = document.createElement("canvas");
    floor.width = this.canvas.width;
    floor.height = this.canvas.height;
    const context = floor.getContext("2d");
    context.scale(floor.width / size.width, floor.height / size.height);
    drawFloor(context, court, half, view, size);
    return floor;
  }
}
