// Says below the search box, while the reader types, how the server understands the text.

const PAUSE = 150; // ms without typing before a request is sent
let request = null;
let timer = 0;

export function listenForText() {
  document.addEventListener("input", (event) => {
    if (event.target.id !== "q" || !document.getElementById("meaning")) return;
    clearTimeout(timer);
    request?.abort();
    timer = setTimeout(() => explain(event.target.value.trim()), PAUSE);
  });
}

async function explain(text) {
  const { compilation, release } = document.getElementById("page").dataset;
  const line = document.getElementById("meaning");
  request = new AbortController();
  try {
    const address = `${line.dataset.source}?${new URLSearchParams({ compilation, release, q: text })}`;
    const response = await fetch(address, { signal: request.signal });
    line.textContent = response.ok ? (await response.json()).words : "";
  } catch (error) {
    if (error.name !== "AbortError") line.textContent = ""; // the search itself reports errors
  }
}
