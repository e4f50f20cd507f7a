// The words and numbers of the page: status, scoreboard, newest shot, lists.
import { colourOf } from "./scene.js";

const $ = (id) => document.getElementById(id);
const WORDS = { made: "Made", missed: "Missed", unknown: "Unsure", flying: "Shot…" };
export const MARKS = { made: "✓", missed: "✕", unknown: "?", flying: "•" };
const LINKS = {
  connecting: "Connecting",
  reconnecting: "Reconnecting",
  waiting: "No box yet",
  online: "Live",
  offline: "Box offline",
  stopped: "Box stopped",
};
const LISTED = 20;

export const outcomeOf = (shot) => shot.outcome ?? (shot.phase === "end" ? "unknown" : "flying");
const shooter = (shot) => (shot.player_id === null ? "Somebody" : `Player ${shot.player_id}`);
const clock = (time) => new Date(time).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });

/** A court's name as people write it. */
export const courtName = (name) => (name.length <= 4 ? name.toUpperCase() : name.replace(/-/g, " ")).replace("3X3", "3x3");

const rate = (health) => `${health.fps.toFixed(health.fps < 10 ? 1 : 0)} fps`;

function text(id, value) {
  const element = $(id);
  if (element.textContent !== String(value)) element.textContent = value;
}

function element(name, content, className = "") {
  const made = document.createElement(name);
  made.textContent = content;
  made.className = className;
  return made;
}

export function showLink(state, health) {
  document.body.dataset.link = state;
  text("link-text", state === "online" && health ? `Live, ${rate(health)}` : LINKS[state]);
  for (const id of ["calibrate-open", "rim-open", "reset-open"]) $(id).disabled = state !== "online";
}

export function showVeil(words) {
  $("veil").hidden = !words;
  text("veil", words ?? "");
}

export function showSource(source) {
  const words = { connected: "connected", reconnecting: "lost, trying again", ended: "recording ended" };
  text("camera", words[source.state] ?? source.state);
  $("camera").title = source.detail;
  $("camera").classList.toggle("bad", source.state === "reconnecting");
}

export function showHealth(health) {
  text("fps", rate(health));
}

/** "FIBA, ±4 cm", or what there is instead of a court. */
export function showCalibration(known) {
  const court = [courtName(known.court ?? ""), known.error_cm === null ? "" : `±${Math.max(1, Math.round(known.error_cm))} cm`].filter(Boolean).join(", ");
  const words = { calibrated: court, "rim-only": "rim only", uncalibrated: "not calibrated", moved: "camera moved", blocked: "camera covered" };
  text("calibration", words[known.state]);
  $("calibration").title = known.detail;
  $("calibration").classList.toggle("bad", known.suspect || known.state === "uncalibrated");
}

export function showNotes(notes) {
  $("notes").hidden = notes.length === 0;
  const shown = Array.from($("notes").children, (item) => item.textContent);
  if (shown.join("\n") !== notes.join("\n")) $("notes").replaceChildren(...notes.map((note) => element("li", note)));
}

export function showStats(stats) {
  text("made", stats.made);
  text("attempts", stats.attempts);
  text("percentage", stats.percentage === null ? "–" : Math.round(stats.percentage));
  $("percentage-sign").hidden = stats.percentage === null;
  text("streak", stats.streak);
  $("score").classList.toggle("long", stats.attempts > 99);
  $("streak-cell").classList.toggle("hot", stats.streak >= 2);
}

export function showPlayers(players) {
  const rows = players.filter((stats) => stats.attempts > 0).sort((a, b) => b.made - a.made || a.player_id - b.player_id);
  $("players-section").hidden = rows.length === 0;
  $("players").replaceChildren(
    ...rows.map((stats) => {
      const row = document.createElement("li");
      const dot = element("b", stats.player_id, "dot");
      dot.style.background = colourOf(stats.player_id);
      const share = stats.percentage === null ? "" : `${Math.round(stats.percentage)} %`;
      row.append(dot, element("strong", `${stats.made} of ${stats.attempts}`), element("span", share));
      return row;
    }),
  );
}

export function showShots(shots) {
  $("shots-empty").hidden = shots.length > 0;
  $("shots").replaceChildren(...shots.slice(0, LISTED).map(shotRow));
  const newest = shots[0];
  const outcome = newest ? outcomeOf(newest) : "none";
  $("newest").dataset.outcome = outcome;
  text("newest-word", newest ? WORDS[outcome] : "Ready");
  text("newest-by", newest ? shooter(newest) : "Take a shot");
  text("newest-time", newest ? clock(newest.time) : "");
}

function shotRow(shot) {
  const row = document.createElement("li");
  const outcome = outcomeOf(shot);
  row.dataset.outcome = outcome;
  row.dataset.shot = shot.shot_id;
  const mark = element("b", MARKS[outcome], "mark");
  mark.setAttribute("aria-hidden", "true");
  const what = document.createElement("div");
  what.append(element("strong", WORDS[outcome]), element("span", shooter(shot)));
  const time = element("time", clock(shot.time));
  time.dateTime = shot.time;
  row.append(mark, what, time);
  return row;
}

/** The whole screen says it for a moment, and so does a screen reader. */
export function flash(shot) {
  const outcome = outcomeOf(shot);
  text("spoken", `${WORDS[outcome]}. ${shooter(shot)}.`);
  if (outcome === "unknown") return; // nothing to shout across the gym
  const panel = $("flash");
  panel.dataset.outcome = outcome;
  text("flash-word", WORDS[outcome].toUpperCase());
  text("flash-by", shooter(shot));
  panel.classList.remove("on");
  void panel.offsetWidth; // begin the animation anew
  panel.classList.add("on");
}
