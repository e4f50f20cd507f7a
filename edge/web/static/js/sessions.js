// Sessions that the box keeps: a list, the figures of one, its files, and forgetting it.
import { courtName } from "./board.js";
import { pastView } from "./book.js";
import { askBox, file } from "./box.js";
import { html, nothing } from "./svg.js";
import { day, lasting } from "./words.js";

const $ = (id) => document.getElementById(id);
const shotsOf = ({ shots }) => (shots === 1 ? "1 shot" : `${shots} shots`);
const FILES = [
  ["players", "csv", "Players, CSV"],
  ["events", "csv", "Events, CSV"],
  ["session", "json", "All of it, JSON"],
  ["players", "parquet", "Players, Parquet"],
  ["events", "parquet", "Events, Parquet"],
];

export class Sessions {
  /** `opened(view)`: the figures of a session are there to be drawn. */
  constructor(opened) {
    this.opened = opened;
    this.listed = [];
    this.formats = [];
    this.open = null;
    $("past-delete").addEventListener("click", () => this.#ask());
    $("forget-cancel").addEventListener("click", () => $("forget").close());
    $("forget-send").addEventListener("click", () => this.#forget());
  }

  async list() {
    try {
      const { sessions, formats } = await (await askBox("/sessions.json")).json();
      [this.listed, this.formats] = [sessions, formats];
      $("session-list").replaceChildren(...(sessions.length ? sessions.map(row) : [nothing("No sessions yet. The box keeps one of every run.")]));
    } catch (error) {
      $("session-list").replaceChildren(nothing(error.message));
    }
  }

  /** Gives the figures of one session to `opened`; of two that were asked for, the later counts. */
  async show(id) {
    this.open = id;
    $("past").hidden = false;
    $("figures").dataset.state = "counting";
    $("past-title").textContent = "Counting…";
    $("past-detail").textContent = "";
    $("past-files").replaceChildren();
    $("past-delete").disabled = true;
    try {
      if (!this.listed.some((one) => one.id === id)) await this.list();
      const told = await (await askBox(`/sessions/${id}/figures.json`)).json();
      if (this.open === id) this.#describe(id, told);
    } catch (error) {
      if (this.open === id) $("past-title").textContent = error.message;
    }
  }

  close() {
    this.open = null;
    $("past").hidden = true;
    $("figures").dataset.state = "";
  }

  #describe(id, told) {
    const line = this.listed.find((one) => one.id === id);
    $("past-title").textContent = day(told.started);
    $("past-detail").textContent = line ? `${lasting(line.seconds)}, ${shotsOf(line)}, ${told.source}` : told.source;
    $("past-files").replaceChildren(...FILES.filter(([, kind]) => this.formats.includes(kind)).map(([table, kind, words]) => file(`/sessions/${id}/${table}.${kind}`, `courtside-${id}-${table}.${kind}`, words)));
    $("past-delete").disabled = line?.running ?? false;
    $("figures").dataset.state = "";
    this.opened(pastView(told));
  }

  #ask() {
    const line = this.listed.find((one) => one.id === this.open);
    $("forget-hint").textContent = line ? `${day(line.started)}, ${shotsOf(line)}: all of it will be gone for good.` : "All of it will be gone for good.";
    $("forget").showModal();
  }

  async #forget() {
    try {
      await askBox(`/sessions/${this.open}`, "DELETE");
      $("forget").close();
      location.hash = "#sessions";
    } catch (error) {
      $("forget-hint").textContent = error.message;
    }
  }
}

function row(session) {
  const facts = [lasting(session.seconds), shotsOf(session), session.court ? courtName(session.court) : "not calibrated"].join(", ");
  const link = html("a", { href: session.running ? "#figures" : `#session/${session.id}`, "data-session": session.id });
  link.append(html("strong", {}, day(session.started)), html("span", {}, facts), html("span", { class: "source" }, session.source));
  if (session.running) link.append(html("b", { class: "now" }, "Now"));
  return html("li", {}, link);
}
