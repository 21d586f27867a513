// Suggests genes whose symbol or ID starts with the search text: a combobox as in the ARIA Authoring Practices (list autocomplete).

const PAUSE = 120; // ms without typing before a request is sent
let request = null;
let timer = 0;

export function listenForGenes() {
  document.addEventListener("input", (event) => event.target.id === "q" && schedule(event.target));
  document.addEventListener("keydown", (event) => event.target.id === "q" && onKey(event));
  document.addEventListener("focusout", (event) => event.target.id === "q" && close());
  document.addEventListener("mousedown", (event) => {
    const option = event.target.closest("#genes li");
    if (option) {
      event.preventDefault(); // keep the focus in the box
      choose(option);
    }
  });
}

const box = () => document.getElementById("q");
const list = () => document.getElementById("genes");
const selected = () => list().querySelector("[aria-selected=true]");

function schedule(input) {
  clearTimeout(timer);
  request?.abort();
  const text = input.value.trim();
  // No gene is suggested for a chromosome, a region or a number; a name may have any other letters.
  if (!text || /^chr/i.test(text) || /^\d+$/.test(text) || /:\s*[\d,]+/.test(text)) return close();
  timer = setTimeout(() => suggest(text), PAUSE);
}

async function suggest(prefix) {
  const { api, compilation, release } = document.getElementById("page").dataset;
  request = new AbortController();
  try {
    const query = new URLSearchParams({ prefix, limit: 8 });
    const base = `${api}/compilations/${encodeURIComponent(compilation)}/releases/${encodeURIComponent(release)}`;
    const response = await fetch(`${base}/genes?${query}`, { signal: request.signal });
    if (response.ok && document.activeElement === box()) open((await response.json()).genes);
  } catch {
    close(); // suggestions are optional; the search itself reports errors
  }
}

function open(genes) {
  const symbols = genes.map((gene) => gene.symbol);
  list().replaceChildren(...genes.map((gene, number) => option(gene, number, symbols)));
  list().hidden = genes.length === 0;
  const input = box();
  for (const [name, value] of Object.entries({ role: "combobox", "aria-controls": "genes", "aria-autocomplete": "list" })) input.setAttribute(name, value);
  input.setAttribute("aria-expanded", String(genes.length > 0));
  input.removeAttribute("aria-activedescendant");
  document.getElementById("said").textContent = genes.length ? `${genes.length} matching genes; choose with the arrow keys` : "";
}

// If several genes share a symbol, the option inserts the position, so that the search is not ambiguous.
function option(gene, number, symbols) {
  const position = `${gene.chromosome}:${gene.start}-${gene.end}`;
  const several = symbols.filter((symbol) => symbol === gene.symbol).length > 1;
  const item = document.createElement("li");
  item.id = `gene-${number}`;
  item.setAttribute("role", "option");
  item.setAttribute("aria-selected", "false");
  item.dataset.value = several ? position : gene.symbol || gene.gene_id;
  const name = Object.assign(document.createElement("span"), { textContent: gene.symbol || gene.gene_id });
  const more = Object.assign(document.createElement("small"), { textContent: `${gene.gene_id === gene.symbol ? "" : gene.gene_id + " "}${position} ${gene.strand}` });
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
  request?.abort();
  if (!list() || !box()) return;
  list().hidden = true;
  if (box().hasAttribute("aria-expanded")) box().setAttribute("aria-expanded", "false");
  box().removeAttribute("aria-activedescendant");
}
