// One slide at a time: arrow keys, space, Home and End; N shows the notes. The place is kept in the address.
const all = [...document.querySelectorAll(".slide")];
const notes = document.getElementById("notes");
let now = Math.min(all.length, Number(location.hash.slice(1)) || 1) - 1;

function show(to) {
  now = Math.max(0, Math.min(all.length - 1, to));
  all.forEach((slide, place) => slide.classList.toggle("now", place === now));
  history.replaceState(null, "", `#${now + 1}`);
  document.getElementById("place").textContent = `${now + 1} of ${all.length}`;
  all[now].focus({ preventScroll: true });
}
function toggle() {
  const on = notes.getAttribute("aria-pressed") !== "true";
  notes.setAttribute("aria-pressed", String(on));
  document.querySelectorAll("aside").forEach((aside) => { aside.hidden = !on || !aside.textContent; });
}
document.getElementById("back").addEventListener("click", () => show(now - 1));
document.getElementById("on").addEventListener("click", () => show(now + 1));
notes.addEventListener("click", toggle);
addEventListener("keydown", (event) => {
  if (/input|button|summary/i.test(event.target.tagName) && event.key !== "PageDown" && event.key !== "PageUp") return;
  const step = { ArrowRight: now + 1, PageDown: now + 1, " ": now + 1, ArrowLeft: now - 1, PageUp: now - 1, Home: 0, End: all.length };
  if (event.key in step) { event.preventDefault(); show(step[event.key]); }
  if (event.key.toLowerCase() === "n") toggle();
});
show(now);
