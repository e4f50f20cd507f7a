// The view of form: enrolling a player, his last shots against his own, in words, as an overlay, heatmaps and a map.
import { askBox, file } from "./box.js";
import { formMap } from "./formmap.js";
import { heatmap } from "./heatmap.js";
import { Scrubber } from "./scrubber.js";
import { html, nothing } from "./svg.js";
import { day } from "./words.js";

const $ = (id) => document.getElementById(id);
const SAID = { consistent: "As usual", deviates: "Different", abstain: "Not judged" };
const LISTED = 12;
const ALERT_MS = 15000;
const FIGURES = [
  ["release_time_s", "Gather to release", " s", 2, 1],
  ["release_height_statures", "Release height", " × height", 2, 1],
  ["launch_deg", "Ball's launch", "°", 0, 1],
  ["elbow_set_deg", "Elbow at the set point", "°", 0, 1],
  ["elbow_release_deg", "Elbow at the release", "°", 0, 1],
  ["knee_dip_deg", "Knees in the dip", "°", 0, 1],
  ["trunk_release_deg", "Trunk at the release", "°", 0, 1],
  ["balance_deg", "Balance", "°", 0, 1],
  ["jump_height_statures", "Jump", " % of height", 0, 100],
  ["follow_through_s", "Follow-through", " s", 2, 1],
];

