// The shot chart: the watched half of the court with its basket on top, and a mark at every shot's place. Units: metres.
import { nothing, picture, svg } from "./svg.js";

const MARGIN_M = 0.6;
const MARK_M = 0.26;
const RESULTS = { made: "made", missed: "missed", unknown: "unsure" };

const endOf = (court) => court.length_m / court.baskets;

/** `shots` of stats/chart; `chosen(shot_id)` is called for a mark that is tapped. */
export function shotChart(court, shots, chosen) {
  if (shots.length === 0) return nothing("No shots yet.");
  if (!court) return nothing("Calibrate the court to see where shots were taken.");
  const placed = shots.filter(({ court_position: place }) => place !== null);
  const size = [court.width_m + 2 * MARGIN_M, endOf(court) + 2 * MARGIN_M];
  const label = `Shot chart: ${placed.length} shots`;
  const chart = picture(...size, label, svg("rect", { class: "out", width: size[0], height: size[1] }), ...floor(court), ...placed.map((shot) => mark(court, size, shot, chosen)));
  chart.classList.add("chart");
  return chart;
}

/** Shots that the chart cannot show, in words. */
export function unplaced(court, shots) {
  const lost = court ? shots.filter(({ court_position: place }) => place === null).length : 0;
  if (lost === 0) return "";
  return lost === 1 ? "One shot is not in it: its place is not known." : `${lost} shots are not in it: their place is not known.`;
}

function floor(court) {
  const [left, top, middle] = [MARGIN_M, MARGIN_M, MARGIN_M + court.width_m / 2];
  const [right, bottom] = [left + court.width_m, top + endOf(court)];
  const [rim, board] = [top + court.rim_from_baseline_m, top + court.board_from_baseline_m];
  const [key, throwing, circle] = [court.key_width_m / 2, top + court.free_throw_m, court.centre_circle_radius_m];
  const wide = Math.min(court.width_m / 2 - court.three_point_side_m, court.three_point_radius_m);
  const turn = rim + Math.sqrt(court.three_point_radius_m ** 2 - wide ** 2);
  const below = (radius, y) => `M${middle - radius} ${y}a${radius} ${radius} 0 0 0 ${2 * radius} 0`;
  const line = (d) => svg("path", { class: "line", d });
  return [
    svg("rect", { class: "floor", x: left, y: top, width: court.width_m, height: endOf(court) }),
    svg("rect", { class: "key", x: middle - key, y: top, width: 2 * key, height: court.free_throw_m }),
    line(`M${left} ${top}H${right}V${bottom}H${left}Z`),
    line(below(circle, throwing)),
    line(`M${middle - wide} ${top}V${turn}A${court.three_point_radius_m} ${court.three_point_radius_m} 0 0 0 ${middle + wide} ${turn}V${top}`),
    court.no_charge_radius_m > 0 ? line(below(court.no_charge_radius_m, rim)) : null,
    court.baskets === 2 ? line(`M${middle - circle} ${bottom}a${circle} ${circle} 0 0 1 ${2 * circle} 0`) : null,
    svg("path", { class: "board", d: `M${middle - court.board_width_m / 2} ${board}h${court.board_width_m}` }),
    svg("circle", { class: "ring", cx: middle, cy: rim, r: court.rim_diameter_m / 2 }),
  ].filter(Boolean);
}

function mark(court, [width, height], shot, chosen) {
  const { x, y } = shot.court_position;
  const inside = (value, most) => Math.min(Math.max(value, MARK_M), most - MARK_M); // from beyond the drawn half
  const at = [inside(MARGIN_M + court.width_m / 2 - y, width), inside(MARGIN_M + endOf(court) - x, height)];
  const shape = {
    made: [["circle", { r: MARK_M }]],
    missed: [["path", { d: `M${-MARK_M} ${-MARK_M}L${MARK_M} ${MARK_M}M${MARK_M} ${-MARK_M}L${-MARK_M} ${MARK_M}` }]],
    unknown: [["path", { d: `M0 ${-MARK_M}L${MARK_M} 0L0 ${MARK_M}L${-MARK_M} 0Z` }]],
  }[shot.outcome];
  const who = shot.player_id === null ? "Somebody" : `Player ${shot.player_id}`;
  const group = svg(
    "g",
    { class: "mark", transform: `translate(${at[0]} ${at[1]})`, "data-shot": shot.shot_id, "data-player": shot.player_id ?? "", "data-outcome": shot.outcome },
    svg("title", {}, `${who}: ${RESULTS[shot.outcome]}`),
    ...["under", "over"].flatMap((layer) => shape.map(([name, attributes]) => svg(name, { class: layer, ...attributes }))),
  );
  group.addEventListener("click", () => chosen(shot.shot_id));
  return group;
}
