// ipywidgets names neither the handle of a slider nor a group of buttons, and says which button is pressed by colour
// alone. JupyterLab takes arrow keys from what has the focus, unless just that element says no: its parents are not
// asked.
function set(element, attribute, value) {
  if (element.getAttribute(attribute) !== value) element.setAttribute(attribute, value);
}
function render({ model, el }) {
  function name(box) {
    for (const control of box.querySelectorAll("input, button, [role=slider]")) {
      set(control, "data-lm-suppress-shortcuts", "true");
    }
    for (const handle of box.querySelectorAll("[role=slider]")) {
      const label = handle.closest(".widget-hbox")?.querySelector("label");
      if (label) set(handle, "aria-label", label.textContent);
    }
    // The element that stays, not what is put into it: a screen reader says what changes in a place it knows.
    for (const view of box.querySelectorAll(".widget-html:not(.course-quiet) > .widget-html-content")) {
      set(view, "aria-live", "polite");
    }
    for (const group of box.querySelectorAll(".widget-toggle-buttons")) {
      set(group, "role", "group");
      set(group, "aria-label", group.querySelector(":scope > label").textContent);
    }
    for (const button of box.querySelectorAll(".widget-toggle-button")) {
      set(button, "aria-pressed", String(button.classList.contains("mod-active")));
    }
  }
  function arrive() {
    const box = el.closest(".course-live");
    if (!box) return requestAnimationFrame(arrive);
    new MutationObserver(() => name(box)).observe(
      box, { childList: true, subtree: true, attributeFilter: ["class"] });
    name(box);
  }
  // JupyterLab hides the stored pictures below by our style sheet. Elsewhere the kernel has to take them away; where
  // the view is can be seen once it stands on the page.
  function tell() {
    if (el.isConnected && !el.closest(".jp-OutputArea")) model.send("alive");
    else if (!el.isConnected) waiting = setTimeout(tell, 200);
  }
  let waiting = setTimeout(tell);
  arrive();
  return () => clearTimeout(waiting);
}
export default { render };
