// What the box's own web server knows of kept sessions and of form, asked under the broker's login.
import { html } from "./svg.js";

let authorization = null;

/** The login that the broker took; it stays in this tab. */
export function useLogin({ username, password }) {
  const bytes = new TextEncoder().encode(`${username}:${password}`);
  authorization = `Basic ${btoa(String.fromCharCode(...bytes))}`;
}

/** The response, or an Error in words for whoever looks at the page. `fields` are sent as JSON. */
export async function askBox(path, method = "GET", fields = null) {
  let response;
  try {
    const body = fields === null ? {} : { body: JSON.stringify(fields) };
    response = await fetch(path, { method, cache: "no-store", headers: authorization ? { Authorization: authorization } : {}, ...body });
  } catch {
    throw new Error("The box cannot be reached right now.");
  }
  if (response.status === 401) throw new Error("The broker's user name and password are needed. Open the page again.");
  if (!response.ok) throw new Error((await response.text()) || "The box cannot tell right now.");
  return response;
}

/** A file to be kept under this name. With a login it is fetched by the page, for a link cannot carry one. */
export function file(address, name, words) {
  const link = html("a", { class: "button", href: address, download: name }, words);
  link.addEventListener("click", async (event) => {
    if (authorization === null || link.href.startsWith("blob:")) return;
    event.preventDefault();
    try {
      link.href = URL.createObjectURL(await (await askBox(address)).blob());
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
      link.href = address;
    } catch (error) {
      link.textContent = error.message;
    }
  });
  return link;
}
