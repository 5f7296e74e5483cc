// Write numbers, times and days as the visitor's region does.

import { formatter } from "../times.js";
import { lasting, region } from "./page.js";

/** @typedef {import("../words.js").Speech} Speech */

/**
 * Return functions that write numbers and times.
 * @param {Speech} speech
 * @param {() => string} zone the time zone of the desk
 */
export function numbersOf(speech, zone) {
  const place = region(speech);
  const format = (/** @type {number} */ value, /** @type {Intl.NumberFormatOptions} */ how) => formatter(Intl.NumberFormat, place, how).format(value);
  return {
    number: (/** @type {number} */ value) => format(value, { maximumFractionDigits: 2 }),
    percent: (/** @type {number | null} */ share) => (share === null ? "–" : format(share, { style: "percent", maximumFractionDigits: 1 })),
    /** A difference of shares in percentage points. */
    points: (/** @type {number} */ shares) => format(100 * shares, { maximumFractionDigits: 1, signDisplay: "exceptZero" }),
    money: (/** @type {string} */ value, /** @type {string} */ currency) => format(Number(value), { style: "currency", currency, maximumFractionDigits: 4 }),
    told: (/** @type {number | null} */ seconds) => (seconds === null ? "–" : lasting(speech, seconds)),
    /** Without marks of direction: plots are drawn from left to right. */
    shortDay: (/** @type {string} */ instant) => formatter(Intl.DateTimeFormat, place, { day: "numeric", month: "numeric" }).format(new Date(instant)).replaceAll(/[\u200e\u200f]/g, ""),
    /** A span of days, each as `2026-11-30`. */
    period: (/** @type {string} */ first, /** @type {string} */ last) => formatter(Intl.DateTimeFormat, place, { dateStyle: "medium", timeZone: "UTC" }).formatRange(new Date(first), new Date(last)),
    /** An instant by the clock of the desk. */
    inZone: (/** @type {string} */ instant, /** @type {Intl.DateTimeFormatOptions} */ how) => formatter(Intl.DateTimeFormat, place, { timeZone: zone(), ...how }).format(new Date(instant)),
  };
}