export class FormView {
  constructor() {
    this.known = null;
    this.shot = null; // the one that is shown
    this.chosen = null; // the id that was asked for; null: the newest
    this.axis = 1;
    this.seen = false;
    this.asked = 0;
    this.scrubber = new Scrubber();
    $("form-overlay").append(this.scrubber.element);
    $("enrol").addEventListener("submit", (event) => this.#enrol(event));
    $("enrol-stop").addEventListener("click", () => this.#change("/form/enrolment", "DELETE"));
    for (const axis of [0, 1]) $(`heat-${axis}`).addEventListener("click", () => this.#turn(axis));
    $("form-good").addEventListener("click", () => this.#choose(true));
    $("form-bad").addEventListener("click", () => this.#choose(false));
    $("unknow-cancel").addEventListener("click", () => $("unknow").close());
    $("unknow-send").addEventListener("click", () => this.#forget());
  }

  enter(seen) {
    this.seen = seen;
    if (seen) this.refresh();
  }

  /** The box has looked at another shot. */
  told(message) {
    if (message.verdict === "deviates" && message.phase === "new") this.chosen = null;
    if (this.seen) this.refresh();
  }

  /** A shot of somebody who is known was different: said on the first view as well, for a while. */
  alert(message) {
    if (message.phase !== "new") return;
    $("form-alert-who").textContent = message.player;
    $("form-alert-words").textContent = message.advice;
    $("form-alert").hidden = false;
    clearTimeout(this.shown);
    this.shown = setTimeout(() => ($("form-alert").hidden = true), ALERT_MS);
  }

  async refresh() {
    const asked = (this.asked += 1);
    try {
      const known = await (await askBox("/form.json")).json();
      const id = known.shots.some((one) => one.id === this.chosen) ? this.chosen : known.shots[0]?.id ?? null;
      const shot = id === null ? null : await (await askBox(`/form/shots/${id}.json`)).json();
      if (asked !== this.asked) return; // a later answer counts
      this.#draw(known, shot);
    } catch (error) {
      $("form-problem").textContent = error.message;
      $("form-problem").hidden = false;
    }
  }

  #draw(known, shot) {
    const other = shot?.id !== this.shot?.id;
    [this.known, this.shot] = [known, shot];
    $("form-problem").hidden = known.enabled;
    if (!known.enabled) $("form-problem").textContent = "Form is switched off in this box's settings (form.enabled).";
    drawEnrolment(known.enrolment);
    $("form-players").replaceChildren(...(known.players.length ? known.players.map((one) => this.#player(one)) : [nothing("Nobody is enrolled yet.")]));
    $("form-shots").replaceChildren(...known.shots.slice(0, LISTED).map((one) => this.#line(one)));
    $("form-shots-empty").hidden = known.shots.length > 0;
    for (const card of ["form-shot", "form-measured", "form-near"]) $(card).hidden = shot === null;
    if (shot !== null) this.#drawShot(shot, other);
  }

  #drawShot(shot, other) {
    $("form-shot").dataset.verdict = shot.verdict;
    $("form-word").textContent = shot.enrolled === null ? SAID[shot.verdict] : "Taken in";
    $("form-by").textContent = shot.player ?? (shot.track === null ? "" : `Player ${shot.track}`);
    $("form-far").textContent = shot.distance === null ? "" : `${shot.distance.toFixed(1)}, where 1 is as far as usual shots go`;
    const more = [shot.reason, shot.drift].filter((words) => words !== "").join(". ");
    $("form-reason").textContent = more === "" ? "" : `${more[0].toUpperCase()}${more.slice(1)}.`;
    $("form-reason").hidden = more === "";
    $("form-faults").replaceChildren(
      ...shot.faults.map((fault) => {
        const button = html("button", { type: "button", "data-frame": fault.frame }, fault.words);
        button.addEventListener("click", () => this.scrubber.seek(fault.frame));
        return html("li", {}, button);
      }),
    );
    $("form-overlay").hidden = shot.pose === null;
    if (shot.pose !== null && other) this.scrubber.show(shot, shot.faults[0]?.frame ?? 63);
    $("form-heat").hidden = $("form-legend").hidden = shot.usual === null;
    if (shot.usual !== null) $("heat").replaceChildren(heatmap(shot, this.axis, (frame) => this.scrubber.seek(frame)));
    $("form-map").replaceChildren(formMap(shot.map));
    $("form-figures").replaceChildren(...figureRows(shot.figures, shot.usual_figures));
    $("form-choice").hidden = shot.player === null;
  }

  #turn(axis) {
    this.axis = axis;
    for (const one of [0, 1]) $(`heat-${one}`).setAttribute("aria-pressed", String(one === axis));
    if (this.shot?.usual) $("heat").replaceChildren(heatmap(this.shot, axis, (frame) => this.scrubber.seek(frame)));
  }

  #line(one) {
    const who = one.player ?? (one.track === null ? "nobody known" : `player ${one.track}`);
    const far = one.distance === null ? "" : one.distance.toFixed(2);
    const word = one.enrolled === null ? SAID[one.verdict] : `Shot ${one.enrolled}`;
    const button = html("button", { type: "button", "aria-pressed": String(one.id === this.shot?.id) }, html("b", {}, word), html("span", {}, who), html("span", {}, far));
    button.addEventListener("click", () => {
      this.chosen = one.id;
      this.refresh();
    });
    return html("li", { "data-verdict": one.verdict, "data-shot": one.id }, button);
  }

  #player(one) {
    const others = this.known.players.filter(({ name }) => name !== one.name).map(({ name }) => [name, `${name}'s shots`]);
    const choices = [["all", "those of the enrolment"], ["made", "those that went in"], ["chosen", "those marked good"], ...others];
    const select = html("select", { "aria-label": `What ${one.name} is compared with` }, ...choices.map(([value, words]) => html("option", { value, ...(value === one.standard ? { selected: "" } : {}) }, words)));
    select.addEventListener("change", () => this.#change(`/form/player?name=${encodeURIComponent(one.name)}`, "POST", { standard: select.value }));
    const forget = html("button", { type: "button" }, "Forget");
    forget.addEventListener("click", () => this.#ask(one));
    const keep = file(`/form/player.json?name=${encodeURIComponent(one.name)}`, `courtside-form-${one.name}.json`, "Export");
    const state = this.known.enrolment?.name === one.name ? "taking shots" : one.missing > 0 ? `${one.shots} shots, ${one.missing} more to compare with` : `${one.shots} shots`;
    return html("li", { "data-player": one.name }, html("p", {}, html("b", {}, one.name), html("span", {}, `${state}, ${one.hand} hand, since ${day(one.agreed)}`)), html("label", {}, "Compared with ", select), html("div", { class: "actions" }, keep, forget));
  }

  async #enrol(event) {
    event.preventDefault();
    const [name, height] = [$("enrol-name").value.trim(), $("enrol-height").value];
    const fields = { name, hand: $("enrol-hand").value, agreed: $("enrol-agreed").checked, ...(height ? { height_cm: Number(height) } : {}) };
    if (await this.#change("/form/enrolment", "POST", fields)) $("enrol").reset();
  }

  #choose(good) {
    return this.#change(`/form/shots/${this.shot.id}`, "POST", { good });
  }

  #ask(player) {
    this.leaving = player.name;
    $("unknow-title").textContent = `Forget ${player.name}?`;
    $("unknow-hint").textContent = `${player.shots} shots and everything else that is known of ${player.name} will be gone for good.`;
    $("unknow").showModal();
  }

  async #forget() {
    if (await this.#change(`/form/player?name=${encodeURIComponent(this.leaving)}`, "DELETE")) $("unknow").close();
  }

  async #change(path, method, fields) {
    try {
      await askBox(path, method, fields);
      $("enrol-problem").textContent = "";
      this.refresh();
      return true;
    } catch (error) {
      $("enrol-problem").textContent = error.message;
      return false;
    }
  }
}

function drawEnrolment(enrolment) {
  $("enrol").hidden = enrolment !== null;
  $("enrolling").hidden = enrolment === null;
  if (enrolment === null) return;
  $("enrolling-word").textContent = `${enrolment.name}: ${enrolment.taken} of ${enrolment.wanted} shots`;
  $("enrolling-bar").max = enrolment.wanted;
  $("enrolling-bar").value = enrolment.taken;
}

function figureRows(figures, usual) {
  return FIGURES.filter(([name]) => name in figures).map(([name, words, unit, digits, times]) => {
    const written = (value) => `${(times * value).toFixed(digits)}${unit}`;
    const beside = name in usual ? [html("small", {}, ` usually ${written(usual[name])}`)] : [];
    return html("div", {}, html("dt", {}, words), html("dd", {}, written(figures[name]), ...beside));
  });
}
