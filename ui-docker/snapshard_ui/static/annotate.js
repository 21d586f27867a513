// Sends a file to the API and shows the lines that come back. Without this script the form sends it to the view.

const SHOWN = 200; // lines in the table; the download has all
const COMPLETE = "#COMPLETE";
const form = document.getElementById("annotate");
const input = document.getElementById("file");
const drop = document.getElementById("drop");
const progress = document.getElementById("progress");
const failure = document.getElementById("failure");
const stop = document.getElementById("stop");
let control = null;
let separator = "\t"; // of the file; the cells of the background follow it

form.addEventListener("submit", (event) => {
  event.preventDefault();
  annotate(input.files[0]);
});
stop.addEventListener("click", () => control?.abort());
for (const name of ["dragenter", "dragover"]) drop.addEventListener(name, (event) => mark(event, true));
for (const name of ["dragleave", "drop"]) drop.addEventListener(name, (event) => mark(event, false));
drop.addEventListener("drop", (event) => {
  if (!event.dataTransfer.files.length) return;
  input.files = event.dataTransfer.files;
  annotate(input.files[0]);
});

function mark(event, over) {
  event.preventDefault();
  drop.classList.toggle("over", over);
}

async function annotate(file) {
  control?.abort();
  control = new AbortController();
  clear();
  say(`Sending ${file.name} …`);
  stop.hidden = false;
  try {
    const response = await fetch(address(), { method: "POST", body: file, signal: control.signal });
    if (response.ok) await read(response, file.name);
    else fail((await response.json()).detail);
  } catch (error) {
    fail(error.name === "AbortError" ? "It was stopped." : `The connection was lost: ${error.message}`);
  } finally {
    stop.hidden = true;
  }
}

function address() {
  const { api, compilation, release } = document.getElementById("page").dataset;
  const tissues = [...form.querySelectorAll("[name=tissue]:checked")].map((box) => ["tissue", box.value]);
  const base = `${api}/compilations/${encodeURIComponent(compilation)}/releases/${encodeURIComponent(release)}`;
  return `${base}/junctions:annotate?${new URLSearchParams(tissues)}`;
}

// The lines are kept as they came, for the download; the first of them are shown while the rest arrives.
async function read(response, name) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const pieces = [];
  let rest = "";
  let count = 0;
  let last = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    pieces.push(part.value);
    const lines = (rest + part.value).split("\n");
    rest = lines.pop();
    for (const line of lines) {
      last = line;
      if (line.startsWith("#")) continue;
      if (count <= SHOWN) show(line, count === 0);
      count += 1;
    }
    say(`${Math.max(0, count - 1).toLocaleString("en")} lines …`);
  }
  if (!last.startsWith(COMPLETE)) return fail(last.startsWith("#") ? last.replace(/^#\s*\w+\s*/, "") : "The response ended early.");
  const rows = Math.max(0, count - 1);
  say(`${rows.toLocaleString("en")} lines annotated${rows > SHOWN ? `; the first ${SHOWN} are shown` : ""}.`);
  const link = document.getElementById("download");
  link.href = URL.createObjectURL(new Blob(pieces, { type: "text/tab-separated-values" }));
  link.download = `${name.replace(/\.gz$/, "")}.annotated.tsv`;
}

function show(line, isHead) {
  document.getElementById("lines").hidden = false;
  const row = document.createElement("tr");
  if (isHead) separator = /(.)bg_n/.exec(line)[1];
  for (const text of cells(line)) {
    const cell = document.createElement(isHead ? "th" : "td");
    if (isHead) cell.scope = "col";
    cell.textContent = text;
    row.append(cell);
  }
  document.querySelector(`#lines ${isHead ? "thead" : "tbody"}`).append(row);
}

// The cells of a line; a separator inside quotes is part of its cell.
function cells(line) {
  if (separator === " ") return line.trim().split(/ +/);
  if (separator !== ",") return line.split(separator);
  const quoted = line.match(/("([^"]|"")*"|[^,]*)(,|$)/g).slice(0, line.endsWith(",") ? undefined : -1);
  return quoted.map((text) => text.replace(/,$/, "").replace(/^"(.*)"$/s, "$1").replaceAll('""', '"'));
}

function clear() {
  failure.hidden = document.getElementById("lines").hidden = true;
  for (const part of document.querySelectorAll("#lines thead, #lines tbody")) part.replaceChildren();
}

function say(text) {
  progress.textContent = text;
}

// What has arrived is not all: it is not offered as if it were.
function fail(detail) {
  clear();
  say("");
  failure.querySelector(".detail").textContent = detail;
  failure.hidden = false;
}
