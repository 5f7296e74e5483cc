// Say when something was, in the visitor's language.

import { el } from "./dom.js";

/** @typedef {import("./words.js").Speech} Speech */

/** @type {Map<string, any>} */
const made = new Map();

/**
 * Return a formatter, made once for each language and way: to make one takes longer than to use it a hundred times.
 * @template T
 * @param {new (tag: string, how: any) => T} kind for example `Intl.DateTimeFormat`
 * @param {string} tag language
 * @param {object} how
 * @returns {T}
 */
export function formatter(kind, tag, how) {
  const key = `${kind.name} ${tag} ${JSON.stringify(how)}`;
  if (!made.has(key)) made.set(key, new kind(tag, how));
  return made.get(key);
}

/** @type {Record<string, string>} English dates are written as the server writes them: 29 November 2026. */
const DATES = { en: "en-GB", "en-US": "en-GB" };

/**
 * Return the time of day of an instant.
 * @param {string} at ISO 8601
 * @param {Speech} speech
 */
export function clock(at, { tag }) {
  const when = new Date(at);
  const whole = formatter(Intl.DateTimeFormat, tag, { dateStyle: "full", timeStyle: "short" }).format(when);
  return el("time", { datetime: at, title: whole }, formatter(Intl.DateTimeFormat, tag, { hour: "numeric", minute: "2-digit" }).format(when));
}

/**
 * Return the day of an instant: today, yesterday, or its date.
 * @param {string} at ISO 8601
 * @param {Speech} speech
 */
export function day(at, { tag }) {
  const [when, now] = [new Date(at), new Date()];
  const ago = Math.round((midnight(now) - midnight(when)) / 86_400_000);
  const words = ago < 2 ? new Intl.RelativeTimeFormat(tag, { numeric: "auto" }).format(-ago, "day") : date(at, tag);
  return el("time", { datetime: dayOf(at) }, words);
}

/**
 * Return the date of an instant, or of a day, as every date of these pages is written.
 * @param {string} at ISO 8601
 * @param {string} tag language
 */
export function date(at, tag) {
  const when = new Date(at);
  if (Number.isNaN(when.getTime())) return at;
  // A day without a time of day is that day everywhere.
  const zone = at.length === 10 ? { timeZone: "UTC" } : {};
  return formatter(Intl.DateTimeFormat, DATES[tag] ?? tag, { dateStyle: "long", ...zone }).format(when);
}

/**
 * Return an instant as short as a list has room for: the time of today, the day of this year, or the date.
 * @param {string} at ISO 8601
 * @param {Speech} speech
 */
export function shortDate(at, { tag }) {
  const [when, now] = [new Date(at), new Date()];
  const how = dayOf(at) === dayOf(now.toISOString()) ? { timeStyle: "short" } : { day: "numeric", month: "short", ...(when.getFullYear() === now.getFullYear() ? {} : { year: "numeric" }) };
  return formatter(Intl.DateTimeFormat, "timeStyle" in how ? tag : (DATES[tag] ?? tag), how).format(when);
}

/**
 * Return the day of an instant where the visitor is, as `2026-11-29`.
 * @param {string} at ISO 8601
 */
export function dayOf(at) {
  const when = new Date(at);
  return [when.getFullYear(), when.getMonth() + 1, when.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
}

/** @param {Date} when */
function midnight(when) {
  return Date.UTC(when.getFullYear(), when.getMonth(), when.getDate());
}
