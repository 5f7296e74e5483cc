// Sign an operator in by a token: out of the address, out of this tab's memory, or pasted.

import { Api, ApiError, claimsOf, tokenFromAddress } from "../api.js";
import { el } from "../dom.js";
import { icon } from "./icons.js";
import { byId } from "./page.js";

const KEPT = "support-staff-token";

/** @typedef {import("../words.js").Speech} Speech */
/**
 * @typedef {{operator: string, role: string, shop: string, queues: string[], people: string[], reply_minutes: number, image_mb: number,
 *   replies: import("./composer.js").Canned[]}} Desk
 */

// A link that is pasted into a tab where the page is open changes only the address' end: it signs in anew.
window.addEventListener("hashchange", (event) => {
  const given = tokenFromAddress();
  if (given === null) return;
  event.stopImmediatePropagation();
  sessionStorage.setItem(KEPT, given);
  location.reload();
});

/**
 * Return a client whose token the server takes for an operator's, once there is one, with what it said about the desk.
 * @param {Speech} speech
 * @returns {Promise<{api: Api, desk: Desk}>}
 */
export async function signIn(speech) {
  let token = tokenFromAddress() ?? sessionStorage.getItem(KEPT) ?? "";
  const form = byId("sign-in", HTMLFormElement);
  void offerProvider(speech, form);
  const alert = byId("alert", HTMLElement);
  for (;;) {
    if (token) {
      const held = token;
      const api = new Api("", async () => held);
      try {
        const desk = await api.call("GET", "/v1/desk");
        sessionStorage.setItem(KEPT, token);
        alert.textContent = "";
        form.hidden = true;
        signedIn(speech, desk);
        return { api, desk };
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        alert.textContent = refusal(speech, error, held);
      }
    }
    token = await pasted(form);
  }
}

/**
 * Offer to sign in with the company's own account, where the server knows a provider; say what went wrong there.
 * @param {Speech} speech
 * @param {HTMLFormElement} form
 */
async function offerProvider(speech, form) {
  const problem = new URLSearchParams(location.hash.slice(1)).get("problem");
  if (problem) {
    history.replaceState(null, "", location.pathname + location.search);
    byId("alert", HTMLElement).textContent = speech.say("sign_in_failed", { why: problem });
  }
  const { name } = await new Api("", async () => "").call("GET", "/v1/staff-login").catch(() => ({ name: null }));
  if (!name || form.querySelector("a")) return;
  const href = `/v1/staff-login/begin?page=${location.pathname.slice(1)}`;
  form.querySelector("h2")?.after(el("a", { class: "button primary", href }, icon("user"), speech.say("sign_in_service", { name })), el("p", { class: "quiet" }, speech.say("sign_in_or")));
}

/** Forget the token and begin anew. */
export function signOut() {
  sessionStorage.removeItem(KEPT);
  location.reload();
}

/**
 * Say that a token is over, if that is what an error says; the page then asks for another one.
 * @param {unknown} error
 */
export function signedOutBy(error) {
  if (!(error instanceof ApiError) || (error.status !== 401 && error.status !== 403)) return false;
  signOut();
  return true;
}

/**
 * @param {Speech} speech
 * @param {ApiError} error
 * @param {string} token
 */
function refusal(speech, error, token) {
  if (error.status === 0) return speech.say("line_lost");
  if (error.status === 401) return speech.say("token_refused");
  return error.status === 403 ? speech.say("not_operator", { role: claimsOf(token).role ?? "" }) : error.message;
}

/**
 * @param {Speech} speech
 * @param {Desk} desk
 */
function signedIn(speech, desk) {
  byId("who", HTMLElement).textContent = speech.say("signed_in", { operator: desk.operator, role: speech.say(`staff_${desk.role}`) });
  byId("shop", HTMLElement).textContent = desk.shop;
  const out = byId("sign-out", HTMLButtonElement);
  out.hidden = false;
  out.addEventListener("click", signOut);
}

/**
 * @param {HTMLFormElement} form
 * @returns {Promise<string>}
 */
function pasted(form) {
  form.hidden = false;
  const input = byId("token", HTMLInputElement);
  input.focus();
  return new Promise((resolve) =>
    form.addEventListener(
      "submit",
      (event) => {
        event.preventDefault();
        resolve(/[#&]token=([^&\s]+)/.exec(input.value)?.[1] ?? input.value.trim()); // a whole link will do
        input.value = "";
      },
      { once: true },
    ),
  );
}
