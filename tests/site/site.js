// Theme, search over the headings of all pages, the quiz, and the pictures that play: `render`, above, is the widget's.
const root = document.documentElement;
const themeButton = document.getElementById("theme");
function dark() {
  return root.style.colorScheme ? root.style.colorScheme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}
function setTheme(scheme) {
  if (scheme) root.style.colorScheme = scheme;
  themeButton.textContent = dark() ? "Light" : "Dark";
  themeButton.setAttribute("aria-label", `Switch to ${dark() ? "light" : "dark"} colours`);
}
try { setTheme(localStorage.getItem("course-theme")); } catch { setTheme(null); }
themeButton.addEventListener("click", () => {
  setTheme(dark() ? "light" : "dark");
  try { localStorage.setItem("course-theme", root.style.colorScheme); } catch { /* a page that may not keep anything */ }
});

const find = document.getElementById("find");
const found = document.getElementById("found");
find.addEventListener("input", () => {
  const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
  const hits = words.length
    ? headings.filter((one) => words.every((word) => `${one[1]} ${one[2]}`.toLowerCase().includes(word))).slice(0, 12)
    : [];
  found.replaceChildren(...hits.map(([target, page, words]) => {
    const line = document.createElement("li");
    const link = line.appendChild(document.createElement("a"));
    link.href = target;
    link.textContent = words || page;
    if (words) link.appendChild(document.createElement("small")).textContent = page;
    return line;
  }));
  found.hidden = !hits.length;
  document.getElementById("told").textContent = words.length ? `${hits.length} found` : "";
});
function close() { found.hidden = true; }
document.querySelector(".search").addEventListener("submit", (event) => {
  event.preventDefault();
  found.querySelector("a")?.click();
  close();
});
found.addEventListener("click", close);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") close();
  if (event.key === "/" && !/input|textarea/i.test(document.activeElement.tagName)) { event.preventDefault(); find.focus(); }
});

for (const button of document.querySelectorAll(".quiz button")) {
  button.addEventListener("click", () => {
    const answer = button.nextElementSibling;
    answer.hidden = !answer.hidden;
    button.setAttribute("aria-expanded", String(!answer.hidden));
  });
}

for (const figure of document.querySelectorAll(".player")) {
  const state = { ...JSON.parse(figure.querySelector("script").textContent), row: 0, round: 0 };
  const listeners = [];
  const slider = figure.querySelector("input");
  const [stage, caption] = [figure.querySelector(".stage"), figure.querySelector("figcaption")];
  const model = {
    get: (name) => (name === "told" ? state.told[state.row] : state[name]),
    set: (name, value) => { state[name] = value; },
    save_changes: () => { listeners.forEach((listener) => listener()); say(); },
    on: (_names, listener) => listeners.push(listener),
    off: () => {},
  };
  function say() {
    slider.value = state.round;
    caption.textContent = stage.querySelector("svg").getAttribute("aria-label");
  }
  stage.classList.add("course-gossip");
  render({ model, el: stage });
  const play = stage.querySelector("button");
  play.className = "play";
  figure.querySelector(".controls").prepend(play);
  slider.addEventListener("input", () => { model.set("round", Number(slider.value)); model.save_changes(); });
  const rows = [...figure.querySelectorAll(".controls [role=group] button")];
  rows.forEach((button, row) => button.addEventListener("click", () => {
    rows.forEach((other) => other.setAttribute("aria-pressed", String(other === button)));
    model.set("row", row);
    model.save_changes();
  }));
  say();
}

const narrow = matchMedia("(max-width: 62rem)");
const contents = document.querySelector(".columns > nav > details");
if (narrow.matches) contents.open = false;
// On paper a fold cannot be opened.
addEventListener("beforeprint", () => document.querySelectorAll("article details").forEach((fold) => { fold.open = true; }));
