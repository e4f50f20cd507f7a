// A small map of the court that shows where the cones go.
import { drawFloor, extent, projection } from "./court.js";
import { drawBadge } from "./marks.js";

const TALLEST = 290;

/** Draws a court of /courts.json with a numbered cone at each of the landmarks. */
export function drawMap(canvas, court, names) {
  const half = names.some((name) => court.landmarks[name].x < -1) ? 0 : 1;
  const [across, down] = extent(court, half, true);
  const widest = canvas.parentElement.clientWidth - 28;
  const width = Math.min(widest, (TALLEST * across) / down);
  const size = { width, height: (width * down) / across };
  const dense = Math.min(3, window.devicePixelRatio || 1);
  canvas.width = Math.round(size.width * dense);
  canvas.height = Math.round(size.height * dense);
  canvas.style.width = `${size.width}px`;
  canvas.style.height = `${size.height}px`;
  const context = canvas.getContext("2d");
  context.scale(dense, dense);
  const view = projection(court, half, true, size);
  drawFloor(context, court, half, view, size);
  names.forEach((name, i) => drawCone(context, view.project(court.landmarks[name]), Math.min(20, 0.9 * view.scale), size, String(i + 1)));
}

function drawCone(context, [x, y], tall, size, label) {
  context.beginPath();
  context.moveTo(x - 0.45 * tall, y + 2);
  context.lineTo(x, y - tall);
  context.lineTo(x + 0.45 * tall, y + 2);
  context.closePath();
  context.fillStyle = "#ff7a1a";
  context.fill();
  context.lineWidth = 2;
  context.strokeStyle = "#1d120a";
  context.stroke();
  const side = x > size.width / 2 ? -1 : 1; // towards the middle, where there is room
  drawBadge(context, x + (12 + 0.5 * tall) * side, Math.max(13, y - 9), label, "#f6f0e4", 11);
}
