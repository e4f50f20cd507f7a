// Which of the page's views is seen, by the address: #now, #figures, #form, #sessions, #session/ID. So the phone's "back" works.
const $ = (id) => document.getElementById(id);
const TABS = ["now", "figures", "form", "sessions"];

export class Views {
  /** `entered(name, session)`: a view is seen now. */
  constructor(entered) {
    this.entered = entered;
    for (const name of TABS) $(`tab-${name}`).addEventListener("click", () => (location.hash = `#${name}`));
    window.addEventListener("hashchange", () => this.#follow());
    this.#follow();
  }

  #follow() {
    const [name, session] = location.hash.slice(1).split("/");
    const past = name === "session" && /^[\w-]+$/.test(session ?? "");
    this.name = past ? "session" : TABS.includes(name) ? name : "now";
    const seen = past ? "figures" : this.name;
    const tab = past ? "sessions" : this.name;
    for (const one of TABS) {
      $(one).hidden = one !== seen;
      $(`tab-${one}`).setAttribute("aria-pressed", String(one === tab));
    }
    document.body.dataset.view = this.name;
    // The address names an element of the page as well, to which the browser goes by itself.
    requestAnimationFrame(() => window.scrollTo(0, 0));
    this.entered(this.name, past ? session : null);
  }
}
