// What a person would mean: a field by its label, a button or a link by its words. Run by the driver, so that it works
// under a strict CSP and with scripts switched off. Arguments: what kind, its words, words in the same row or card.
const [kind, wanted, beside] = arguments;

const words = (text) => (text ?? "").replace(/\s+/g, " ").trim();
const KINDS = {
  field: "input:not([type=hidden], [type=submit], [type=button]), select, textarea",
  button: "button, input[type=submit], input[type=button], summary, [role=button], a.button",
  link: "a[href]",
};
const ROWS = "tr, li, dd, article, section, fieldset, form, dialog, .card, .field, .facts > div";

function labelled(field) {
  // A label may hold a badge or a help text beside its words: each part counts by itself too.
  const parts = [...(field.labels ?? [])].flatMap((label) => [label, ...label.children]);
  return [...parts.map((part) => part.textContent), field.name, field.id, field.placeholder];
}

function names(element) {
  const by = (element.getAttribute("aria-labelledby") ?? "").split(" ").map((id) => document.getElementById(id));
  const own = kind === "field" ? labelled(element) : [element.innerText, element.textContent, element.value];
  return [element.getAttribute("aria-label"), ...by.map((one) => one?.textContent), ...own, element.title]
    .map(words)
    .filter(Boolean);
}

const visible = (element) => element.checkVisibility({ visibilityProperty: true });
// Behind a modal dialog nothing can be reached.
const root = document.querySelector("dialog:modal") ?? document;
const all = [...root.querySelectorAll(KINDS[kind])].filter((element) => visible(element) && !element.disabled);

// How far one must go up to find the neighbour's words; without a neighbour all are equally near.
function distance(element) {
  let steps = 0;
  for (let row = element.closest(ROWS); row; row = row.parentElement?.closest(ROWS), steps += 1) {
    if (words(row.textContent).includes(beside) || [...row.querySelectorAll("input")].some((i) => i.value === beside)) {
      return steps;
    }
  }
  return Infinity;
}

const named = all.filter((element) => names(element).includes(wanted));
const near = beside === null ? named : named.filter((element) => distance(element) < Infinity);
if (beside !== null) near.sort((a, b) => distance(a) - distance(b));
if (near.length > 0) return near[0];
// Not there: the names that are there make a better message than none.
return [...new Set(all.map((element) => names(element)[0]).filter(Boolean))];
