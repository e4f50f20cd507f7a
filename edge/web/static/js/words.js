// Numbers as people read them.
const WIDE = 1.645; // standard deviations within which nine of ten lie

export const percent = (value) => (value === null ? "–" : `${Math.round(value)} %`);
export const metres = (value) => (value < 1000 ? `${Math.round(value)} m` : `${(value / 1000).toFixed(1)} km`);
export const speed = (value) => (value === null ? "–" : `${value.toFixed(1)} m/s`);
export const share = (made, of) => (of > 0 ? (100 * made) / of : null);

/** A measured value with how far off it may be, nine times in ten. */
export function measured(one, unit, digits = 0) {
  if (!one) return "not known";
  return `${one.value.toFixed(digits)}${unit} ± ${(WIDE * one.sigma).toFixed(digits)}${unit}`;
}

/** Where the ball came down beside the rim's centre: "6 cm long", "2 cm left". */
export function aside(one, [above, below]) {
  if (!one) return "–";
  const cm = Math.round(Math.abs(one.value));
  return cm === 0 ? "0 cm" : `${cm} cm ${one.value > 0 ? above : below}`;
}
export const LONG_SHORT = ["long", "short"];
export const RIGHT_LEFT = ["right", "left"];
export const within = (one) => WIDE * one.sigma;

export function lasting(seconds) {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function day(time) {
  const at = new Date(time);
  const date = at.toLocaleDateString([], { weekday: "short", day: "numeric", month: "short", year: "numeric" });
  return `${date}, ${at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false })}`;
}

export const teamName = (team) => `Team ${"AB"[team]}`;
