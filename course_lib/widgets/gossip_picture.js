// Shows one page of SVG, and turns it into the next: both have the same shapes in the same order, so the browser only
// copies attributes, and the style sheet lets colours and widths glide. Everything drawn comes from Python.
const still = matchMedia("(prefers-reduced-motion: reduce)");

function turn(shown, next) {
  const fresh = [next, ...next.querySelectorAll("*")];
  [shown, ...shown.querySelectorAll("*")].forEach((shape, place) => {
    for (const { name, value } of fresh[place].attributes) {
      if (name !== "id" && shape.getAttribute(name) !== value) shape.setAttribute(name, value);
    }
    if (!shape.children.length && shape.textContent !== fresh[place].textContent) {
      shape.textContent = fresh[place].textContent;
    }
  });
}

// A dot from each end of every line to the other: in a round of gossip each node hears its neighbours.
function sendMessages(svg) {
  for (const line of svg.querySelectorAll("polyline")) {
    const ends = line.getAttribute("points").split(" ").map((point) => point.split(","));
    for (const path of [ends, [...ends].reverse()]) {
      const dot = document.createElementNS("http://www.w3.org/2000/svg", "circle");
      dot.setAttribute("r", "5");
      svg.append(dot);
      const flight = dot.animate(path.map(([x, y]) => ({ cx: `${x}px`, cy: `${y}px` })), 600);
      flight.onfinish = () => dot.remove();
    }
  }
}

function render({ model, el }) {
  el.dataset.lmSuppressShortcuts = "true"; // JupyterLab leaves the keys pressed in here alone
  const picture = document.createElement("div");
  const play = document.createElement("button");
  play.className = "jupyter-button widget-button";
  let round = model.get("round");
  let timer = null;

  function draw() {
    const text = model.get("pages")[model.get("row")][model.get("round")];
    const next = new DOMParser().parseFromString(text, "text/html").querySelector("svg");
    picture.querySelectorAll("svg > circle:not([fill])").forEach((dot) => dot.remove());
    if (picture.firstChild) turn(picture.firstChild, next);
    else picture.append(next);
    if (model.get("round") > round && !still.matches) sendMessages(picture.firstChild);
    round = model.get("round");
  }
  function go(to) {
    model.set("round", to);
    model.save_changes();
  }
  function stop() {
    clearInterval(timer);
    timer = null;
    play.textContent = "Play the rounds";
  }
  play.addEventListener("click", () => {
    if (timer !== null) return stop();
    const last = model.get("pages")[model.get("row")].length - 1;
    go(round === last ? 0 : round + 1);
    play.textContent = "Stop";
    timer = setInterval(() => (round === last ? stop() : go(round + 1)), 1200);
  });
  model.on("change:round change:row change:pages", draw);
  stop();
  draw();
  el.append(play, picture);
  return () => {
    clearInterval(timer);
    model.off("change:round change:row change:pages", draw);
  };
}

export default { render };
