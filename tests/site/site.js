// Theme, and search over the headings of all pages.
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

const narrow = matchMedia("(max-width: 62rem)");
const contents = document.querySelector(".columns > nav > details");
if (narrow.matches) contents.open = false;
// On paper a fold cannot be opened.
addEventListener("beforeprint", () => document.querySelectorAll("article details").forEach((fold) => { fold.open = true; }));
