// A shot's flight from the side: height over distance to the rim, and in words how surely each figure is known.
import { html, nothing, picture, svg } from "./svg.js";
import { aside, LONG_SHORT, measured, RIGHT_LEFT, within } from "./words.js";

const WIDTH = 360;
const [LEFT, RIGHT, TOP, BOTTOM] = [34, 14, 14, 30];
const RING_M = 0.225;
const BEHIND_M = 0.7;

/** `shot`: the last one, or that which was chosen; null where there is none. */
export function sideView(shot) {
  if (!shot) return [nothing("No shots yet.")];
  const { flight } = shot;
  if (!flight) return [nothing("How this shot flew could not be measured from here.")];
  return [flight.arc.length > 1 ? draw(flight) : nothing("Its way through the air is not known well enough to be drawn."), numbers(flight)];
}

function draw(flight) {
  const { arc } = flight;
  const [first, last] = [Math.min(...arc.map(([x]) => x)) - 0.3, Math.max(BEHIND_M, ...arc.map(([x]) => x))];
  const tall = Math.ceil(Math.max(...arc.map(([, z, sigma]) => z + within({ sigma }))) + 0.2);
  const scale = (WIDTH - LEFT - RIGHT) / (last - first);
  const height = TOP + tall * scale + BOTTOM;
  const place = (x, z) => [LEFT + (x - first) * scale, TOP + (tall - z) * scale];
  const rim = arc.at(-1)[1]; // it ends where it comes down through the rim's plane
  const view = picture(
    WIDTH,
    height,
    "Flight from the side",
    ...heights(tall, place, first, last),
    ...distances(first, place),
    svg("path", { class: "band", d: band(arc, place) }),
    svg("path", { class: "arc", d: `M${arc.map(([x, z]) => place(x, z)).join("L")}` }),
    ...ring(place, rim),
    ...apex(flight, place),
  );
  view.classList.add("side");
  return view;
}

function heights(tall, place, first, last) {
  return Array.from({ length: tall + 1 }, (_, z) => {
    const [[x1, y], [x2]] = [place(first, z), place(last, z)];
    return svg("g", { class: z === 0 ? "ground" : "grid" }, svg("path", { d: `M${x1} ${y}H${x2}` }), svg("text", { x: x1 - 6, y: y + 4, "text-anchor": "end" }, z === 0 ? "" : `${z} m`));
  });
}

function distances(first, place) {
  const step = first < -5 ? 2 : 1;
  const marks = Array.from({ length: Math.floor(-first / step) }, (_, i) => -step * (i + 1));
  const label = (x, words) => svg("text", { class: "away", x: place(x, 0)[0], y: place(x, 0)[1] + 18, "text-anchor": "middle" }, words);
  return [label(0, "rim"), ...marks.map((x) => label(x, `${-x} m`))];
}

/** The outline of what lies within nine of ten, across the arc. */
function band(arc, place) {
  const sides = arc.map(([x, z, sigma], i) => {
    const [before, after] = [arc[Math.max(0, i - 1)], arc[Math.min(arc.length - 1, i + 1)]];
    const [dx, dz] = [after[0] - before[0], after[1] - before[1]];
    const long = Math.hypot(dx, dz) || 1;
    const [nx, nz] = [(-dz / long) * within({ sigma }), (dx / long) * within({ sigma })];
    return [place(x + nx, z + nz), place(x - nx, z - nz)];
  });
  return `M${sides.map(([upper]) => upper).join("L")}L${sides.map(([, lower]) => lower).reverse().join("L")}Z`;
}

function ring(place, rim) {
  const [[x1, y], [x2]] = [place(-RING_M, rim), place(RING_M, rim)];
  const net = place(0, rim - 0.42)[1];
  const inset = 0.22 * (x2 - x1);
  return [
    svg("path", { class: "net", d: `M${x1} ${y}L${x1 + inset} ${net}H${x2 - inset}L${x2} ${y}` }),
    svg("path", { class: "rim", d: `M${x1} ${y}H${x2}` }),
  ];
}

function apex({ arc, apex_m: apexHeight }, place) {
  if (!apexHeight) return [];
  const top = arc.reduce((best, row) => (row[1] > best[1] ? row : best));
  if (top === arc[0] || top === arc.at(-1)) return []; // the top itself was not seen
  const [x, y] = place(top[0], top[1]);
  return [svg("circle", { class: "apex", cx: x, cy: y, r: 4 }), svg("text", { class: "apex", x, y: y + 20, "text-anchor": "middle" }, `${apexHeight.value.toFixed(1)} m`)];
}

function numbers(flight) {
  const rows = [
    ["Entry angle", measured(flight.entry_angle_deg, "°")],
    ["Depth", spread(flight.depth_cm, LONG_SHORT)],
    ["Left, right", spread(flight.left_right_cm, RIGHT_LEFT)],
    ["Apex", measured(flight.apex_m, " m", 2)],
    ["Release height", measured(flight.release_height_m, " m", 2)],
    ["Release angle", measured(flight.release_angle_deg, "°")],
    ["Release speed", measured(flight.release_speed_m_s, " m/s", 1)],
  ];
  const list = html("dl", { class: "measures" }, ...rows.map(([name, words]) => html("div", words === "not known" ? { class: "dim" } : {}, html("dt", {}, name), html("dd", {}, words))));
  return html("div", {}, list, html("p", { class: "small" }, "± holds nine times in ten. Depth and side are from the rim's centre, as the shooter sees it."));
}

const spread = (one, words) => (one ? `${aside(one, words)} ± ${Math.round(within(one))} cm` : "not known");
