// Where and when a shot differs from the usual form: joints down, 64 frames across, red up or forward, blue down or back.
import { html } from "./svg.js";

export const JOINTS = [
  "nose", "left eye", "right eye", "left ear", "right ear", "left shoulder", "right shoulder", "left elbow", "right elbow", "left wrist",
  "right wrist", "left hip", "right hip", "left knee", "right knee", "left ankle", "right ankle",
];
const SHOWN = [0, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
const FRAMES = 64;
const FULL = 0.11; // body heights: about 20 cm
const [CELL, ROW] = [10, 16];

/** `axis`: 1 up and down, 0 forward and back. `picked(frame)`: somebody tapped there. */
export function heatmap(shot, axis, picked) {
  const canvas = html("canvas", { width: FRAMES * CELL, height: SHOWN.length * ROW, role: "img", "aria-label": "Deviation by joint and frame", "data-axis": axis });
  const draw = canvas.getContext("2d");
  SHOWN.forEach((joint, row) => {
    for (let frame = 0; frame < FRAMES; frame += 1) {
      draw.fillStyle = colour(shot.pose[frame][joint][axis], shot.usual[frame][joint][axis]);
      draw.fillRect(frame * CELL, row * ROW, CELL, ROW - 1);
    }
  });
  canvas.addEventListener("click", (event) => {
    const box = canvas.getBoundingClientRect();
    picked(Math.min(FRAMES - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * FRAMES))));
  });
  const names = html("ul", { class: "joints", "aria-hidden": "true" }, ...SHOWN.map((joint) => html("li", {}, JOINTS[joint])));
  return html("div", { class: "heat" }, names, canvas);
}

function colour(value, usual) {
  if (value === null || usual === null) return "#2b2722";
  const much = Math.max(-1, Math.min(1, (value - usual) / FULL));
  const [to, amount] = [much > 0 ? [255, 92, 70] : [77, 148, 255], Math.abs(much)];
  const mixed = [246, 240, 228].map((from, i) => Math.round(from + (to[i] - from) * amount));
  return `rgb(${mixed.join(" ")})`;
}
