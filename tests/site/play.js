// A quiz that answers, and pictures that play: `render`, above, is the widget's own.
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
