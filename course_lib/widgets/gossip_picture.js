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

// A dot along every line, both ways, in the colours of `told`: per line what its first end says and what its last end
// says. An end that has heard nothing yet ("") says nothing. Without `told` every end speaks, in black.
function sendMessages(svg, told) {
  const raves = 'polyline:not([stroke-width="0"], [stroke-width="7"])'; // not the walks that light up
  svg.querySelectorAll(raves).forEach((line, place) => {
    const ends = line.getAttribute("points").split(" ").map((point) => point.split(","));
    [ends, [...ends].reverse()].forEach((path, end) => {
      const colour = told ? told[place][end] : "black";
      if (!colour) return;
      const dot = document.createElementNS("http://www.w3.org/2000/svg", "circle");
      dot.setAttribute("class", "course-message");
      dot.setAttribute("r", told ? "9" : "5");
      dot.setAttribute("fill", colour);
      svg.append(dot);
      const flight = dot.animate(path.map(([x, y]) => ({ cx: `${x}px`, cy: `${y}px` })), 900);
      flight.onfinish = () => dot.remove();
    });
  });
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
    picture.querySelectorAll(".course-message").forEach((dot) => dot.remove());
    if (picture.firstChild) turn(picture.firstChild, next);
    else picture.append(next);
    if (model.get("round") > round && !still.matches) {
      sendMessages(picture.firstChild, model.get("told")?.[model.get("round")]);
    }
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
    timer = setInterval(() => (round === last ? stop() : go(round + 1)), 1600);
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
