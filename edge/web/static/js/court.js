// The court from above, in metres, drawn from the dimensions that come with each message.
import { colourOf } from "./scene.js";

const MARGIN_M = 0.9;
const LINE_M = 0.05;
const LOOK = { floor: "#6e4a2a", far: "#59391e", paint: "#7b3b22", line: "#f3e6cf", out: "#2a1c10" };
const OUTCOMES = { made: "#3ee08f", missed: "#ff6a5e" };
const HALF_SLACK_M = 1.5;
const TRAIL_JUMP_M = 1.6;

/** From the origin to the base line: half a court, or all of one with a single basket. */
const endOf = (court) => court.length_m / court.baskets;

/** Which part to show: 1 or -1 for the half that all are in, 0 for the whole court. */
export function halfOf(scene, last) {
  if (scene.court?.baskets === 1) return 1;
  const xs = (scene.newest?.players ?? []).flatMap((player) => (player.court_position ? [player.court_position.x] : []));
  if (xs.length === 0) return last ?? 1;
  if (Math.min(...xs) > -HALF_SLACK_M) return 1;
  return Math.max(...xs) < HALF_SLACK_M ? -1 : 0;
}

/** Size of the shown part, [across, down] metres: a half stands with its basket on top, the whole lies on wide screens. */
export function extent(court, half, wide) {
  const long = half === 0 ? court.length_m : endOf(court);
  const [width, height] = half === 0 && wide ? [long, court.width_m] : [court.width_m, long];
  return [width + 2 * MARGIN_M, height + (half === 0 ? 2 : 1.35) * MARGIN_M];
}

/** The function from court metres to canvas pixels, seen from above: whoever faces the basket has y on the left. */
export function projection(court, half, wide, size) {
  const [across] = extent(court, half, wide);
  const scale = size.width / across;
  const place =
    half !== 0
      ? ({ x, y }) => [court.width_m / 2 - half * y + MARGIN_M, endOf(court) - half * x + MARGIN_M]
      : wide
        ? ({ x, y }) => [x + court.length_m / 2 + MARGIN_M, court.width_m / 2 - y + MARGIN_M]
        : ({ x, y }) => [court.width_m / 2 - y + MARGIN_M, court.length_m / 2 - x + MARGIN_M];
  const project = (point) => place(point).map((metres) => metres * scale);
  return { project, scale };
}

function path(context, project, points) {
  context.beginPath();
  points.forEach((point, i) => context[i === 0 ? "moveTo" : "lineTo"](...project(point)));
}

function arc(centre, radius, from, to, side) {
  const steps = 48;
  return Array.from({ length: steps + 1 }, (_, i) => {
    const angle = from + ((to - from) * i) / steps;
    return { x: centre - side * radius * Math.cos(angle), y: radius * Math.sin(angle) };
  });
}

function drawEnd(context, project, scale, court, side) {
  const at = (fromBase, y) => ({ x: side * (endOf(court) - fromBase), y });
  const key = court.key_width_m / 2;
  path(context, project, [at(0, -key), at(court.free_throw_m, -key), at(court.free_throw_m, key), at(0, key)]);
  context.fillStyle = LOOK.paint;
  context.fill();
  context.stroke();
  const rim = side * (endOf(court) - court.rim_from_baseline_m);
  path(context, project, arc(side * (endOf(court) - court.free_throw_m), court.centre_circle_radius_m, -Math.PI / 2, Math.PI / 2, side));
  context.stroke();
  const straight = court.width_m / 2 - court.three_point_side_m;
  const open = Math.asin(Math.min(1, straight / court.three_point_radius_m));
  path(context, project, [at(0, -straight), ...arc(rim, court.three_point_radius_m, -open, open, side), at(0, straight)]);
  context.stroke();
  if (court.no_charge_radius_m > 0) {
    path(context, project, arc(rim, court.no_charge_radius_m, -Math.PI / 2, Math.PI / 2, side));
    context.stroke();
  }
  context.save();
  context.lineWidth = Math.max(3, scale * 0.1);
  path(context, project, [at(court.board_from_baseline_m, -court.board_width_m / 2), at(court.board_from_baseline_m, court.board_width_m / 2)]);
  context.stroke();
  context.strokeStyle = "#ff7a3d";
  context.lineWidth = Math.max(2.5, scale * 0.07);
  path(context, project, arc(rim, court.rim_diameter_m / 2 + 0.06, -Math.PI, Math.PI, side));
  context.stroke();
  context.restore();
}

export function drawFloor(context, court, half, view, size) {
  const { project, scale } = view;
  const long = endOf(court);
  const side = court.width_m / 2;
  context.fillStyle = LOOK.out;
  context.fillRect(0, 0, size.width, size.height);
  const shown = half === 0 ? [-long, long] : [Math.min(0, half * long), Math.max(0, half * long)];
  const floor = [{ x: shown[0], y: -side }, { x: shown[1], y: -side }, { x: shown[1], y: side }, { x: shown[0], y: side }];
  const [left, top] = floor.map(project).reduce((a, b) => [Math.min(a[0], b[0]), Math.min(a[1], b[1])]);
  const light = context.createRadialGradient(size.width / 2, top, 0, size.width / 2, top, size.height * 1.15);
  light.addColorStop(0, LOOK.floor);
  light.addColorStop(1, LOOK.far);
  path(context, project, floor);
  context.fillStyle = light;
  context.fill();
  drawBoards(context, size, scale, left, top);
  context.strokeStyle = LOOK.line;
  context.lineWidth = Math.max(1.6, scale * LINE_M);
  context.lineJoin = "round";
  path(context, project, floor);
  context.closePath();
  context.stroke();
  for (const end of half === 0 ? [1, -1] : [half]) drawEnd(context, project, scale, court, end);
  if (court.baskets === 1) return;
  path(context, project, [{ x: 0, y: -side }, { x: 0, y: side }]);
  context.stroke();
  path(context, project, arc(0, court.centre_circle_radius_m, -Math.PI, Math.PI, 1).filter(({ x }) => half === 0 || half * x >= -0.01));
  context.stroke();
}

