// "Calibrate": choose court and cones, look, see how good it is, mend it with a finger, save it.
import { courtName } from "./board.js";
import { loadPicture, loadSnapshot } from "./camera.js";
import { drawMap } from "./courtmap.js";
import { Look, Marks, Pick } from "./marks.js";
import { ZoomPicture } from "./picture.js";

const $ = (id) => document.getElementById(`calibrate-${id}`);
const PATIENCE_MS = 60000;
const TAP_A_CONE = "tap";
const VERDICTS = { good: "Good", usable: "Usable", refused: "Not yet" };
const LEAST_POINTS = 4;
const ANSWER_MS = 5000;
const FETCHES = 4;
const BETWEEN_FETCHES_MS = 700;
const SETUP = "Put a cone on each mark. The camera must see them all.";

const spoken = (name) => name.replace(/-/g, " ");
const capital = (words) => words.charAt(0).toUpperCase() + words.slice(1);
const rounded = ({ x, y }) => ({ x: Math.round(x * 10) / 10, y: Math.round(y * 10) / 10 });

function options(select, values, words) {
  const before = select.value;
  select.replaceChildren(...values.map((value) => new Option(words(value), value)));
  if (values.includes(before)) select.value = before;
}

/** A short answer of the box; asked for again where it stays away, as a phone at a gym's edge often must. */
async function fetchAgain(address) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await fetch(address, { cache: "no-store", signal: AbortSignal.timeout(ANSWER_MS) });
    } catch (error) {
      if (tries === FETCHES) throw error;
      await new Promise((resolve) => setTimeout(resolve, BETWEEN_FETCHES_MS));
    }
  }
}

export class CalibrateFlow {
  /** `ask(name, fields, patience)` sends a command and gives the box's reply. */
  constructor(ask) {
    this.ask = ask;
    this.dialog = document.getElementById("calibrate");
    this.picture = new ZoomPicture($("canvas"));
    this.known = null; // what /courts.json said
    this.turn = 0; // an answer to an earlier turn is not waited for any more
    const clicks = {
      look: () => this.#look(),
      save: () => this.#save(),
      again: () => this.#lookAt({ points: this.#points() }),
      done: () => this.dialog.close(),
      out: () => this.#zoomOut(),
      marks: () => this.#marks(this.draft),
      ring: () => this.#ring(),
      cone: () => this.#tapCone(),
      hand: () => this.#byHand(),
      restart: () => this.#setup(),
      undo: () => this.#undo(),
      cancel: () => this.dialog.close(),
    };
    for (const [id, act] of Object.entries(clicks)) $(id).addEventListener("click", act);
    document.getElementById("calibrate-open").addEventListener("click", () => this.open());
    this.dialog.addEventListener("close", () => (this.turn += 1));
    for (const id of ["court", "layout"]) $(id).addEventListener("change", () => this.#chosen());
    for (const input of this.#customInputs()) input.addEventListener("change", () => this.#loadCourts());
  }

  async open() {
    this.dialog.showModal();
    this.#setup();
    await this.#loadCourts();
  }

  #show(step, words, tone = "") {
    this.dialog.dataset.step = step;
    this.dialog.dataset.tone = tone;
    for (const part of this.dialog.querySelectorAll("[data-steps]")) part.hidden = !part.dataset.steps.split(" ").includes(step);
    $("custom").hidden = step !== "setup" || $("court").value !== "custom";
    $("hint").textContent = words;
    this.dialog.scrollTop = 0;
  }

  #say(words, tone = "") {
    this.dialog.dataset.tone = tone;
    $("hint").textContent = words;
  }

