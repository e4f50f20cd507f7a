// Joins the link to the box with what the page shows.
import { flash, outcomeOf, showCalibration, showHealth, showLink, showNotes, showPlayers, showShots, showSource, showStats, showVeil } from "./board.js";
import { Book } from "./book.js";
import { useLogin } from "./box.js";
import { CalibrateFlow } from "./calibrate.js";
import { FiguresView } from "./figures.js";
import { FormView } from "./form.js";
import { Link } from "./link.js";
import { RimFlow } from "./rim.js";
import { Scene } from "./scene.js";
import { Sessions } from "./sessions.js";
import { Stage } from "./stage.js";
import { Views } from "./views.js";

const $ = (id) => document.getElementById(id);
const OLD_NEWS_MS = 10000;
const SHOTS_KEPT = 40;
const UNCALIBRATED =
  "The box looks for the hoop by itself. Calibrate below for positions on the court, and to be sure of the rim.";

const told = new Map(); // shot id -> outcome that was flashed
const state = { link: "connecting", status: null, source: null, health: null, calibration: null, live: null, shots: [], drawing: false };
const scene = new Scene();
const book = new Book();
const figures = new FiguresView();
const form = new FormView();
const sessions = new Sessions((view) => figures.show(view));
let views = null;

function linkState() {
  if (state.link !== "up") return state.link;
  return state.status?.state ?? "waiting";
}

function veilWords(link) {
  if (link === "online" && state.source?.state === "reconnecting") return `The camera is away. ${state.source.detail}`;
  if (link === "online" && state.source?.state === "ended") return null;
  if (link === "online") return scene.fresh(performance.now()) ? null : scene.newest ? "No new picture" : "Waiting for the first picture";
  return {
    connecting: "Looking for the box",
    reconnecting: "The box cannot be reached. Trying again",
    waiting: "Waiting for the box",
    offline: "The box is offline",
    stopped: "The box was stopped",
  }[link];
}

function showState() {
  const link = linkState();
  showLink(link, state.health);
  showVeil(veilWords(link));
  let notes = [...(state.health?.warnings ?? [])];
  if (state.source?.state === "reconnecting") notes.unshift(`Camera: ${state.source.detail}`);
  if (state.health?.calibration === "uncalibrated") {
    notes = [UNCALIBRATED, ...notes.filter((note) => note !== state.calibration?.detail)];
  }
  if (state.calibration?.suspect) {
    // The box says the same in its own words with its next warnings.
    notes = [suspicion(state.calibration), ...notes.filter((note) => note !== state.calibration.detail)];
  }
  showNotes(link === "online" ? notes : []);
}

function suspicion({ state: what, moved_cm: moved, detail }) {
  if (what !== "moved") return detail || "Positions on the court are not to be trusted right now.";
  const far = moved === null ? "not to be trusted" : `off by about ${Math.round(moved)} cm`;
  return `The camera was moved: positions on the court are ${far}. Turn it back, or calibrate again below.`;
}

/** A shot that waited in the box while the broker was away is listed, not shouted. */
function isNews(shot) {
  const boxNow = Date.parse(state.live?.time ?? shot.time);
  return boxNow - Date.parse(shot.time) < OLD_NEWS_MS;
}

function takeShot(shot, loud) {
  const known = state.shots.findIndex(({ shot_id: id }) => id === shot.shot_id);
  const before = known >= 0 ? state.shots[known] : null;
  const merged = { ...shot, time: before?.time ?? shot.time };
  if (before) state.shots[known] = merged;
  else state.shots.push(merged);
  // A Date knows milliseconds; two shots may be nearer to each other than that.
  state.shots.sort((a, b) => Date.parse(b.time) - Date.parse(a.time) || (a.time < b.time ? 1 : -1));
  state.shots.length = Math.min(state.shots.length, SHOTS_KEPT);
  const outcome = outcomeOf(merged);
  if (!loud || outcome === "flying" || told.get(shot.shot_id) === outcome) return;
  told.set(shot.shot_id, outcome);
  if (isNews(shot)) flash(merged);
}