/** Faint joints of the maple boards. */
function drawBoards(context, size, scale, left, top) {
  context.save();
  context.globalCompositeOperation = "source-atop";
  context.strokeStyle = "rgb(20 10 2 / 0.16)";
  context.lineWidth = 1;
  context.beginPath();
  for (let x = left; x < size.width - left; x += scale * 0.5) {
    context.moveTo(x, top);
    context.lineTo(x, size.height);
  }
  context.stroke();
  context.restore();
}

export function drawShots(context, shots, view) {
  for (const shot of shots) {
    if (!shot.court_position || shot.court_suspect || !OUTCOMES[shot.outcome]) continue;
    const [x, y] = view.project(shot.court_position);
    const r = Math.max(6, view.scale * 0.22);
    context.beginPath();
    if (shot.outcome === "made") context.arc(x, y, r, 0, 2 * Math.PI);
    else for (const d of [-1, 1]) context.moveTo(x - r, y - d * r), context.lineTo(x + r, y + d * r);
    for (const [colour, width] of [["#1d120a", 0.2], [OUTCOMES[shot.outcome], 0.1]]) {
      context.strokeStyle = colour;
      context.lineWidth = Math.max(30 * width, view.scale * width);
      context.stroke();
    }
  }
}

/** A shot on its way: from where the shooter stood to the ring. */
export function drawFlight(context, shot, court, half, view, now) {
  if (!shot?.court_position || shot.court_suspect) return;
  const side = half === 0 ? Math.sign(shot.court_position.x) || 1 : half;
  const from = view.project(shot.court_position);
  const to = view.project({ x: side * (endOf(court) - court.rim_from_baseline_m), y: 0 });
  context.save();
  context.strokeStyle = "#ff9a3d";
  context.lineWidth = Math.max(3, view.scale * 0.1);
  context.lineCap = "round";
  context.setLineDash([2, view.scale * 0.35]);
  context.lineDashOffset = -now / 40;
  context.beginPath();
  context.moveTo(...from);
  context.lineTo(...to);
  context.stroke();
  context.restore();
}

export function drawPlayers(context, scene, view, now) {
  const players = scene.players(now).filter((player) => player.court_position);
  const ball = scene.ball(now);
  const holder = scene.holder(players, ball);
  const radius = Math.max(12, view.scale * 0.46);
  const trails = scene.courtTrails(now);
  // All lines first: nobody's line covers somebody's number. With many on the court each line is shorter.
  const reach = players.length > 6 ? 0.6 : 1;
  for (const player of players) {
    const places = [...(trails.get(player.player_id) ?? []), { age: 0, ...player.court_position }];
    drawTrail(context, places, view, radius, colourOf(player.player_id, player.team), reach);
  }
  for (const player of players) {
    const grown = player === holder ? 1.22 : 1; // whoever has the ball is larger, with a black border
    drawDot(context, view.project(player.court_position), radius * grown, colourOf(player.player_id, player.team), player, grown > 1);
  }
  if (holder) drawBall(context, view.project(holder.court_position), radius * 1.22);
}

/** A line that thins and fades with age, round through the middles between places; where it jumps, it breaks. */
function drawTrail(context, trail, view, radius, colour, reach) {
  const points = trail.map(({ age, x, y }) => ({ fresh: 1 - age / reach, x, y })).filter(({ fresh }) => fresh > 0);
  const middle = (a, b) => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
  const apart = (a, b) => Math.hypot(a.x - b.x, a.y - b.y) > TRAIL_JUMP_M;
  context.strokeStyle = colour;
  context.lineCap = "butt";
  for (let i = 1; i < points.length; i += 1) {
    const [before, here, after] = [points[i - 1], points[i], points[i + 1]];
    if (apart(before, here)) continue;
    const from = i > 1 && !apart(points[i - 2], before) ? middle(before, here) : before;
    const next = after && !apart(here, after) ? middle(here, after) : here;
    const start = i === 1 ? before : from;
    context.globalAlpha = 0.5 * here.fresh;
    context.lineWidth = radius * (0.16 + 0.5 * here.fresh);
    context.beginPath();
    context.moveTo(...view.project(start));
    context.quadraticCurveTo(...view.project(here), ...view.project(next));
    context.stroke();
  }
  context.globalAlpha = 1;
}

function drawDot(context, [x, y], radius, colour, player, holds) {
  context.globalAlpha = player.status === "confirmed" ? 1 : 0.6;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = colour;
  context.fill();
  context.lineWidth = holds ? 5 : 2;
  context.strokeStyle = holds ? "#000" : "#1a120a";
  context.stroke();
  context.fillStyle = "#14110d";
  context.font = `800 ${Math.round(radius * 1.08)}px system-ui, sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(String(player.player_id), x, y + radius * 0.06);
  context.globalAlpha = 1;
}

function drawBall(context, [x, y], radius) {
  context.beginPath();
  context.arc(x + radius * 0.95, y - radius * 0.75, radius * 0.46, 0, 2 * Math.PI);
  context.fillStyle = "#ff9a3d";
  context.fill();
  context.lineWidth = 2;
  context.strokeStyle = "#40200a";
  context.stroke();
}
