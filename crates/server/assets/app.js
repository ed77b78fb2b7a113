// What a page gains when a script runs. Every page works without this file.

const said = document.getElementById("said");

/** Tells screen readers something that the page shows in another way. */
function say(text) {
  if (said) said.textContent = text ?? "";
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy], [data-copy-from]");
  if (!button) return;
  const source = button.dataset.copyFrom && document.getElementById(button.dataset.copyFrom);
  try {
    await navigator.clipboard.writeText(source ? source.textContent : button.dataset.copy);
    say(said?.dataset.copied);
    button.dataset.done = "";
    setTimeout(() => delete button.dataset.done, 1600);
  } catch {
    say(said?.dataset.copyFailed);
  }
});
