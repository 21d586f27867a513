// Copies the text of a button and reports the result.

export function listenForCopies() {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-copy]");
    if (!button) return;
    const success = await copyText(button.dataset.copy);
    button.textContent = success ? "Copied" : "Select and copy";
    document.getElementById("said").textContent = success ? "Copied" : "The browser does not allow copying";
    setTimeout(() => (button.textContent = "Copy"), 2000);
  });
}

async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyWithSelection(text);
  }
}

// The clipboard API exists only on https pages and localhost.
function copyWithSelection(text) {
  const field = Object.assign(document.createElement("textarea"), { value: text });
  document.body.append(field);
  field.select();
  const success = document.execCommand("copy");
  field.remove();
  return success;
}
