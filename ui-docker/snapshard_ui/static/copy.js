// Copies what a button names, and says that it did.

export function listenForCopies() {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-copy]");
    if (!button) return;
    const done = await copied(button.dataset.copy);
    button.textContent = done ? "Copied" : "Select and copy";
    document.getElementById("said").textContent = done ? "Copied" : "The browser does not let the page copy";
    setTimeout(() => (button.textContent = "Copy"), 2000);
  });
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedByHand(text);
  }
}

// Browsers give the clipboard only to https pages and localhost.
function copiedByHand(text) {
  const field = Object.assign(document.createElement("textarea"), { value: text });
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}
