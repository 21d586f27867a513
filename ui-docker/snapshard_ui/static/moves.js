// Follows links between states of the page, and its form, by replacing #page with the one of the new URL. What goes wrong here is left
// to the browser: it loads the URL as it would have without a script.

const SLOW = 1000; // ms after which a person is told that the page is loading
let underWay = null;

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
    event.preventDefault();
    const query = new URLSearchParams(new FormData(event.target));
    move(`${event.target.action}?${query}`, { focus: "results-heading" });
  });
  addEventListener("popstate", (event) => {
    if (path(shown) !== path(location)) move(location.href, { back: true, scroll: event.state?.scroll ?? 0 });
  });
}

// Where the page was when it was last shown: a change of only the part behind # is the browser's own business.
let shown = new URL(location);

function path(url) {
  return url.pathname + url.search;
}

function isMove(link, event) {
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  const ours = link.origin === location.origin && link.pathname === location.pathname;
  return plain && ours && !link.hasAttribute("download") && !(link.hash && path(link) === path(location));
}

function focusAfter(link) {
  if (link.hash === "#evidence") return "evidence-heading";
  return link.classList.contains("close") ? "chosen" : "results-heading";
}

async function move(url, { back = false, focus = null, scroll = null }) {
  underWay?.abort();
  const control = (underWay = new AbortController());
  const sign = setTimeout(() => busy(true), SLOW);
  const before = document.querySelector("[aria-current=true]")?.textContent;
  try {
    const response = await fetch(url, { signal: control.signal, headers: { Accept: "text/html" } });
    const text = await response.text();
    const page = new DOMParser().parseFromString(text, "text/html");
    show(page);
    const address = new URL(response.url);
    address.hash = new URL(url).hash;
    if (!back) remember(address);
    shown = new URL(address);
    settle(focus, scroll, before);
  } catch (error) {
    if (error.name !== "AbortError") location.assign(url);
  } finally {
    clearTimeout(sign);
    if (underWay === control) busy(false);
  }
}

function show(page) {
  document.getElementById("page").replaceWith(document.adoptNode(page.getElementById("page")));
  document.title = page.title;
}

function remember(address) {
  history.replaceState({ scroll: scrollY }, "");
  const same = path(address) === path(location);
  history[same ? "replaceState" : "pushState"]({ scroll: 0 }, "", address);
}

// After a move the keyboard stands where the new things are, and a screen reader hears how many there are.
function settle(focus, scroll, before) {
  const heading = document.getElementById("results-heading") ?? document.querySelector("#results h1, #results h2");
  const verdict = document.querySelector("#evidence .verdict, #evidence .problem .detail");
  const trouble = document.querySelector("#results .problem .detail");
  const said = focus === "evidence-heading" ? verdict : (trouble ?? heading);
  document.getElementById("said").textContent = said?.textContent.replace(/\s+/g, " ").trim() ?? "";
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
