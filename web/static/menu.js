// A button that shows further buttons.

import { el } from "./dom.js";
import { icon } from "./icons.js";

/**
 * Return a menu; an entry without words, or whose `shown` is false, is left out.
 * @param {string} label
 * @param {() => {words: string, sign: string, act: () => void}[]} entries asked for each time it opens
 */
export function menu(label, entries) {
  const list = el("div", { class: "menu", hidden: true });
  const button = el("button", { type: "button", class: "icon quiet", "aria-label": label, "aria-expanded": "false", click: () => show(Boolean(list.hidden)) }, icon("ellipsis"));
  const root = el("div", { class: "menus" }, button, list);

  /** @param {boolean} open */
  function show(open) {
    list.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
    if (!open) return list.replaceChildren();
    list.replaceChildren(...entries().map(({ words, sign, act }) => el("button", { type: "button", class: "quiet", click: () => {
      button.focus();
      show(false);
      act();
    } }, icon(sign), words)));
    list.querySelector("button")?.focus();
  }

  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || list.hidden) return;
    event.stopPropagation();
    button.focus();
    show(false);
  });
  root.addEventListener("focusout", (event) => {
    if (!(event.relatedTarget instanceof Node) || !root.contains(event.relatedTarget)) show(false);
  });
  return root;
}
