// Elements of HTML and SVG in one line each.
const NS = "http://www.w3.org/2000/svg";

function filled(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) if (value !== null && value !== undefined) made.setAttribute(name, value);
  made.append(...children.filter((child) => child !== null));
  return made;
}

export const svg = (name, attributes = {}, ...children) => filled(document.createElementNS(NS, name), attributes, children);
export const html = (name, attributes = {}, ...children) => filled(document.createElement(name), attributes, children);

/** A picture of this size in its own units, as wide as its place allows. */
export const picture = (width, height, label, ...children) => svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label }, ...children);

/** What is said where there is nothing to draw. */
export const nothing = (words) => html("p", { class: "empty" }, words);
