// The view of figures: of the session that goes on or of one that is over, for everybody, a team or a player.
import { MARKS, outcomeOf } from "./board.js";
import { passNetwork, unshown } from "./passnet.js";
import { colourOf } from "./scene.js";
import { shotChart, unplaced } from "./shotchart.js";
import { sideView } from "./sideview.js";
import { html, nothing } from "./svg.js";
import { aside, LONG_SHORT, metres, percent, RIGHT_LEFT, share, speed, teamName } from "./words.js";

const $ = (id) => document.getElementById(id);
const ALL = "all";
const LISTED_PLAYERS = 24;
const LISTED_SHOTS = 12;
const ZONES = [["paint", "Paint"], ["mid_range", "Mid-range"], ["corner_three", "Corner three"], ["above_the_break_three", "Above the break"]];

/** Somebody of whom there is more to tell than that he was seen. */
const played = (one) => one.attempts + one.passes + one.touches > 0;
const busy = (one) => one.touches + one.attempts + one.passes;

export class FiguresView {
  constructor() {
    this.view = null;
    this.session = null; // null: the one that goes on
    this.who = ALL; // or "A", "B", or a player's id as text
    this.shot = null; // the one whose flight is shown; null: the last
  }

  show(view) {
    this.view = view;
    this.#draw();
  }

  /** Of another session: whose figures and which shot were chosen in the last one means nothing there. */
  begin(session) {
    if (session !== this.session) [this.who, this.shot] = [ALL, null];
    this.session = session;
  }

