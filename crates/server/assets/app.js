// What a page gains when a script runs. Every page works without this file: it only shortens ways and answers sooner.
// Words come from data attributes of #said, so that they are translated with the page.

const said = document.getElementById("said");
const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const on = (type, selector, act, root = document) =>
  root.addEventListener(type, (event) => {
    const target = event.target instanceof Element && event.target.closest(selector);
    if (target) act(event, target);
  });

/** Tells screen readers something that the page shows in another way. */
function say(text) {
  if (!said || !text) return;
  said.textContent = "";
  requestAnimationFrame(() => (said.textContent = text));
}

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `${said?.dataset.icons}#${name}`);
  svg.append(use);
  return svg;
}

// Copy ------------------------------------------------------------------------------------------------

on("click", "[data-copy], [data-copy-from]", async (_, button) => {
  const source = button.dataset.copyFrom && document.getElementById(button.dataset.copyFrom);
  try {
    await navigator.clipboard.writeText(source ? source.textContent : button.dataset.copy);
  } catch {
    say(said?.dataset.copyFailed);
    return toast(said?.dataset.copyFailed);
  }
  say(said?.dataset.copied);
  const shape = $("use", button);
  const word = $("span", button);
  if (button.dataset.done === undefined) {
    const before = word?.textContent;
    button.dataset.done = "";
    shape?.setAttribute("href", `${said?.dataset.icons}#check`);
    if (word) word.textContent = said?.dataset.copied;
    setTimeout(() => {
      delete button.dataset.done;
      shape?.setAttribute("href", `${said?.dataset.icons}#copy`);
      if (word) word.textContent = before;
    }, 1800);
  }
});

function toast(text) {
  if (!text) return;
  $(".toast")?.remove();
  const box = document.createElement("p");
  box.className = "toast";
  box.textContent = text;
  (document.querySelector("dialog:modal") ?? document.body).append(box);
  setTimeout(() => box.remove(), 6000);
}

on("click", "[data-download]", (_, button) => {
  const source = document.getElementById(button.dataset.from);
  if (!source) return;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([`${source.textContent.trim()}\n`], { type: "text/plain" }));
  link.download = button.dataset.download;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
});

// Dialogs ---------------------------------------------------------------------------------------------

/** Opens a dialog as a modal; focus returns to what opened it. */
function open(dialog) {
  if (!(dialog instanceof HTMLDialogElement)) return;
  if (dialog.open && !dialog.matches(":modal")) dialog.removeAttribute("open");
  if (!dialog.open) dialog.showModal();
}

on("click", "[data-open]", (event, trigger) => {
  const dialog = document.getElementById(trigger.dataset.open);
  if (!dialog) return;
  event.preventDefault();
  trigger.closest("details.menu")?.removeAttribute("open");
  const rail = document.getElementById("rail");
  if (rail?.matches(":popover-open")) rail.hidePopover();
  open(dialog);
});
on("click", "dialog [data-close]", (event, link) => {
  event.preventDefault();
  link.closest("dialog").close();
});
on("click", "dialog.dialog:not(:has([data-gate]))", (event, dialog) => {
  if (event.target !== dialog || !dialog.matches(":modal")) return;
  const box = dialog.getBoundingClientRect();
  const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
  if (!inside) dialog.close();
});

// A destructive act waits until the name stands in the field; the server asks for it again.
for (const form of $$("[data-confirm-name]")) {
  const field = $("[name=confirm]", form);
  const button = $("footer button", form);
  const match = () => (button.disabled = field.value.trim() !== form.dataset.confirmName.trim());
  field?.addEventListener("input", match);
  if (field && button) match();
}

// The secret: Close opens once "I have stored it" is ticked; Esc asks first.
for (const gate of $$("[data-gate]")) {
  const box = $("[data-gate-check]", gate);
  const close = $("[data-gate-close]", gate);
  const dialog = gate.closest("dialog");
  if (!box || !close) continue;
  const set = () => close.setAttribute("aria-disabled", String(!box.checked));
  box.addEventListener("change", set);
  set();
  close.addEventListener("click", (event) => {
    if (box.checked) return;
    event.preventDefault();
    box.focus();
  });
  dialog?.addEventListener("cancel", (event) => {
    event.preventDefault();
    if (box.checked || confirm(said?.dataset.secret)) location.assign(close.href);
  });
  // A second Esc closes a dialog whatever the page says; the secret must not be lost to it.
  dialog?.addEventListener("close", () => setTimeout(() => open(dialog)));
}
$$("dialog[data-modal]").forEach(open);
// A link of another page may lead to a dialog of this one.
if (location.hash) open(document.getElementById(location.hash.slice(1)));

// Menus -----------------------------------------------------------------------------------------------

