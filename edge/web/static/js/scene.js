// What moves: players and ball of the last seconds, so that eight messages a second look like motion.
export const TRAIL_MS = 3000;
const BALL_TRAIL_MS = 1800;
const STALE_MS = 3000;
const DELAY_MS = { least: 130, most: 450 };
const PALETTE = ["#ff9ec4", "#c6f04f", "#c5a8ff", "#6ff2da", "#f6f0e4", "#9de08a", "#d8c3a0", "#a9b8c9"]; // none is a team's
const TEAMS = ["#5cc8ff", "#ffd166"];

export function colourOf(id, team = null) {
  return team === null ? PALETTE[Math.abs(id) % PALETTE.length] : TEAMS[team % TEAMS.length];
}

const between = (a, b, share) => a + (b - a) * share;

function blend(a, b, share) {
  return a && b ? { x: between(a.x, b.x, share), y: between(a.y, b.y, share) } : b;
}

export class Scene {
  constructor() {
    this.frames = []; // {at, live}, oldest first
    this.court = null;
    this.shots = [];
  }

  add(live, at) {
    this.frames.push({ at, live });
    while (this.frames.length > 2 && at - this.frames[0].at > TRAIL_MS) this.frames.shift();
    if (live.court) this.court = live.court;
  }

  get newest() {
    return this.frames.at(-1)?.live ?? null;
  }

  fresh(now) {
    const last = this.frames.at(-1);
    return Boolean(last) && now - last.at < STALE_MS;
  }

  /** How far behind time things are shown, so that there is always a next position to move to: a slow box needs more. */
  get #delay() {
    if (this.frames.length < 2) return DELAY_MS.least;
    const interval = (this.frames.at(-1).at - this.frames[0].at) / (this.frames.length - 1);
    return Math.min(DELAY_MS.most, Math.max(DELAY_MS.least, 1.25 * interval));
  }

  players(now) {
    const { before, after, share } = this.#around(now - this.#delay);
    if (!after) return [];
    const earlier = new Map(before.players.map((player) => [player.player_id, player]));
    return after.players.map((player) => {
      const old = earlier.get(player.player_id) ?? player;
      return {
        ...player,
        box: player.box.map((value, i) => between(old.box[i], value, share)),
        court_position: blend(old.court_position, player.court_position, share),
      };
    });
  }

  ball(now) {
    const { before, after, share } = this.#around(now - this.#delay);
    if (!after?.ball) return null;
    return { ...after.ball, ...blend(before.ball, after.ball, share) };
  }

  /** The ball's earlier places in the picture as [{age 0..1, x, y}], oldest first. */
  ballTrail(now) {
    return this.frames
      .map(({ at, live }) => ({ age: Math.min(1, (now - at) / BALL_TRAIL_MS), point: live.ball }))
      .filter(({ point, age }) => point && age < 1)
      .map(({ age, point }) => ({ age, x: point.x, y: point.y }));
  }

  /** Where everybody was on the court up to what is shown now: Map of id -> [{age 0..1, x, y}], oldest first. */
  courtTrails(now) {
    const shown = now - this.#delay;
    const trails = new Map();
    for (const { at, live } of this.frames) {
      if (at > shown) break;
      const age = Math.min(1, (shown - at) / TRAIL_MS);
      for (const { player_id: id, court_position: place } of live.players) {
        if (!place) continue;
        if (!trails.has(id)) trails.set(id, []);
        trails.get(id).push({ age, x: place.x, y: place.y });
      }
    }
    return trails;
  }

  /** The player in whose reach the ball is, or null while it flies. */
  holder(players, ball) {
    if (!ball) return null;
    const reached = players.filter(({ box: [left, top, right, bottom] }) => {
      const margin = 0.25 * (right - left);
      return ball.x > left - margin && ball.x < right + margin && ball.y > top && ball.y < bottom;
    });
    const away = ({ box }) => Math.abs((box[0] + box[2]) / 2 - ball.x);
    return reached.sort((a, b) => away(a) - away(b))[0] ?? null;
  }

  #around(at) {
    const next = this.frames.findIndex((frame) => frame.at >= at);
    if (next <= 0) {
      const only = (next === 0 ? this.frames[0] : this.frames.at(-1))?.live;
      return { before: only, after: only, share: 1 };
    }
    const a = this.frames[next - 1];
    const b = this.frames[next];
    return { before: a.live, after: b.live, share: (at - a.at) / Math.max(1, b.at - a.at) };
  }
}
