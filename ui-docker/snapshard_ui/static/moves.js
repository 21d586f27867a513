// Follows links between states of the page, and submits its form, by replacing #page with that of the new URL. After an error the browser
// loads the URL as it would without scripts.

const SLOW = 300; // ms after which the page shows that it is loading
let pending = null;

export function listenForMoves() {
  history.scrollRestoration = "manual";
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (link && isMove(link, event)) {
      event.preventDefault();
      move(link.href, { focus: focusAfter(link) });
    }
  });
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return; // a view handles its own form
    event.preventDefault();
    move(formUrl(event.target), { focus: "results-heading" });
  });
  addEventListener("popstate", (event) => {
    if (path(current) !== path(location)) move(location.href, { back: true, scroll: event.state?.scroll ?? 0 });
  });
}

export function formUrl(form) {
  return `${form.action}?${new URLSearchParams(new FormData(form))}`;
}

// The URL of the current content. If only the part after # changes, the browser handles it.
let current = new URL(location);

function path(url) {
  return url.pathname + url.search;
}

function isMove(link, event) {
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  const samePage = link.origin === location.origin && link.pathname === location.pathname;
  return plain && samePage && !link.hasAttribute("download") && !(link.hash && path(link) === path(location));
}

function focusAfter(link) {
  if (link.hash === "#evidence") return "evidence-heading";
  return link.classList.contains("close") ? "chosen" : "results-heading";
}

// What a reader types in one field is one state: `field` names it, and only its first move adds an entry to the history.
export async function move(url, { back = false, focus = null, scroll = null, field = null }) {
  pending?.abort();
  const control = (pending = new AbortController());
  const sign = setTimeout(() => busy(true), SLOW);
  const before = document.querySelector("[aria-current=true]")?.textContent;
  try {
    const response = await fetch(url, { signal: control.signal, headers: { Accept: "text/html" } });
    const text = await response.text();
    const page = new DOMParser().parseFromString(text, "text/html");
    show(page);
    const address = new URL(response.url);
    address.hash = new URL(url).hash;
    if (!back) remember(address, field);
    current = new URL(address);
    settle(focus, scroll, before);
  } catch (error) {
    if (error.name !== "AbortError") location.assign(url);
  } finally {
    clearTimeout(sign);
    if (pending === control) busy(false);
  }
}

function show(page) {
  document.getElementById("page").replaceWith(document.adoptNode(page.getElementById("page")));
  document.title = page.title;
}

function remember(address, field) {
  const same = path(address) === path(location) || (field !== null && history.state?.field === field);
  history.replaceState({ ...history.state, scroll: scrollY }, "");
  history[same ? "replaceState" : "pushState"]({ scroll: 0, field }, "", address);
}

// After a move, focus is on the new content, and a screen reader announces the number of results.
function settle(focus, scroll, before) {
  const heading = document.getElementById("results-heading") ?? document.querySelector("#results h1, #results h2");
  const verdict = document.querySelector("#evidence .verdict, #evidence .problem .detail");
  const trouble = document.querySelector("#results .problem .detail");
  const announced = focus === "evidence-heading" ? verdict : (trouble ?? heading);
  document.getElementById("said").textContent = announced?.textContent.replace(/\s+/g, " ").trim() ?? "";
  const row = [...document.querySelectorAll(".junctions th a")].find((link) => link.textContent === before);
  const target = focus === "chosen" ? (row ?? heading) : document.getElementById(focus);
  target?.focus({ preventScroll: true });
  if (scroll !== null) scrollTo(0, scroll);
  else target?.scrollIntoView({ block: "nearest" });
}

function busy(on) {
  document.getElementById("busy").hidden = !on;
  document.getElementById("page").toggleAttribute("aria-busy", on);
  if (on) document.getElementById("said").textContent = "Loading";
}
