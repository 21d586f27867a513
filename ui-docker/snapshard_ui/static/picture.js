// Makes the picture respond: it shows the details of a mark at the pointer or the focus, marks an arc and its row together, pans and zooms.
// Panning and zooming load the URL of the new window, so that the server draws it and back and forward work.
import { move } from "./moves.js";

const LEAST_BASES = 20; // of a window, as of the links under the picture
const WHEEL_PAUSE = 120; // ms without a turn of the wheel after which the window changes
const DRAG_START = 4; // pixels from which on a movement is a drag and not a click
const MARKS = ".figure .arc, .figure .bin";
const tip = Object.assign(document.createElement("div"), { id: "tip", className: "tip", hidden: true });
tip.setAttribute("role", "tooltip");
const highlights = new CSSStyleSheet();
let explained = null; // the mark that the tooltip is about

export function listenForPicture() {
  document.body.append(tip);
  document.adoptedStyleSheets.push(highlights);
  document.addEventListener("pointerover", (event) => show(event.target));
  document.addEventListener("focusin", (event) => show(event.target));
  document.addEventListener("pointerdown", startDrag);
  document.addEventListener("dragstart", (event) => event.target.closest?.(".window") && event.preventDefault());
  document.addEventListener("scroll", () => explained && place(explained), { capture: true, passive: true });
  document.addEventListener("wheel", turn, { passive: false });
  document.addEventListener("keydown", press);
}

// --- details, and the arc and the row of one junction ---

function show(target) {
  const mark = target.closest?.(MARKS) ?? target.closest?.(".figure a")?.querySelector(MARKS);
  const row = target.closest?.(".junctions tbody tr");
  highlight(mark?.dataset.name ?? row?.dataset.name);
  tip.hidden = !mark;
  explained = mark;
  if (mark) explain(mark);
}

// A style sheet of its own highlights, because the place of the pointer is no part of the page's content.
function highlight(name) {
  const junction = name ? `[data-name="${CSS.escape(name)}"]` : ":not(*)";
  highlights.replaceSync(`.arc${junction} .line { stroke-width: 7 }
    .junctions tr${junction} { background: var(--raised); box-shadow: inset 3px 0 var(--accent) }`);
}

function explain(mark) {
  const title = mark.querySelector(":scope > title");
  if (title) {
    // The browser would show the title as a second tooltip.
    mark.dataset.details = title.textContent;
    mark.closest("a")?.setAttribute("aria-label", title.textContent.replaceAll("\n", ", "));
    title.remove();
  }
  tip.textContent = mark.dataset.details;
  place(mark);
}

function place(mark) {
  const box = mark.getBoundingClientRect();
  const left = Math.max(box.left, 0) / 2 + Math.min(box.right, innerWidth) / 2 - tip.offsetWidth / 2;
  const above = box.top - tip.offsetHeight - 6;
  tip.style.left = `${Math.max(4, Math.min(left, innerWidth - tip.offsetWidth - 4))}px`;
  tip.style.top = `${above >= 4 ? above : box.bottom + 6}px`;
}

// --- the window ---

function windowOf(figure) {
  const { chrom, start, end, length, margin } = figure.dataset;
  const svg = figure.querySelector("svg");
  const box = svg.getBoundingClientRect();
  const edge = (Number(margin) * box.width) / svg.viewBox.baseVal.width;
  const bases = Number(end) - Number(start) + 1;
  return { chrom, start: Number(start), bases, length: Number(length), left: box.left + edge, pixels: box.width - 2 * edge };
}

function open(view, start, bases) {
  const size = Math.min(Math.max(LEAST_BASES, Math.round(bases)), view.length);
  const first = Math.min(Math.max(1, Math.round(start)), view.length - size + 1);
  if (first === view.start && size === view.bases) return false;
  const url = new URL(location);
  const [from, to] = [first, first + size - 1].map((base) => base.toLocaleString("en-US"));
  url.searchParams.set("q", `${view.chrom}:${from}-${to}`);
  for (const name of ["after", "page", "junction"]) url.searchParams.delete(name);
  url.hash = "";
  tip.hidden = true;
  move(url.href, { focus: "picture" });
  return true;
}

// Zooms about a place of the window: 0 is its left edge, 1 its right edge.
function zoom(figure, factor, place = 0.5) {
  const view = windowOf(figure);
  const bases = Math.min(Math.max(LEAST_BASES, view.bases * factor), view.length);
  open(view, view.start + (view.bases - bases) * place, bases);
}

function pan(figure, share) {
  const view = windowOf(figure);
  open(view, view.start + share * view.bases, view.bases);
}

// --- pointer, wheel and keys ---

function startDrag(event) {
  const figure = event.target.closest(".window");
  // A finger scrolls the page and, on a narrow screen, the picture.
  if (!figure || event.button !== 0 || event.pointerType === "touch") return;
  const svg = figure.querySelector("svg");
  const control = new AbortController();
  let distance = 0;
  const drag = (moved) => {
    distance = moved.clientX - event.clientX;
    if (Math.abs(distance) >= DRAG_START) svg.style.transform = `translateX(${distance}px)`;
  };
  const finish = (ended) => {
    control.abort();
    if (Math.abs(distance) < DRAG_START) return;
    addEventListener("click", stopClick, { capture: true, once: true });
    // The click follows at once, if the browser sends one.
    setTimeout(() => removeEventListener("click", stopClick, { capture: true }));
    const view = windowOf(figure);
    const moved = ended.type === "pointerup" && open(view, view.start - (distance / view.pixels) * view.bases, view.bases);
    if (!moved) svg.style.transform = "";
  };
  const options = { signal: control.signal };
  addEventListener("pointermove", drag, options);
  addEventListener("pointerup", finish, options);
  addEventListener("pointercancel", finish, options);
}

function stopClick(event) {
  event.preventDefault();
  event.stopPropagation();
}

let wheel = { factor: 1, timer: null };

function turn(event) {
  const figure = event.target.closest(".window");
  if (!figure || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  clearTimeout(wheel.timer);
  const view = windowOf(figure);
  const place = Math.min(Math.max(0, (event.clientX - view.left) / view.pixels), 1);
  const factor = wheel.factor * 2 ** (Math.sign(event.deltaY) / 2);
  const timer = setTimeout(() => {
    wheel = { factor: 1, timer: null };
    zoom(figure, factor, place);
  }, WHEEL_PAUSE);
  wheel = { factor, timer };
}

const KEYS = {
  ArrowLeft: (figure) => pan(figure, -0.25),
  ArrowRight: (figure) => pan(figure, 0.25),
  ArrowDown: (figure) => step(figure, 1),
  ArrowUp: (figure) => step(figure, -1),
  "+": (figure) => zoom(figure, 0.5),
  "=": (figure) => zoom(figure, 0.5),
  "-": (figure) => zoom(figure, 2),
};

function press(event) {
  if (event.key === "Escape") tip.hidden = true;
  const figure = event.target.closest?.(".window");
  const modified = event.ctrlKey || event.metaKey || event.altKey;
  if (!figure || modified || !(event.key in KEYS)) return;
  event.preventDefault();
  KEYS[event.key](figure);
}

// Moves the focus to the next mark from left to right.
function step(figure, by) {
  const left = (link) => link.getBoundingClientRect().left;
  const links = [...figure.querySelectorAll("svg a")].sort((one, other) => left(one) - left(other));
  const place = links.indexOf(document.activeElement);
  const next = place < 0 ? links[by > 0 ? 0 : links.length - 1] : links[place + by];
  next?.focus({ preventScroll: true });
}