const receivers = {
  status: (message) => (state.status = message),
  source: (message) => showSource((state.source = message)),
  health: (message) => showHealth((state.health = message)),
  calibration: (message) => showCalibration((state.calibration = message)),
  live: (message) => {
    const now = performance.now();
    const waited = !scene.fresh(now);
    scene.add((state.live = message), now);
    if (waited) showState();
  },
  shot: (message) => {
    takeShot(message, true);
    showShots(state.shots);
  },
  "stats/recent": (message) => {
    if (message.shots.length === 0) state.shots = [];
    message.shots.forEach((shot) => takeShot(shot, false));
    showShots(state.shots);
  },
  "stats/session": showStats,
  "form/shot": (message) => form.told(message),
  "form/alert": (message) => form.alert(message),
};

/** Another view is seen now: what it shows is fetched, or drawn from what is known. */
function entered(name, session) {
  if (name !== "session") sessions.close();
  if (name === "sessions") sessions.list();
  form.enter(name === "form");
  if (name === "figures" || name === "session") figures.begin(session);
  if (name === "session") sessions.show(session);
  else if (name === "figures") showFigures();
}

function showFigures() {
  figures.show(book.view(state.shots));
}

/** Figures come as a handful of messages at once: they are drawn together. */
function drawSoon() {
  if (views?.name !== "figures" || state.drawing) return;
  state.drawing = true;
  setTimeout(() => {
    state.drawing = false;
    if (views.name === "figures") showFigures();
  }, 60);
}

function received(name, message) {
  if (name.startsWith("stats/")) {
    book.take(name.slice("stats/".length), message);
    showPlayers(book.view([]).players);
  }
  if (message) receivers[name]?.(message);
  if (name.startsWith("stats/") || name === "shot") drawSoon();
  if (name !== "live") showState();
}

function login(link) {
  $("login-form").onsubmit = (event) => {
    event.preventDefault();
    $("login").close();
    const known = { username: $("login-name").value, password: $("login-password").value };
    useLogin(known);
    link.open(known);
  };
  $("login").showModal();
}

function wireReset(link) {
  $("reset-open").addEventListener("click", () => {
    $("reset-hint").textContent = "The counts of this session go back to zero for everybody.";
    $("reset").showModal();
  });
  $("reset-cancel").addEventListener("click", () => $("reset").close());
  $("reset-send").addEventListener("click", async () => {
    const reply = await link.ask("reset-stats");
    if (reply.ok) $("reset").close();
    else $("reset-hint").textContent = reply.detail;
  });
}

async function pageSettings() {
  for (;;) {
    try {
      const response = await fetch("/config.json", { cache: "no-store" });
      if (response.ok) return await response.json();
    } catch {
      // The box is starting or the phone is out of range: the page says "Looking for the box" meanwhile.
    }
    await new Promise((resolve) => setTimeout(resolve, 1500));
  }
}

async function main() {
  views = new Views(entered);
  showState();
  const settings = await pageSettings();
  $("site").textContent = settings.site;
  $("court-name").textContent = settings.court;
  document.title = `${settings.court} · courtside`;
  const change = (to) => {
    state.link = to;
    if (to === "up") state.status = null;
    showState();
  };
  const link = new Link(settings.prefix, {
    up: () => change("up"),
    down: () => change(state.link === "connecting" ? "connecting" : "reconnecting"),
    message: received,
    login: () => login(link),
  });
  new Stage(scene, () => state.shots);
  new CalibrateFlow((name, fields, patience) => link.ask(name, fields, patience));
  new RimFlow((name, fields) => link.ask(name, fields), () => scene.newest);
  wireReset(link);
  document.addEventListener("visibilitychange", () => !document.hidden && link.wake());
  setInterval(showState, 1000);
  link.open();
}

main();