  #choose(who) {
    [this.who, this.shot] = [who, null];
    this.#draw();
  }

  #draw() {
    const { view } = this;
    const players = view.players.filter(played).sort((a, b) => busy(b) - busy(a)).slice(0, LISTED_PLAYERS);
    players.sort((a, b) => (a.team ?? 2) - (b.team ?? 2) || a.player_id - b.player_id);
    const teams = [...view.teams].sort((a, b) => a.team - b.team);
    const people = new Map([...teams.map((one) => ["AB"[one.team], one]), ...players.map((one) => [String(one.player_id), one])]);
    if (!people.has(this.who)) this.who = ALL;
    const chosen = this.who === ALL ? view.session : people.get(this.who);
    this.#drawWho(people);
    drawNumbers(chosen, this.who);
    this.#drawShots(chosen);
    this.#drawPasses();
    drawPossession(teams, players);
    drawTable(teams, players);
  }

  /** Whether somebody's doings are asked for. */
  #asked(player, team) {
    return this.who === ALL || this.who === String(player) || this.who === "AB"[team];
  }

  #teamOf(id) {
    return this.view.players.find(({ player_id: other }) => other === id)?.team ?? null;
  }

  #drawWho(people) {
    const buttons = [[ALL, null], ...people].map(([who, one]) => {
      const name = one === null ? "Everybody" : one.player_id === null ? teamName(one.team) : String(one.player_id);
      const button = html("button", { type: "button", "aria-pressed": who === this.who, "data-who": who }, name);
      if (one !== null) button.style.setProperty("--own", colourOf(one.player_id ?? 0, one.team));
      if (one?.player_id) button.setAttribute("aria-label", `Player ${name}`);
      button.addEventListener("click", () => this.#choose(who));
      return button;
    });
    const focused = document.activeElement?.dataset?.who;
    $("who").replaceChildren(...buttons);
    if (focused !== undefined) buttons.find((button) => button.dataset.who === focused)?.focus();
  }

  #drawShots(chosen) {
    const { court, shots } = this.view;
    const ours = shots.filter((shot) => this.#asked(shot.player_id, shot.team));
    const pick = (id) => {
      this.shot = id;
      this.#draw();
    };
    $("shot-chart").replaceChildren(shotChart(court, ours, pick));
    $("shot-legend").hidden = !court || ours.length === 0;
    $("unplaced").textContent = unplaced(court, ours);
    $("zones").replaceChildren(...zoneRows(chosen));
    const recent = this.view.recent.filter((shot) => outcomeOf(shot) !== "flying" && this.#asked(shot.player_id, this.#teamOf(shot.player_id)));
    const flown = recent.find(({ shot_id: id }) => id === this.shot) ?? recent[0] ?? null;
    $("flight").replaceChildren(...sideView(flown));
    $("flight-title").textContent = flown && flown !== recent[0] ? "How this shot flew" : "How the last shot flew";
    for (const mark of document.querySelectorAll("#shot-chart .mark")) mark.classList.toggle("chosen", this.shot !== null && mark.dataset.shot === this.shot);
    drawFlights(recent.slice(0, LISTED_SHOTS), flown, pick);
  }

  #drawPasses() {
    const teamOf = (id) => this.#teamOf(id);
    $("passes").replaceChildren(passNetwork(this.view.pairs, teamOf, (id) => this.#asked(id, teamOf(id))));
    $("unshown").textContent = unshown(this.view.pairs);
    $("passes-legend").hidden = !$("passes").querySelector("svg");
  }
}

function drawNumbers(one, who) {
  const decided = one ? one.made + one.missed : 0;
  const known = one ? one.passes_arrived + one.passes_lost : 0;
  const rows = one
    ? [
        ["Made", `${one.made}/${one.attempts}`],
        ["Hit rate", decided ? percent(one.percentage) : "–"],
        ["Points", one.points],
        ["Streak", one.streak, `best ${one.best_streak}`],
        ["Passes", one.passes, known ? `${percent(one.pass_success)} arrived` : ""],
        ["Touches", one.touches],
        who === ALL ? ["Ball held", percent(one.possession_rate), "of the time"] : ["Had the ball", percent(one.possession_share)],
        ["Distance", metres(one.distance_m)],
        ["Speed", speed(one.mean_speed_m_s), `top ${one.top_speed_m_s.toFixed(1)}`],
        ["Rebounds", one.rebounds],
        ["Steals", one.steals + one.interceptions],
        ["Blocks", one.blocks],
      ]
    : [];
  $("numbers").replaceChildren(
    ...rows.map(([name, value, more]) => html("div", {}, html("dt", {}, name), html("dd", {}, String(value), more ? html("small", {}, more) : null))),
  );
  $("numbers-empty").hidden = Boolean(one);
}

function zoneRows(one) {
  return ZONES.filter(([zone]) => one?.zones[zone]).map(([zone, name]) => {
    const { attempts, made, missed } = one.zones[zone];
    const rate = share(made, made + missed);
    return html("li", { "data-zone": zone }, html("span", {}, name), bar(rate ?? 0, "var(--made)"), html("b", {}, `${made}/${attempts}`), html("span", { class: "rate" }, percent(rate)));
  });
}

/** A bar that is so many percent long. */
function bar(length, colour) {
  const inner = html("i");
  inner.style.width = `${length}%`;
  inner.style.background = colour;
  return html("span", { class: "bar", "aria-hidden": "true" }, inner);
}

function drawFlights(shots, flown, pick) {
  const rows = shots.map((shot) => {
    const outcome = outcomeOf(shot);
    const { entry_angle_deg: angle, depth_cm: depth, left_right_cm: side } = shot.flight ?? {};
    const button = html("button", { type: "button", "aria-pressed": shot === flown, "aria-label": `Show the flight of this shot, ${outcome}` }, MARKS[outcome]);
    const cells = [shot.player_id ?? "–", angle ? `${Math.round(angle.value)}°` : "–", aside(depth, LONG_SHORT), aside(side, RIGHT_LEFT)];
    const row = html("tr", { "data-shot": shot.shot_id, "data-outcome": outcome }, html("td", {}, button), ...cells.map((cell) => html("td", {}, String(cell))));
    row.addEventListener("click", () => pick(shot.shot_id));
    return row;
  });
  const head = ["", "By", "Entry", "Depth", "Side"].map((name) => html("th", { scope: "col" }, name));
  $("flights").replaceChildren(rows.length ? html("table", {}, html("thead", {}, html("tr", {}, ...head)), html("tbody", {}, ...rows)) : nothing("No shots yet."));
}

function drawPossession(teams, players) {
  const had = players.filter((one) => one.possession_share > 0).sort((a, b) => b.possession_share - a.possession_share);
  const rows = [...teams.filter((one) => one.possession_share !== null), ...had].map((one) => {
    const colour = colourOf(one.player_id ?? 0, one.team);
    const name = html("span", { class: one.player_id === null ? "team" : "dot" }, one.player_id === null ? teamName(one.team) : String(one.player_id));
    name.style.setProperty("--own", colour);
    return html("li", { "data-player": one.player_id ?? "AB"[one.team] }, name, bar(one.possession_share, colour), html("b", {}, percent(one.possession_share)));
  });
  $("possession").replaceChildren(...(rows.length ? [html("ul", { class: "bars" }, ...rows)] : [nothing("Nobody has had the ball yet.")]));
}

// Name, value, whether there is room for it on a phone.
const COLUMNS = [
  ["Made", (one) => `${one.made}/${one.attempts}`, true],
  ["%", (one) => (one.percentage === null ? "–" : Math.round(one.percentage)), true],
  ["Pts", (one) => one.points, true],
  ["Best streak", (one) => one.best_streak, false],
  ["Passes", (one) => one.passes, false],
  ["Pass %", (one) => (one.pass_success === null ? "–" : Math.round(one.pass_success)), true],
  ["Touches", (one) => one.touches, false],
  ["Ball %", (one) => (one.possession_share === null ? "–" : Math.round(one.possession_share)), true],
  ["Ran", (one) => metres(one.distance_m), true],
  ["Mean m/s", (one) => (one.mean_speed_m_s === null ? "–" : one.mean_speed_m_s.toFixed(1)), false],
  ["Top m/s", (one) => one.top_speed_m_s.toFixed(1), false],
];

function drawTable(teams, players) {
  const narrow = (always) => (always ? {} : { class: "roomy" });
  const head = COLUMNS.map(([name, , always]) => html("th", { scope: "col", ...narrow(always) }, name));
  const rows = [...teams, ...players].map((one) => {
    const name = html("span", { class: one.player_id === null ? "team" : "dot" }, one.player_id === null ? "AB"[one.team] : String(one.player_id));
    name.style.setProperty("--own", colourOf(one.player_id ?? 0, one.team));
    const cells = COLUMNS.map(([, value, always]) => html("td", narrow(always), String(value(one))));
    return html("tr", { "data-player": one.player_id ?? "AB"[one.team] }, html("th", { scope: "row" }, name), ...cells);
  });
  const table = html("table", {}, html("thead", {}, html("tr", {}, html("th", {}, ""), ...head)), html("tbody", {}, ...rows));
  $("everybody").replaceChildren(rows.length ? table : nothing("Nobody has played yet."));
}
