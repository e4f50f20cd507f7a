// A shot laid over the usual form, frame by frame from gather to release, with arrows to where joints usually are.
import { html, svg } from "./svg.js";

const BONES = [[5, 6], [5, 7], [7, 9], [6, 8], [8, 10], [5, 11], [6, 12], [11, 12], [11, 13], [13, 15], [12, 14], [14, 16]];
const ARROWS = [0, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
const LAST = 63;
const LEAST_ARROW = 0.02; // body heights
const FRAME_MS = 45;

export class Scrubber {
  constructor() {
    this.shot = null;
    this.frame = LAST;
    this.timer = null;
    this.view = svg("svg", { role: "img", class: "bodies" });
    this.range = html("input", { type: "range", min: 0, max: LAST, value: LAST, "aria-label": "Frame, from gather to release", id: "form-frame" });
    this.play = html("button", { type: "button", id: "form-play" }, "Play");
    this.words = html("output", { for: "form-frame" });
    this.range.addEventListener("input", () => this.#stop(Number(this.range.value)));
    this.play.addEventListener("click", () => (this.timer === null ? this.#start() : this.#stop(this.frame)));
    this.element = html("div", { class: "scrubber" }, this.view, html("div", { class: "control" }, this.play, this.range, this.words));
  }

  /** `shot`: pose and usual (64, 17, 2) in body heights, y up; usual null where there is none. `frame`: shown first. */
  show(shot, frame = LAST) {
    this.shot = shot;
    const known = [...shot.pose, ...(shot.usual ?? [])].flat().filter(([x]) => x !== null);
    const [xs, ys] = [known.map(([x]) => x), known.map(([, y]) => y)];
    const [left, right, low, high] = [Math.min(...xs) - 0.08, Math.max(...xs) + 0.08, Math.min(...ys) - 0.06, Math.max(...ys) + 0.08];
    this.view.setAttribute("viewBox", `${left} ${-high} ${right - left} ${high - low}`);
    this.#stop(frame);
  }

  /** To one frame, as where a fault is largest. */
  seek(frame) {
    this.#stop(frame);
  }

  #start() {
    if (this.frame >= LAST) this.frame = 0;
    this.play.textContent = "Pause";
    this.timer = setInterval(() => {
      this.frame += 1;
      this.#draw();
      if (this.frame >= LAST) this.#stop(LAST);
    }, FRAME_MS);
  }

  #stop(frame) {
    clearInterval(this.timer);
    this.timer = null;
    this.play.textContent = "Play";
    this.frame = frame;
    this.#draw();
  }

  #draw() {
    const pose = this.shot.pose[this.frame];
    const usual = this.shot.usual?.[this.frame] ?? null;
    this.range.value = this.frame;
    this.words.textContent = `${this.frame}`;
    const parts = [...(usual ? body(usual, "usual") : []), ...body(pose, "own")];
    if (usual) parts.push(...ARROWS.map((joint) => arrow(pose[joint], usual[joint])).filter(Boolean));
    this.view.replaceChildren(...parts);
    this.view.setAttribute("aria-label", usual ? `Frame ${this.frame}: this shot over the usual form` : `Frame ${this.frame}: this shot`);
    this.view.dataset.frame = this.frame;
  }
}

function body(joints, kind) {
  const seen = (joint) => joints[joint][0] !== null;
  const lines = BONES.filter(([a, b]) => seen(a) && seen(b)).map(([a, b]) => `M${at(joints[a])}L${at(joints[b])}`);
  const parts = [svg("path", { class: kind, d: lines.join("") })];
  if (seen(0)) parts.push(svg("circle", { class: kind, cx: joints[0][0], cy: -joints[0][1], r: 0.045 }));
  return parts;
}

function arrow(from, to) {
  if (from[0] === null || to[0] === null) return null;
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const length = Math.hypot(dx, dy);
  if (length < LEAST_ARROW) return null;
  const [ux, uy] = [dx / length, dy / length];
  const head = Math.min(0.022, length / 2);
  const corner = (side) => at([to[0] - head * (ux + 0.6 * side * uy), to[1] - head * (uy - 0.6 * side * ux)]);
  return svg("path", { class: "arrow", d: `M${at(from)}L${at(to)}M${corner(1)}L${at(to)}L${corner(-1)}` });
}

const at = ([x, y]) => `${x.toFixed(4)} ${(-y).toFixed(4)}`;