document.addEventListener("click", (event) => {
  for (const menu of $$("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  const menu = event.target instanceof Element && event.target.closest("details.menu[open]");
  if (!menu) return;
  const items = $$(".item", menu);
  const at = items.indexOf(document.activeElement);
  if (event.key === "Escape") {
    menu.open = false;
    $("summary", menu).focus();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    const step = event.key === "ArrowDown" ? 1 : -1;
    items.at((at + step + items.length) % items.length)?.focus();
  } else return;
  event.stopPropagation();
});

// Verdicts: the server looks at a value and says what it thinks, beside the field. ------------------------
// Asked with POST form_token + value; answers { tone, text, image? }.

const asked = new WeakMap();

async function check(input, url) {
  const verdict = $(".verdict", input.closest(".uri, .field"));
  const value = input.value.trim();
  if (!verdict || asked.get(input) === value) return;
  asked.set(input, value);
  if (!value) return verdict.replaceChildren();
  const show = (tone, text, shape) => {
    if (asked.get(input) !== value) return;
    verdict.dataset.tone = tone;
    const words = document.createElement("span");
    words.textContent = text;
    verdict.replaceChildren(icon(shape), words);
  };
  show("", said?.dataset.checking, "clock");
  try {
    const token = input.form?.elements.namedItem("form_token")?.value ?? "";
    const body = new URLSearchParams({ form_token: token, value });
    const answer = await fetch(url, { method: "POST", body, headers: { accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const { tone, text, image } = await answer.json();
    if (asked.get(input) === value) {
      $(".fault", input.closest(".uri, .field"))?.remove();
      input.removeAttribute("aria-invalid");
    }
    show(tone, text, { good: "check-circle", warn: "warning", bad: "x-circle" }[tone] ?? "info");
    const picture = document.getElementById(input.dataset.logoPreview ?? "");
    if (picture && image) picture.replaceChildren(Object.assign(new Image(), { src: image, alt: "" }));
  } catch {
    asked.delete(input);
    show("", said?.dataset.checkFailed, "info");
  }
}
on("change", "input[data-check-url]", (_, input) => check(input, input.dataset.checkUrl));
on("change", "[data-uris][data-check-url] input", (_, input) => check(input, input.closest("[data-uris]").dataset.checkUrl));

// Lists of addresses: add, remove, paste many lines at once. ---------------------------------------------

function addRow(list, value = "") {
  const rows = $$(".uri", list);
  const last = rows.at(-1);
  const row = last.cloneNode(true);
  const input = $("input", row);
  $(".fault", row)?.remove();
  $(".verdict", row)?.replaceChildren();
  input.removeAttribute("aria-invalid");
  input.removeAttribute("aria-describedby");
  input.value = value;
  input.defaultValue = "";
  last.after(row);
  number(list);
  return input;
}

function number(list) {
  $$(".uri", list).forEach((row, index) => {
    const input = $("input", row);
    input.id = `f-${list.dataset.uris}-${index + 1}`;
    input.setAttribute("aria-label", input.getAttribute("aria-label").replace(/\d+(?=\D*$)/, String(index + 1)));
  });
}

on("click", "[data-add-uri]", (_, button) => addRow(button.closest("[data-uris]")).focus());
on("click", "[data-remove-uri]", (_, button) => {
  const list = button.closest("[data-uris]");
  const row = button.closest(".uri");
  const input = $("input", row);
  if ($$(".uri", list).length === 1) {
    input.value = "";
    $(".verdict", row)?.replaceChildren();
    return input.focus();
  }
  const next = row.nextElementSibling ?? row.previousElementSibling;
  row.remove();
  number(list);
  $("input", next)?.focus();
  list.dispatchEvent(new Event("input", { bubbles: true }));
});
on("paste", "[data-uris] input", (event, input) => {
  const lines = (event.clipboardData?.getData("text") ?? "").split(/[\s,;]+/).filter(Boolean);
  if (lines.length < 2) return;
  event.preventDefault();
  const list = input.closest("[data-uris]");
  const rest = input.value ? lines : lines.slice(1);
  if (!input.value) input.value = lines[0];
  const filled = [input, ...rest.map((line) => addRow(list, line))];
  list.dispatchEvent(new Event("input", { bubbles: true }));
  if (list.dataset.checkUrl) for (const one of filled) check(one, list.dataset.checkUrl);
  filled.at(-1).focus();
});

// Scopes: search, all of an API, and what the consent page will say. -------------------------------------

for (const picker of $$("[data-picker]")) {
  const boxes = $$(".scope input", picker);
  const counter = $("[data-scope-count]", picker);
  const refresh = () => {
    for (const group of $$("[data-group]", picker)) {
      const own = $$(".scope input", group);
      const all = $("[data-scope-all]", group);
      const ticked = own.filter((box) => box.checked).length;
      if (!all) continue;
      all.checked = ticked === own.length;
      all.indeterminate = ticked > 0 && ticked < own.length;
    }
    const chosen = boxes.filter((box) => box.checked);
    if (counter) {
      const { none, one, many } = counter.dataset;
      const count = chosen.length;
      counter.textContent = count === 0 ? none : (count === 1 ? one : many).replace("0", String(count));
    }
    const names = new Set(chosen.map((box) => box.value));
    for (const line of $$("[data-preview-scope]")) line.hidden = !names.has(line.dataset.previewScope);
  };
  on("change", "[data-scope-all]", (_, all) => {
    for (const scope of $$(".scope", all.closest("[data-group]"))) if (!scope.hidden) $("input", scope).checked = all.checked;
  }, picker);
  picker.addEventListener("change", refresh);
  $("[data-scope-search]", picker)?.addEventListener("input", ({ target }) => {
    const words = target.value.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const group of $$("[data-group]", picker)) {
      const scopes = $$(".scope", group);
      for (const scope of scopes) {
        const text = scope.textContent.toLowerCase();
        scope.hidden = !words.every((word) => text.includes(word));
        found += scope.hidden ? 0 : 1;
      }
      group.hidden = scopes.every((scope) => scope.hidden);
    }
    $("[data-scope-none]", picker).hidden = found > 0;
    say(said?.dataset.shown?.replace("0", String(found)));
  });
  // Enter in the search must not send the form around it.
  $("[data-scope-search]", picker)?.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
  refresh();
}

// What is typed appears at once wherever the page repeats it.
on("input", "[data-mirrored]", (_, input) => {
  for (const echo of $$(`[data-mirror="${input.name}"]`)) echo.textContent = input.value.trim() || echo.dataset.empty || "…";
});

// The preview's tile has the first letter of the name, until there is a logo.
on("input", "[data-mirrored]", (_, input) => {
  for (const tile of $$(`[data-initial-of="${input.name}"]`)) {
    if (!$("img", tile)) tile.textContent = [...input.value.trim()][0] ?? "…";
  }
});

// Where the preview says that the browser goes: the host of the first address in the list.
on("input", "[data-uris]", (_, list) => {
  const first = $$("input", list).map((input) => input.value.trim()).find(Boolean);
  let host = "";
  try {
    host = new URL(first).host;
  } catch {
    // Not complete yet.
  }
  for (const place of $$(`[data-host-of="${list.dataset.uris}"]`)) place.textContent = host || "…";
});

// Forms: say so before unsaved work is lost. --------------------------------------------------------------

let dirty = false;
// A file is read here and sent as text, like everything else in the form.
on("change", "input[data-read-into]", async (_, input) => {
  const [file] = input.files;
  const field = document.getElementById(input.dataset.readInto);
  if (!file || !field) return;
  field.value = await file.text();
  field.dispatchEvent(new Event("input", { bubbles: true }));
});

on("input", "form[data-dirty]", () => (dirty = true));
on("submit", "form", () => (dirty = false));
addEventListener("beforeunload", (event) => {
  if (dirty) event.preventDefault();
});
document.getElementById("faults")?.focus();

// Lists: the next page is appended in place. --------------------------------------------------------------

on("click", "[data-more] a", async (event, link) => {
  const holder = link.closest("[data-more]");
  const list = document.getElementById(holder.dataset.more);
  if (!list || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  link.setAttribute("aria-disabled", "true");
  try {
    const answer = await fetch(link.href, { headers: { accept: "text/html" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const rows = [...(page.getElementById(holder.dataset.more)?.children ?? [])];
    list.append(...rows);
    relative();
    const next = $(`[data-more="${holder.dataset.more}"]`, page);
    if (next) holder.replaceWith(next);
    else holder.remove();
    rows[0]?.querySelector("a, button")?.focus();
  } catch {
    location.assign(link.href);
  }
});

// Times: "3 minutes ago", kept fresh; the exact time stays on hover. --------------------------------------

const STEPS = [["year", 31_536_000], ["month", 2_592_000], ["week", 604_800], ["day", 86_400], ["hour", 3600], ["minute", 60]];

function relative() {
  const words = new Intl.RelativeTimeFormat(document.documentElement.lang || "en", { numeric: "auto" });
  for (const time of $$("time[data-relative]")) {
    const seconds = (Date.parse(time.dateTime) - Date.now()) / 1000;
    if (Number.isNaN(seconds)) continue;
    const [unit, size] = STEPS.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
    time.textContent = words.format(unit === "second" ? Math.round(seconds / 10) * 10 : Math.trunc(seconds / size), unit);
  }
}
relative();
setInterval(relative, 30_000);

// Keys: never while something is being typed, never inside a dialog. --------------------------------------

let pending = "";
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "s") {
    const form = event.target.closest?.("form[method=post]") ?? $("main form[data-dirty]");
    if (!form) return;
    event.preventDefault();
    return form.requestSubmit();
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.target.closest?.("input, textarea, select, [contenteditable], dialog")) return;
  const key = pending + event.key;
  pending = "";
  const rail = (path) => $(`.rail a[href="${path}"]`);
  const target = {
    "/": () => $("[data-search], main input[type=search]")?.focus(),
    c: () => $("a[data-create], button[data-create]")?.click(),
    ga: () => rail("/apps/store-apps")?.click(),
    gc: () => rail("/apps/connected-apps")?.click(),
    gr: () => rail("/review")?.click(),
    j: () => $("a[data-next]")?.click(),
    k: () => $("a[data-previous]")?.click(),
    "?": () => open(document.getElementById("shortcuts")),
  }[key];
  if (target) {
    event.preventDefault();
    target();
  } else if (event.key === "g") {
    pending = "g";
    setTimeout(() => (pending = ""), 1200);
  }
});
