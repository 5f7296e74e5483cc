// Draw plots as SVG, made element by element: no script of anybody else, nothing that the page's policy forbids.

const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 200;
const LEFT = 42;
const BOTTOM = 26;
const TOP = 8;
const LABEL = 108;
const WIDEST = 640;
const WHOLE_PAGE = 1180;

/** @typedef {{name: string, values: number[], tone?: string}} Series `tone` is a class that sets the colour */

/**
 * Return stacked bars, one a place of `labels`; `pick` is called with the series and the place of a bar that is clicked.
 * @param {string} title read aloud
 * @param {string[]} labels
 * @param {Series[]} series the lowest first
 * @param {(series: number, place: number) => unknown} [pick]
 */
export function stackedBars(title, labels, series, pick) {
  const tallest = Math.max(1, ...labels.map((_, place) => series.reduce((sum, one) => sum + (one.values[place] ?? 0), 0)));
  const scale = scaleTo(tallest);
  const plot = frame(title, scale, labels, String, WHOLE_PAGE);
  const slot = (width(WHOLE_PAGE) - LEFT) / labels.length;
  labels.forEach((label, place) => {
    let below = 0;
    series.forEach((one, number) => {
      const value = one.values[place] ?? 0;
      if (value === 0) return;
      const bar = draw("rect", {
        class: one.tone ?? "",
        x: LEFT + place * slot + slot * 0.1,
        width: Math.max(1, slot * 0.8),
        y: height(below + value, scale),
        height: height(below, scale) - height(below + value, scale),
      });
      bar.append(draw("title", {}, `${label}: ${one.name} ${value}`));
      if (pick) {
        bar.classList.add("pick");
        bar.addEventListener("click", () => pick(number, place));
      }
      plot.append(bar);
      below += value;
    });
  });
  return plot;
}

/**
 * Return a line through shares between 0 and 1, each with its interval.
 * @param {string} title
 * @param {string[]} labels
 * @param {{value: number, low: number, high: number}[]} points
 */
export function shares(title, labels, points) {
  const plot = frame(title, 1, labels, (value) => `${Math.round(value * 100)} %`);
  const slot = (width() - LEFT) / labels.length;
  const x = (/** @type {number} */ place) => LEFT + (place + 0.5) * slot;
  points.forEach((point, place) =>
    plot.append(draw("line", { class: "interval", x1: x(place), x2: x(place), y1: height(point.low, 1), y2: height(point.high, 1) })),
  );
  plot.append(draw("polyline", { class: "line", points: points.map((point, place) => `${x(place)},${height(point.value, 1)}`).join(" ") }));
  points.forEach((point, place) => {
    const dot = draw("circle", { class: "dot", cx: x(place), cy: height(point.value, 1), r: 4 });
    dot.append(draw("title", {}, `${labels[place]}: ${Math.round(point.value * 100)} %`));
    plot.append(dot);
  });
  return plot;
}

/**
 * Return a line through counts.
 * @param {string} title
 * @param {string[]} labels
 * @param {number[]} values
 */
export function line(title, labels, values) {
  const scale = scaleTo(Math.max(1, ...values));
  const plot = frame(title, scale, labels);
  const slot = (width() - LEFT) / Math.max(1, values.length);
  const at = values.map((value, place) => ({ x: LEFT + (place + 0.5) * slot, y: height(value, scale) }));
  plot.append(draw("polyline", { class: "line", points: at.map(({ x, y }) => `${x},${y}`).join(" ") }));
  at.forEach(({ x, y }, place) => {
    const dot = draw("circle", { class: "dot", cx: x, cy: y, r: 2.5 });
    dot.append(draw("title", {}, `${labels[place]}: ${values[place]}`));
    plot.append(dot);
  });
  return plot;
}

/**
 * Return an empty plot with its axes.
 * @param {string} title
 * @param {number} top the highest value
 * @param {string[]} labels
 * @param {(value: number) => string} [say]
 * @param {number} [widest] pixels
 */
function frame(title, top, labels, say = String, widest = WIDEST) {
  const wide = width(widest);
  const plot = draw("svg", { viewBox: `0 0 ${wide} ${HEIGHT}`, role: "img", "aria-label": title });
  for (const value of [0, top / 2, top]) {
    const y = height(value, top);
    plot.append(draw("line", { class: "axis", x1: LEFT, x2: wide, y1: y, y2: y }), draw("text", { x: LEFT - 4, y: y + 4, "text-anchor": "end" }, say(value)));
  }
  const slot = (wide - LEFT) / Math.max(1, labels.length);
  const each = Math.ceil((labels.length * LABEL) / wide);
  labels.forEach((label, place) => {
    if (place % each) return;
    plot.append(draw("text", { x: LEFT + (place + 0.5) * slot, y: HEIGHT - 6, "text-anchor": "middle" }, label));
  });
  return plot;
}

/** Return how wide a plot is drawn: as wide as it is shown, so that its words are not scaled. */
function width(widest = WIDEST) {
  return Math.min(widest, Math.max(320, window.innerWidth - 64));
}

/**
 * @param {number} value
 * @param {number} top
 */
function height(value, top) {
  return TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top);
}

/**
 * Return the next round even number, so that half of it is a whole one.
 * @param {number} tallest
 */
function scaleTo(tallest) {
  const power = 10 ** Math.floor(Math.log10(tallest));
  const step = [1, 2, 4, 6, 8, 10].find((factor) => factor * power >= tallest) ?? 10;
  return Math.max(2, step * power);
}

/**
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 * @param {string} [text]
 */
function draw(tag, attributes, text) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  if (text !== undefined) made.textContent = text;
  return made;
}
