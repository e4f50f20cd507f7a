// Who passed to whom: players on a ring, team by team; a line as wide as they passed often, its colour what arrived.
import { colourOf } from "./scene.js";
import { nothing, picture, svg } from "./svg.js";

const SIZE = 380;
const RING = 142;
const NODE = 21;
const ROOM = 26; // for lines that bow beyond the players
const MOST_NODES = 12;
const WIDEST = 9;
const BAD = [255, 106, 94];
const MIDDLE = [255, 200, 87];
const GOOD = [62, 224, 143];

/** Of those whose receiver's team is known, how many arrived: 0 to 1, or null. */
const successOf = ({ arrived, lost }) => (arrived + lost > 0 ? arrived / (arrived + lost) : null);

function colourOfSuccess(success) {
  if (success === null) return "#b8ad9c";
  const [from, to, part] = success < 0.5 ? [BAD, MIDDLE, 2 * success] : [MIDDLE, GOOD, 2 * success - 1];
  return `rgb(${from.map((value, i) => Math.round(value + (to[i] - value) * part)).join(" ")})`;
}

/** `pairs` of stats/passes; `teamOf(id)`; `bright(id)`: whether what a player does is asked for. */
export function passNetwork(pairs, teamOf, bright) {
  const known = pairs.filter(({ from_player_id: from, to_player_id: to }) => from !== null && to !== null && from !== to);
  if (known.length === 0) return nothing("No passes yet.");
  const nodes = busiest(known).sort((a, b) => (teamOf(a) ?? 2) - (teamOf(b) ?? 2) || a - b);
  const places = new Map(nodes.map((id, i) => [id, around((i + 0.5) / nodes.length)]));
  const shown = known.filter(({ from_player_id: from, to_player_id: to }) => places.has(from) && places.has(to));
  const most = Math.max(...shown.map(({ count }) => count));
  // The widest lines first, so that none covers a thin one.
  const lines = [...shown].sort((a, b) => b.count - a.count).map((pair) => arrow(pair, places, most, bright));
  const dots = nodes.map((id) => node(id, places.get(id), teamOf(id), bright(id)));
  const net = picture(SIZE, SIZE, `Pass network: ${shown.length} pairs of players`, ...lines.map(([line]) => line), ...dots, ...lines.map(([, count]) => count));
  const heights = [...places.values()].map(([, y]) => y);
  const [top, bottom] = [Math.min(...heights) - NODE - ROOM, Math.max(...heights) + NODE + ROOM];
  net.setAttribute("viewBox", `0 ${top} ${SIZE} ${bottom - top}`);
  net.classList.add("network");
  return net;
}

/** What the picture leaves out, in words. */
export function unshown(pairs) {
  const lost = pairs.filter(({ from_player_id: from, to_player_id: to }) => from === null || to === null).reduce((sum, { count }) => sum + count, 0);
  if (lost === 0) return "";
  return lost === 1 ? "One more pass: who threw or received it is not known." : `${lost} more passes: who threw or received them is not known.`;
}

function busiest(pairs) {
  const passes = new Map();
  for (const { from_player_id: from, to_player_id: to, count } of pairs) for (const id of [from, to]) passes.set(id, (passes.get(id) ?? 0) + count);
  return [...passes].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, MOST_NODES).map(([id]) => id);
}

const around = (turn) => [SIZE / 2 + RING * Math.sin(2 * Math.PI * turn), SIZE / 2 - RING * Math.cos(2 * Math.PI * turn)];

/** The line from one player to another, and how often, to be drawn above all lines. */
function arrow(pair, places, most, bright) {
  const { from_player_id: from, to_player_id: to, count } = pair;
  const [a, b] = [places.get(from), places.get(to)];
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const far = Math.hypot(dx, dy);
  const width = 1.5 + (WIDEST - 1.5) * (count / most);
  // Bowed to one side, so that the way back has room on the other.
  const bow = [(a[0] + b[0]) / 2 + 0.16 * dy, (a[1] + b[1]) / 2 - 0.16 * dx];
  const near = (end, gap) => {
    const [x, y] = [bow[0] - end[0], bow[1] - end[1]];
    const away = Math.hypot(x, y);
    return [end[0] + (x / away) * gap, end[1] + (y / away) * gap];
  };
  const head = 5 + 1.2 * width;
  const [start, neck, tip] = [near(a, NODE + 2), near(b, NODE + 2 + head), near(b, NODE + 2)];
  const side = [((tip[1] - neck[1]) / head) * (head * 0.55), ((neck[0] - tip[0]) / head) * (head * 0.55)];
  const colour = colourOfSuccess(successOf(pair));
  const label = [0.36 * a[0] + 0.48 * bow[0] + 0.16 * b[0] + (6 * dy) / far, 0.36 * a[1] + 0.48 * bow[1] + 0.16 * b[1] - (6 * dx) / far + 4.5];
  const seen = bright(from) || bright(to);
  const line = svg(
    "g",
    { class: "pass", "data-from": from, "data-to": to, "data-count": count, opacity: seen ? 1 : 0.12 },
    svg("title", {}, `${from} to ${to}: ${count}, arrived ${pair.arrived}, lost ${pair.lost}`),
    svg("path", { d: `M${start}Q${bow} ${neck}`, fill: "none", stroke: colour, "stroke-width": width, opacity: 0.8 }),
    svg("path", { d: `M${tip}L${neck[0] + side[0]} ${neck[1] + side[1]}L${neck[0] - side[0]} ${neck[1] - side[1]}Z`, fill: colour }),
  );
  return [line, seen ? svg("text", { class: "count", x: label[0], y: label[1] }, String(count)) : ""];
}

function node(id, [x, y], team, bright) {
  return svg(
    "g",
    { class: "node", "data-player": id, opacity: bright ? 1 : 0.45 },
    svg("circle", { cx: x, cy: y, r: NODE, fill: colourOf(id, team) }),
    svg("text", { x, y: y + 6 }, String(id)),
  );
}
