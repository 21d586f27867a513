// Genes that begin as the search text does: the list of a combobox, after the ARIA Authoring Practices (list autocomplete).

const PAUSE = 120; // ms of rest before the server is asked
let asking = null;
let timer = 0;

export function listenForGenes() {
  document.addEventListener("input", (event) => event.target.id === "q" && later(event.target));
  document.addEventListener("keydown", (event) => event.target.id === "q" && onKey(event));
  document.addEventListener("focusout", (event) => event.target.id === "q" && close());
  document.addEventListener("mousedown", (event) => {
    const option = event.target.closest("#genes li");
    if (option) {
      event.preventDefault(); // the box keeps the focus
      choose(option);
    }
  });
}

const box = () => document.getElementById("q");
const list = () => document.getElementById("genes");
const selected = () => list().querySelector("[aria-selected=true]");

function later(input) {
  clearTimeout(timer);
  asking?.abort();
  const text = input.value.trim();
  if (!/^[A-Za-z][\w.-]*$/.test(text) || /^chr/i.test(text)) return close();
  timer = setTimeout(() => ask(text), PAUSE);
}

async function ask(prefix) {
  const { api, compilation, release } = document.getElementById("page").dataset;
  asking = new AbortController();
  try {
    const query = new URLSearchParams({ prefix, limit: 8 });
    const base = `${api}/compilations/${encodeURIComponent(compilation)}/releases/${encodeURIComponent(release)}`;
    const response = await fetch(`${base}/genes?${query}`, { signal: asking.signal });
    if (response.ok && document.activeElement === box()) open((await response.json()).genes);
  } catch {
    close(); // suggestions are a help: without them the search itself says what is wrong
  }
}

function open(genes) {
  const places = genes.map((gene) => gene.symbol);
  list().replaceChildren(...genes.map((gene, number) => option(gene, number, places)));
  list().hidden = genes.length === 0;
  const input = box();
  for (const [name, value] of Object.entries({ role: "combobox", "aria-controls": "genes", "aria-autocomplete": "list" })) input.setAttribute(name, value);
  input.setAttribute("aria-expanded", String(genes.length > 0));
  input.removeAttribute("aria-activedescendant");
  document.getElementById("said").textContent = genes.length ? `${genes.length} genes begin so; choose with the arrow keys` : "";
}

// A symbol of several places is replaced by the place, so that the choice is made here.
function option(gene, number, symbols) {
  const place = `${gene.chromosome}:${gene.start}-${gene.end}`;
  const several = symbols.filter((symbol) => symbol === gene.symbol).length > 1;
  const item = document.createElement("li");
  item.id = `gene-${number}`;
  item.setAttribute("role", "option");
  item.setAttribute("aria-selected", "false");
  item.dataset.value = several ? place : gene.symbol || gene.gene_id;
  const name = Object.assign(document.createElement("span"), { textContent: gene.symbol || gene.gene_id });
  const more = Object.assign(document.createElement("small"), { textContent: `${gene.gene_id === gene.symbol ? "" : gene.gene_id + " "}${place} ${gene.strand}` });
  item.append(name, " ", more);
  return item;
}

function onKey(event) {
  if (event.key === "Escape" && !list().hidden) {
    event.preventDefault();
    close();
  } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !list().hidden) {
    event.preventDefault();
    step(event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Enter") {
    const option = list().hidden ? null : selected();
    close();
    if (option) {
      event.preventDefault();
      choose(option);
    }
  }
}

function step(by) {
  const options = [...list().children];
  const now = options.indexOf(selected());
  const next = (now + by + options.length + (now < 0 && by < 0 ? 1 : 0)) % options.length;
  options.forEach((option, number) => option.setAttribute("aria-selected", String(number === next)));
  options[next].scrollIntoView({ block: "nearest" });
  box().setAttribute("aria-activedescendant", options[next].id);
}

function choose(option) {
  box().value = option.dataset.value;
  close();
  box().form.requestSubmit();
}

function close() {
  clearTimeout(timer);
  asking?.abort();
  if (!list() || !box()) return;
  list().hidden = true;
  if (box().hasAttribute("aria-expanded")) box().setAttribute("aria-expanded", "false");
  box().removeAttribute("aria-activedescendant");
}
