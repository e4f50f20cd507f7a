// The map of a player's shots: near each other where they are alike; this one stands out.
import { nothing, picture, svg } from "./svg.js";

const SIZE = 300;
const EDGE = 22;

export function formMap({ shot, others }) {
  if (!shot || others.length < 3) return nothing("The map begins with the first few shots of a player.");
  const all = [shot, ...others.map(([, x, y]) => [x, y])];
  const [xs, ys] = [all.map(([x]) => x), all.map(([, y]) => y)];
  const span = Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys), 1e-6);
  const [cx, cy] = [(Math.max(...xs) + Math.min(...xs)) / 2, (Math.max(...ys) + Math.min(...ys)) / 2];
  const place = (x, y) => [SIZE / 2 + ((x - cx) / span) * (SIZE - 2 * EDGE), SIZE / 2 - ((y - cy) / span) * (SIZE - 2 * EDGE)];
  const dot = (x, y, kind, r) => {
    const [px, py] = place(x, y);
    return svg("circle", { class: kind, cx: px.toFixed(1), cy: py.toFixed(1), r });
  };
  return picture(SIZE, SIZE, "Map of shots", ...others.map(([, x, y]) => dot(x, y, "other", 6)), dot(...shot, "own", 9));
}
