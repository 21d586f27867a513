// Applies the filters above the picture while they are typed or chosen.
import { formUrl, move } from "./moves.js";

const PAUSE = 100; // ms without a key after which a filter is applied
let timer = null;

export function listenForFilters() {
  document.addEventListener("input", (event) => {
    const input = event.target;
    if (!input.closest("form.live")) return;
    clearTimeout(timer);
    if (input.checkValidity()) timer = setTimeout(() => apply(input), input.type === "text" ? PAUSE : 0);
  });
}

async function apply(input) {
  await move(formUrl(input.form), { focus: input.id });
  const copy = document.getElementById(input.id);
  if (input.type !== "text" || !copy || copy === input) return;
  // The reader may have typed on while the server drew.
  copy.value = input.value;
  copy.setSelectionRange(input.selectionStart, input.selectionEnd);
}
