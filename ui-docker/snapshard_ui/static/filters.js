// Applies the filters above the picture while they are typed or chosen.
import { formUrl, move } from "./moves.js";

const PAUSE = 100; // ms at least between two filters that are applied while the reader types
let timer = null;
let applied = -Infinity; // when the last filter was applied

export function listenForFilters() {
  document.addEventListener("input", (event) => {
    const input = event.target;
    if (!input.closest("form.live")) return;
    clearTimeout(timer);
    const wait = input.type === "text" ? Math.max(0, applied + PAUSE - event.timeStamp) : 0;
    if (input.checkValidity()) timer = setTimeout(() => apply(input), wait);
  });
}

async function apply(input) {
  applied = performance.now();
  await move(formUrl(input.form), { focus: input.id, field: input.id });
  const copy = document.getElementById(input.id);
  if (input.type !== "text" || !copy || copy === input) return;
  // The reader may have typed on while the server drew.
  copy.value = input.value;
  copy.setSelectionRange(input.selectionStart, input.selectionEnd);
}
