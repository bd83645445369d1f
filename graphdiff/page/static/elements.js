// Elements of the page: texts from files are text nodes and attributes, never markup.

const SVG = "http://www.w3.org/2000/svg";

/** Return an element: attributes that are false, null or undefined are left out, functions become listeners. */
export function html(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

export function svg(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

function filled(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (typeof value === "function") made.addEventListener(name, value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

/** Return a button that does something. */
export function button(text, click, attributes = {}) {
  return html("button", { type: "button", click, ...attributes }, text);
}
