// What the pages of operators share: finding elements, saying names and times, and showing what went wrong.

import { ApiError } from "../api.js";

/** @typedef {import("../words.js").Speech} Speech */

/**
 * Return an element of the page that must be there.
 * @template {Element} T
 * @param {string} id
 * @param {new () => T} kind
 * @returns {T}
 */
export function byId(id, kind) {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no #${id}`);
  return found;
}

/**
 * Return the words for a value of a fixed set, such as a state; one that has none is shown as it is.
 * @param {Speech} speech
 * @param {string} kind
 * @param {string} value
 */
export function named(speech, kind, value) {
  const key = `${kind}_${value}`;
  const said = speech.say(key);
  return said === key ? value.replaceAll("_", " ") : said;
}

/**
 * Return the language of numbers and times: the visitor's own region, where the page speaks its language.
 * @param {Speech} speech
 */
export function region(speech) {
  return navigator.languages.find((tag) => tag.split("-")[0] === speech.language) ?? speech.language;
}

/**
 * Return a length of time in words, for example `3 h`.
 * @param {Speech} speech
 * @param {number} seconds
 */
export function lasting(speech, seconds) {
  const [value, unit] =
    seconds < 60 ? [seconds, "second"] : seconds < 5400 ? [seconds / 60, "minute"] : seconds < 172_800 ? [seconds / 3600, "hour"] : [seconds / 86_400, "day"];
  const digits = seconds < 10 ? 1 : 0;
  return new Intl.NumberFormat(region(speech), { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: digits }).format(value);
}

/**
 * Return an instant in words.
 * @param {Speech} speech
 * @param {string} instant ISO 8601
 */
export function moment(speech, instant) {
  return new Intl.DateTimeFormat(region(speech), { dateStyle: "medium", timeStyle: "short" }).format(new Date(instant));
}

/**
 * Show what went wrong, or nothing.
 * @param {Speech} speech
 * @param {unknown} [error]
 */
export function complain(speech, error) {
  const place = byId("alert", HTMLElement);
  if (error === undefined) place.textContent = "";
  else if (error instanceof ApiError) place.textContent = error.status === 0 ? speech.say("line_lost") : error.message;
  else {
    place.textContent = speech.say("page_failed");
    throw error;
  }
}