  #customInputs() {
    return $("custom").querySelectorAll("input");
  }

  // (a) Which court, and where the cones stand.

  #setup() {
    this.turn += 1;
    this.draft = null;
    this.request = {};
    this.#show("setup", SETUP);
    if (this.known) this.#chosen();
  }

  async #loadCourts() {
    const changes = new URLSearchParams([...this.#customInputs()].filter((input) => input.value).map((input) => [input.name, input.value]));
    try {
      const response = await fetchAgain(`/courts.json?${changes}`);
      if (!response.ok) return this.#refuseCourt(capital((await response.text()).replace(/_m\b/g, "").replace(/_/g, " ")));
      this.known = await response.json();
    } catch {
      return this.#refuseCourt("The box cannot be reached right now. Close this and try again.");
    }
    options($("court"), this.known.courts.map(({ name }) => name), (name) => (name === "custom" ? "Other" : capital(courtName(name))));
    const colours = [...this.known.colours, TAP_A_CONE];
    options($("colour"), colours, (name) => ({ auto: "Any", [TAP_A_CONE]: "Tap a cone" })[name] ?? capital(name));
    for (const input of this.#customInputs()) input.value ||= this.known.custom[input.name];
    this.#say(SETUP);
    return this.#chosen();
  }

  #refuseCourt(words) {
    this.#say(words, "failed");
    $("look").disabled = $("hand").disabled = true;
  }

  /** The box's words with the numbers of the map beside landmarks. */
  #plain(words) {
    const numbered = this.names.map((name, i) => [name, `${i + 1} (${spoken(name)})`]);
    return capital(numbered.reduce((said, [name, number]) => said.replace(new RegExp(`(?<![\\w-])${name}(?![\\w-])`, "g"), number), words));
  }

  #chosen() {
    this.court = this.known.courts.find(({ name }) => name === $("court").value);
    const fitting = this.known.layouts.filter(({ landmarks }) => landmarks.every((name) => name in this.court.landmarks));
    options($("layout"), fitting.map(({ name }) => name), (name) => capital(spoken(name)));
    this.names = fitting.find(({ name }) => name === $("layout").value).landmarks;
    $("custom").hidden = this.court.name !== "custom";
    $("legend").textContent = this.names.map((name, i) => `${i + 1} ${spoken(name)}`.replace(/ /g, "\u00a0")).join(" · ");
    $("look").disabled = $("hand").disabled = false;
    drawMap($("map"), this.court, this.names);
  }

  #wanted() {
    const custom = this.court.name === "custom";
    const changes = [...this.#customInputs()].map((input) => [input.name, Number.parseFloat(input.value)]);
    return {
      court: this.court.name,
      court_changes: custom ? Object.fromEntries(changes.filter(([, metres]) => Number.isFinite(metres))) : {},
      layout: $("layout").value,
      colour: $("colour").value === TAP_A_CONE ? "auto" : $("colour").value,
    };
  }

  #look() {
    if ($("colour").value === TAP_A_CONE) return this.#tapCone();
    return this.#lookAt({});
  }

  async #tapCone() {
    if (!(await this.#snapshot("cone", "Tap one of the cones to zoom in."))) return;
    const told = () => this.#zoomedIn("Now tap the middle of the cone's colour.");
    this.picture.show(this.image, this.size, new Pick(this.picture, told, (point) => this.#lookAt({ cone_tap: rounded(point) })));
  }

  async #byHand() {
    if (!(await this.#snapshot("marks", "Loading the picture…"))) return;
    this.#marks(null);
  }

  /** Loads the newest frame and shows the step; false where there is none. */
  async #snapshot(step, words) {
    const turn = (this.turn += 1);
    const image = await loadSnapshot();
    if (turn !== this.turn) return false;
    if (!image) {
      this.#say("The camera has no picture yet. Try again in a moment.", "failed");
      return false;
    }
    [this.image, this.size] = [image, [image.width, image.height]];
    this.#show(step, words);
    $("out").hidden = true;
    return true;
  }

  // (b) What the box made of it.

  async #lookAt(changes) {
    const turn = (this.turn += 1);
    this.request = { ...this.request, ...changes };
    this.#show("looking", this.request.points ? "Working it out from your points…" : "Looking for the cones. Stay out of the picture if you can…");
    const reply = await this.ask("calibrate-court", { ...this.#wanted(), ...this.request }, PATIENCE_MS);
    if (turn !== this.turn) return;
    if (!reply.draft) {
      this.#setup();
      this.#say(this.#plain(reply.detail), "failed");
      return;
    }
    await this.#result(reply, turn);
  }

  async #result(reply, turn) {
    const { draft } = reply;
    const image = await loadPicture(draft.picture);
    if (turn !== this.turn) return;
    [this.draft, this.size] = [draft, [draft.image_width, draft.image_height]];
    const words = this.#plain(reply.detail.replace(/^(good|usable): /, ""));
    this.#show("result", `${words}. ${reply.ok ? this.#question(draft) : ""}`, draft.verdict);
    $("word").textContent = VERDICTS[draft.verdict];
    $("error").textContent = draft.error_p95_cm === null ? "" : `±${Math.max(1, Math.round(draft.error_p95_cm))} cm`;
    $("save").hidden = !reply.ok;
    $("cone").hidden = reply.ok || Boolean(this.request.points);
    $("marks").textContent = draft.points.some(({ name }) => name) ? "Move the points" : "Set the points";
    $("marks").classList.toggle("main", !reply.ok);
    $("ring").hidden = draft.points.filter(({ name }) => name).length < LEAST_POINTS;
    if (!image) return void this.#say("The picture did not come. Start again.", "failed");
    this.picture.show(image, this.size, new Look(this.picture, this.#labelled(draft)));
  }

  #question({ rim }) {
    if (!rim) return "Do the blue lines lie on the painted ones? The ring is not in the picture, so no shot will be seen: turn the camera.";
    return "Do the blue lines lie on the painted ones, and the red ring on the ring? Tap the picture to zoom.";
  }

  /** Numbers as on the map; what belongs to no mark only tells something where the cones were not understood. */
  #labelled(draft) {
    return draft.points.filter(({ name }) => name || draft.verdict === "refused").map(({ name, x, y }) => ({ label: name ? String(this.names.indexOf(name) + 1) : "?", x, y }));
  }

  // Mending it: points and ring.

  async #marks(draft) {
    const turn = (this.turn += 1);
    if (draft) {
      const plain = await loadPicture(`${draft.picture}&plain=1`);
      if (turn !== this.turn) return;
      if (plain) this.image = plain;
      if (!this.image) return void this.#say("The picture did not come. Start again.", "failed");
    }
    const seen = draft?.points ?? [];
    const placed = new Map(seen.filter(({ name }) => this.names.includes(name)).map(({ name, x, y }) => [name, { x, y }]));
    const stray = seen.filter(({ name }) => !name);
    this.marks = new Marks(this.picture, this.names, placed, stray, () => this.#marksSay());
    this.#show("marks", "");
    this.picture.show(this.image, this.size, this.marks);
    this.#marksSay();
  }

  #marksSay() {
    const { marks, names } = this;
    const say = (name) => `${names.indexOf(name) + 1}, ${spoken(name)}`;
    $("out").hidden = !this.picture.zoomed;
    $("again").hidden = this.picture.zoomed;
    $("out").textContent = marks.next ? "Next" : "Done";
    $("again").disabled = marks.placed.size < LEAST_POINTS;
    if (this.picture.zoomed) this.#say(`Slide ${say(marks.chosen)}, into place: the cross belongs on the floor, in the middle of the cone's foot.`);
    else if (marks.next) this.#say(`Tap where ${say(marks.next)}, is.`);
    else this.#say("Drag a number to move it, tap it to zoom in. Then look again.");
  }

  #points() {
    return Object.fromEntries([...this.marks.placed].map(([name, at]) => [name, rounded(at)]));
  }

  async #ring() {
    const turn = (this.turn += 1);
    const { draft } = this;
    const plain = await loadPicture(`${draft.picture}&plain=1`);
    if (turn !== this.turn) return;
    if (!plain) return void this.#say("The picture did not come. Start again.", "failed");
    this.#show("ring", "");
    const told = () => this.#zoomedIn("Tap the middle of the ring.");
    this.picture.show(plain, this.size, new Pick(this.picture, told, (point) => this.#lookAt({ rim: rounded(point) }), draft.rim), draft.rim);
    told();
  }

  #zoomedIn(words) {
    $("out").textContent = "Zoom out";
    $("out").hidden = !this.picture.zoomed;
    this.#say(this.picture.zoomed ? words : "Tap the ring to zoom in.");
  }

  #zoomOut() {
    if (this.dialog.dataset.step === "marks") return this.marks.out();
    this.picture.zoom(null);
    $("out").hidden = true;
    return this.#say("Tap it to zoom in.");
  }

  // (c) Kept, or taken back.

  async #save() {
    const { turn } = this;
    $("save").disabled = true;
    const reply = await this.ask("calibrate-save", { draft_id: this.draft.draft_id });
    $("save").disabled = false;
    if (turn !== this.turn) return;
    if (reply.ok) this.#show("saved", "Done. Court figures from now on.", "done");
    else this.#say(capital(reply.detail), "failed");
    this.picture.draw();
  }

  async #undo() {
    const { turn } = this;
    $("undo").disabled = true;
    const reply = await this.ask("calibrate-undo");
    $("undo").disabled = false;
    if (turn !== this.turn) return;
    if (reply.ok) this.#setup();
    this.#say(capital(reply.detail), reply.ok ? "done" : "failed");
  }
}
