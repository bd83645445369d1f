// The graph as SVG: drawn, zoomed, hovered, and walked by keyboard. Panning is the browser's own scrolling.

import { svg } from "./elements.js";
import { layered } from "./layout.js";
import { shortened } from "./words.js";

/** Beyond so many links those of one class are one element. */
const MOST_ELEMENTS = 600;
/** Of at most so many links those have a label that find room for it, the widest first. */
const MOST_LABELS = 80;
/** What a link's place is missed by, in pixels, when it is pointed at; and what a drag moves at least. */
const NEAR = 9;
const DRAGGED = 4;
/** The smallest scale at which names can be read: below it they are not drawn. */
const READABLE = 0.35;
const COMFORTABLE = 0.75;
const LEGIBLE = 0.65;
const LETTER = 7.1;
/** Nearer to the border of the frame than this a thing is not in sight. */
const MARGIN = 24;
/** Of so many links two layouts are tried. */
const MOST_TRIED = 450;

/**
 * Return a view in a frame. A picture has `nodes` ({index, name, note, bar, classes, label}) and `links` ({source,
 * target, width, classes, note, label}), in `label` what they are called to those who hear them. `act` has `select` and
 * `hover`, each given {node} or {link} or null.
 */
export function makeView(frame, act) {
  const view = { frame, act, scale: 1, picture: null, place: null, current: null };
  view.root = svg("svg", { role: "group", "aria-label": "graph", tabindex: -1 });
  frame.append(view.root);
  view.root.addEventListener("keydown", (event) => walked(view, event));
  view.root.addEventListener("click", (event) => clicked(view, event));
  view.root.addEventListener("focusin", (event) => nodeAt(event) && focused(view, nodeAt(event)));
  view.root.addEventListener("pointermove", (event) => hovered(view, event));
  view.root.addEventListener("pointerleave", () => pointedAt(view, null));
  frame.addEventListener("scroll", () => pinned(view));
  frame.addEventListener("wheel", (event) => wheeled(view, event), { passive: false });
  draggable(view);
  return view;
}

// -- drawing

/** Draw a picture; the layout is made anew only where other nodes or links are drawn. */
export function drawPicture(view, picture) {
  const key = JSON.stringify([picture.nodes.map(({ index, name }) => [index, name]), picture.links.map(({ source, target }) => [source, target])]);
  const isNew = view.key !== key;
  view.picture = picture;
  if (isNew) {
    view.key = key;
    const sized = picture.nodes.map((node) => ({ id: node.index, width: widthOf(node), height: node.note ? 40 : 28, row: node.row }));
    view.sizes = new Map(sized.map((node) => [node.id, node]));
    view.room = room(view); // once, as a browser lays out the page for it
    view.place = laidOut(view, sized, picture.links);
  }
  const hadFocus = view.root.contains(document.activeElement);
  fillRoot(view);
  if (isNew) fit(view, undefined, view.room);
  else rescale(view, view.scale);
  restoreCurrent(view, hadFocus);
}

/** Return the layout from left to right or from top to bottom, whichever shows more at a size that can be read; rows grow upwards. */
function laidOut(view, sized, links) {
  const directions = sized.every(({ row }) => row >= 0) ? ["BT"] : links.length > MOST_TRIED ? ["LR"] : ["LR", "TB"];
  const places = directions.map((direction) => ({ ...layered(sized, links, { direction }), direction }));
  const [width, height] = view.room;
  const fits = (place) => Math.min(width / place.width, height / place.height);
  const seen = (place) => Math.min(1, width / place.width / COMFORTABLE) * Math.min(1, height / place.height / COMFORTABLE);
  return places.sort((one, other) => seen(other) - seen(one) || fits(other) - fits(one))[0];
}

/** Return the width and height that a graph may have on the screen. */
function room({ frame }) {
  return [frame.clientWidth - 28, Math.min(0.7 * window.innerHeight, 760) - 40];
}

function widthOf(node) {
  const wide = node.name.match(/[@<>%MWmw]/g)?.length ?? 0;
  return Math.max(44, LETTER * Math.max([...node.name].length + wide / 3, 0.86 * [...node.note].length) + 18);
}

function fillRoot(view) {
  const { picture, place, root } = view;
  const [width, height] = [Math.max(place.width, 40), Math.max(place.height, 40)];
  root.setAttribute("viewBox", `-12 -12 ${width + 24} ${height + 24}`);
  root.setAttribute("aria-label", picture.title);
  view.extent = [width + 24, height + 24];
  view.elements = new Map();
  const nodes = picture.nodes.map((node) => {
    const made = nodeElement(view, node);
    view.elements.set(node.index, made);
    return made;
  });
  view.cursor = svg("g", { class: "cursor" });
  const lines = svg("g", { class: "links", "aria-hidden": "true" }, ...linkElements(view));
  const labels = svg("g", { class: "labels", "aria-hidden": "true" }, ...labelElements(view));
  root.replaceChildren(svg("defs", {}, ...["", ...Object.keys(ENDS)].map(marker)), lines, (view.rows = svg("g", {}, ...rowNames(view))), view.cursor, svg("g", { class: "nodes" }, ...nodes), labels);
}

/** Return what rows are called; where they stand at the left is seen, wherever the frame is scrolled to. */
function rowNames({ picture, place }) {
  const heights = new Map(place.direction === "BT" ? picture.nodes.map(({ index, row }) => [row, place.y.get(index)]) : []);
  return [...heights].map(([row, y]) => svg("text", { class: "row", x: 0, y: y + 4 }, picture.rows[row]));
}

/** What a link ends in that is not an arrow: a bar where it works against, and by what happened to it. */
const ENDS = { minus: "M6 0 H9 V10 H6 Z", added: "M0 1 L5 5 L0 9 Z M4 1 L9 5 L4 9 Z", removed: "M1 1 L9 5 L1 9 Z", changed: "M0 5 L4.5 1 L9 5 L4.5 9 Z" };

function marker(kind) {
  const shape = ENDS[kind] ?? "M1 1 L9 5 L1 9 Z";
  const frame = { id: `end${kind}`, viewBox: "0 0 10 10", refX: 9, refY: 5, markerWidth: 8, markerHeight: 8, orient: "auto", markerUnits: "userSpaceOnUse" };
  return svg("marker", frame, svg("path", { d: shape, class: "tip" }));
}

function nodeElement(view, node) {
  const { width, height } = view.sizes.get(node.index);
  const [x, y] = [view.place.x.get(node.index), view.place.y.get(node.index)];
  const box = { width, height, x: -width / 2, y: -height / 2, rx: 6 };
  const bar = node.bar ? svg("rect", { class: "bar", x: -width / 2 + 3, y: height / 2 - 5, height: 3, width: Math.max(1, (width - 6) * Math.min(1, node.bar)) }) : null;
  const attributes = { class: `node ${node.classes}`, transform: `translate(${x} ${y})`, role: "button", tabindex: -1, "aria-label": node.label, "aria-pressed": String(node.classes.includes("selected")), "data-node": node.index };
  return svg(
    "g", attributes, svg("title", {}, node.label),
    node.classes.includes("merged") ? svg("rect", { ...box, x: box.x + 3, y: box.y - 3, class: "behind" }) : null,
    svg("rect", { ...box, class: "box" }), bar,
    svg("text", { class: "name", y: node.note ? -3 : 4 }, node.name), node.note ? svg("text", { class: "note", y: 11 }, node.note) : null,
  );
}

function linkElements(view) {
  const { picture, place } = view;
  const isMany = picture.links.length > MOST_ELEMENTS;
  const groups = new Map();
  picture.links.forEach((link, at) => {
    const key = isMany ? `${link.classes} ${Math.ceil(link.width)}` : at;
    const group = groups.get(key) ?? { ...link, width: isMany ? Math.ceil(link.width) / 1.6 : link.width, paths: [], at };
    group.paths.push(curve(place.points[at], place.direction));
    groups.set(key, group);
  });
  const byWidth = [...groups.values()].sort((one, other) => one.width - other.width);
  return byWidth.map(({ classes, width, paths, end, at }) => svg("path", { class: `link ${classes}${isMany ? " many" : ""}`, d: paths.join(""), "stroke-width": width.toFixed(2), "marker-end": isMany ? null : `url(#end${end})`, "data-link": isMany ? null : at }));
}

/** Return a short line of a kind, for a legend. */
export function sampleOf(classes) {
  const end = Object.hasOwn(ENDS, classes) ? classes : "";
  const line = svg("path", { class: `link ${classes}`, d: "M1 7H36", "stroke-width": 2.5, "marker-end": `url(#end${end})` });
  return svg("svg", { viewBox: "0 0 40 14", "aria-hidden": "true" }, line);
}

/** Return a line through points in pairs, level within a pair: there other nodes are beside it; from pair to pair it bends. */
export function curve(points, direction) {
  const at = (point) => point.map((number) => number.toFixed(1)).join(" ");
  const bend = (one, other) => {
    const middle = [(one[0] + other[0]) / 2, (one[1] + other[1]) / 2];
    return direction === "LR" ? `${at([middle[0], one[1]])} ${at([middle[0], other[1]])}` : `${at([one[0], middle[1]])} ${at([other[0], middle[1]])}`;
  };
  const isSame = (point, other) => point[0] === other[0] && point[1] === other[1];
  return points.map((point, place) => (place % 2 && isSame(point, points[place - 1]) ? "" : (place === 0 ? "M" : place % 2 ? "L" : `C${bend(points[place - 1], point)} `) + at(point))).join("");
}

/** Return the texts at links that have room beside nodes and one another: on the bend nearest to the middle that is free. */
function labelElements(view) {
  const { picture, place } = view;
  if (picture.links.length > MOST_LABELS) return [];
  const taken = picture.nodes.map(({ index }) => ({ x: place.x.get(index), y: place.y.get(index), across: view.sizes.get(index).width / 2, along: view.sizes.get(index).height / 2 }));
  const byWidth = [...picture.links.keys()].sort((one, other) => picture.links[other].width - picture.links[one].width);
  const times = new Map();
  for (const key of place.points.flatMap(bendsOf)) times.set(key, (times.get(key) ?? 0) + 1);
  return byWidth.flatMap((at) => {
    const { note, classes } = picture.links[at];
    const keys = bendsOf(place.points[at]);
    const isOwn = (bend) => times.get(keys[bend]) === 1; // others it shares with links of the same node
    const boxes = note ? onBends(place.points[at], place.direction, isOwn).map(([x, y]) => ({ x, y, across: 0.46 * LETTER * note.length + 3, along: 6 })) : [];
    const box = boxes.find(({ x, y, across, along }) => !taken.some((other) => Math.abs(x - other.x) < across + other.across && Math.abs(y - other.y) < along + other.along));
    if (!box) return [];
    taken.push(box);
    return [svg("text", { x: box.x, y: box.y + 3.5, class: `label ${classes}` }, note)];
  });
}

/** Return what names each bend of a line. */
function bendsOf(points) {
  return points.flatMap((point, at) => (at % 2 && at + 1 < points.length ? `${point} ${points[at + 1]}` : []));
}

/** Return places on the bends of a link that are its own, those first that are nearest to its middle. */
export function onBends(points, direction, isOwn = () => true) {
  const [along, across] = direction === "LR" ? [0, 1] : [1, 0];
  const places = [];
  for (let at = 1; at + 1 < points.length; at += 2) {
    if (!isOwn((at - 1) / 2)) continue;
    for (const part of [0.5, 0.68, 0.32]) {
      const [forth, aside] = [1.5 * part * (1 - part) + part ** 3, 3 * part ** 2 - 2 * part ** 3];
      const point = [];
      point[along] = points[at][along] + forth * (points[at + 1][along] - points[at][along]);
      point[across] = points[at][across] + aside * (points[at + 1][across] - points[at][across]);
      places.push({ point, away: Math.abs(at + part - points.length / 2 + 0.5) });
    }
  }
  return places.sort((one, other) => one.away - other.away).map(({ point }) => point);
}

/** Scroll in the frame alone until a node or a link is in sight. */
export function reveal(view, target) {
  const { frame, place, scale } = view;
  const [x, y] = target.link === undefined ? [place.x.get(target.node), place.y.get(target.node)] : onBends(place.points[target.link], place.direction)[0];
  if (x === undefined) return;
  const nearest = (at, from, length) => (at < from + MARGIN || at > from + length - MARGIN ? at - length / 2 : from);
  frame.scrollLeft = nearest((x + 12) * scale, frame.scrollLeft, frame.clientWidth);
  frame.scrollTop = nearest((y + 12) * scale, frame.scrollTop, frame.clientHeight);
}

// -- zooming

/** Show all that fits, but no smaller than can be read; where nodes are very many all of it. */
export function fit(view, whole = view.picture.nodes.length > 250, [width, height] = room(view)) {
  const { frame, extent } = view;
  const fits = [(width + 20) / extent[0], (height + 24) / extent[1]];
  const either = Math.max(...fits);
  const [all, some] = [Math.min(1, ...fits), either < LEGIBLE ? COMFORTABLE : Math.min(either, COMFORTABLE)];
  rescale(view, whole || all >= LEGIBLE ? Math.max(all, 0.02) : Math.max(all, some));
  const start = view.picture.nodes.find((node) => node.classes.includes("start")) ?? view.picture.nodes.reduce((most, node) => (node.bar > most?.bar ? node : (most ?? node)), null);
  if (!start) return;
  frame.scrollTop = (view.place.y.get(start.index) + 12) * view.scale - frame.clientHeight / 2;
  const across = view.place.direction === "BT" ? meanAcross(view) : view.place.x.get(start.index);
  frame.scrollLeft = (across + 12) * view.scale - frame.clientWidth / 2;
}

/** Return where nodes are across, in the mean. */
function meanAcross({ place: { x } }) {
  return [...x.values()].reduce((sum, at) => sum + at, 0) / x.size;
}

export function zoom(view, factor, at = null) {
  const { frame } = view;
  const [x, y] = at ?? [frame.clientWidth / 2, frame.clientHeight / 2];
  const before = view.scale;
  const [left, top] = [(frame.scrollLeft + x) / before, (frame.scrollTop + y) / before];
  rescale(view, Math.min(4, Math.max(0.02, before * factor)));
  frame.scrollLeft = left * view.scale - x;
  frame.scrollTop = top * view.scale - y;
}

function pinned({ frame, rows, scale }) {
  if (rows.firstChild) rows.setAttribute("transform", `translate(${frame.scrollLeft / scale} 0)`);
}

function rescale(view, scale) {
  view.scale = scale;
  view.root.style.width = `${view.extent[0] * scale}px`;
  view.root.style.height = `${view.extent[1] * scale}px`;
  view.root.classList.toggle("far", scale < READABLE);
  pinned(view);
}

function wheeled(view, event) {
  if (!event.ctrlKey && !event.metaKey) return;
  event.preventDefault();
  const box = view.frame.getBoundingClientRect();
  zoom(view, Math.exp(-event.deltaY / 300), [event.clientX - box.left, event.clientY - box.top]);
}

function draggable(view) {
  const { frame } = view;
  let from = null;
  frame.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "mouse" && event.button === 0) from = [event.clientX, event.clientY, frame.scrollLeft, frame.scrollTop];
    view.isDragged = false;
  });
  frame.addEventListener("pointermove", (event) => {
    if (!from || !event.buttons) return;
    const [x, y] = [event.clientX - from[0], event.clientY - from[1]];
    view.isDragged ||= Math.hypot(x, y) > DRAGGED;
    if (view.isDragged) [frame.scrollLeft, frame.scrollTop] = [from[2] - x, from[3] - y];
  });
  window.addEventListener("pointerup", () => (from = null));
}

// -- pointing

/** Return the link nearest to a place on the screen, or null. */
function linkAt(view, event) {
  const box = view.root.getBoundingClientRect();
  const point = [(event.clientX - box.left) / view.scale - 12, (event.clientY - box.top) / view.scale - 12];
  let [best, least] = [null, NEAR / view.scale];
  view.place.points.forEach((points, at) => {
    for (let next = 1; next < points.length; next++) {
      const away = distance(point, points[next - 1], points[next]);
      if (away < least) [best, least] = [{ link: at }, away];
    }
  });
  return best;
}

function distance([x, y], [x0, y0], [x1, y1]) {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const along = Math.max(0, Math.min(1, ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy || 1)));
  return Math.hypot(x - x0 - along * dx, y - y0 - along * dy);
}

function nodeAt({ target }) {
  const group = target.closest(".node");
  return group && { node: Number(group.dataset.node) };
}

function targetOf(view, event) {
  return nodeAt(event) ?? linkAt(view, event);
}

function clicked(view, event) {
  if (!view.isDragged) view.act.select(targetOf(view, event));
}

function hovered(view, event) {
  if (event.buttons || view.waiting) return;
  view.waiting = requestAnimationFrame(() => {
    view.waiting = null;
    pointedAt(view, targetOf(view, event));
  });
}

function pointedAt(view, target) {
  const same = view.pointed?.link === target?.link && view.pointed?.node === target?.node;
  if (same) return;
  view.pointed = target;
  view.root.classList.toggle("at-link", target?.link !== undefined);
  view.act.hover(target);
}

// -- walking by keyboard: along links, among those that leave or enter a node, among the nodes of a column

/** Return an element that stands for one link, to be focused or pointed at. */
function linkCursor(view, at) {
  const link = view.picture.links[at];
  const attributes = { class: "link lit", d: curve(view.place.points[at], view.place.direction), "stroke-width": Math.max(3, link.width + 1.5), role: "button", tabindex: -1, "aria-label": link.label, "data-at": at };
  return svg("path", attributes, svg("title", {}, link.label));
}

/** Move the focus to a node or a link, which scrolls it into sight. */
export function focusOn(view, target) {
  if (target.link === undefined) return view.elements.get(target.node)?.focus();
  const made = linkCursor(view, target.link);
  view.cursor.replaceChildren(made);
  made.focus();
  focused(view, target);
  made.setAttribute("tabindex", 0);
}

function focused(view, target) {
  for (const element of view.root.querySelectorAll('[tabindex="0"]')) element.setAttribute("tabindex", -1);
  if (target.node !== undefined) {
    view.cursor.replaceChildren();
    view.elements.get(target.node).setAttribute("tabindex", 0);
  }
  view.current = target;
  view.act.hover(target);
}

function restoreCurrent(view, hadFocus) {
  const { picture, current } = view;
  const isThere = current && (current.link === undefined ? view.elements.has(current.node) : current.link < picture.links.length);
  const target = isThere ? current : { node: (picture.nodes.find((node) => node.classes.includes("start")) ?? picture.nodes[0])?.index };
  view.current = picture.nodes.length ? target : null;
  if (!view.current) return;
  if (hadFocus) return focusOn(view, target);
  const node = target.node ?? picture.links[target.link].source;
  view.elements.get(node)?.setAttribute("tabindex", 0);
}

const STEPS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

function walked(view, event) {
  if (event.ctrlKey || event.metaKey || event.altKey || !view.current) return;
  const next = keyed(view, event.key);
  if (!next) return;
  event.preventDefault();
  if (next.act) return next.act();
  view.came = next.came ?? view.came;
  focusOn(view, next.target);
}

function keyed(view, key) {
  if (key === "Enter" || key === " ") return { act: () => (view.act.enter ?? view.act.select)(view.current) };
  if (key === "Escape") return { act: () => view.act.select(null) };
  if (key === "+" || key === "-") return { act: () => zoom(view, key === "+" ? 1.25 : 0.8) };
  if (key === "0") return { act: () => fit(view, true) };
  if (key === "Home" || key === "End") return { target: { node: view.picture.nodes.at(key === "Home" ? 0 : -1).index } };
  if (!STEPS[key]) return null;
  const [right, down] = STEPS[key];
  const [along, across] = { LR: [right, down], TB: [down, right], BT: [-down, right] }[view.place.direction];
  return view.current.link === undefined ? fromNode(view, view.current.node, along, across) : fromLink(view, view.current.link, along, across);
}

/** Return the links beside a node, the widest first. */
function beside(view, node, side) {
  const { links } = view.picture;
  return [...links.keys()].filter((at) => links[at][side] === node).sort((one, other) => links[other].width - links[one].width);
}

function fromNode(view, node, along, across) {
  if (along) {
    const [first] = beside(view, node, along > 0 ? "source" : "target");
    return first === undefined ? null : { target: { link: first }, came: along };
  }
  const [column, row] = view.place.direction === "LR" ? ["x", "y"] : ["y", "x"];
  const ordered = view.picture.nodes.map(({ index }) => index).sort((one, other) => view.place[column].get(one) - view.place[column].get(other) || view.place[row].get(one) - view.place[row].get(other));
  const next = ordered[ordered.indexOf(node) + across];
  return next === undefined ? null : { target: { node: next } };
}

function fromLink(view, at, along, across) {
  const link = view.picture.links[at];
  if (along) return { target: { node: along > 0 ? link.target : link.source } };
  const side = view.came < 0 ? "target" : "source";
  const all = beside(view, link[side], side);
  return { target: { link: all[(all.indexOf(at) + across + all.length) % all.length] } };
}

/** Show in the graph what is pointed at elsewhere, or nothing. */
export function pointAt(view, target) {
  for (const element of view.root.querySelectorAll(".hover")) element.classList.remove("hover");
  if (target?.node !== undefined) view.elements.get(target.node)?.classList.add("hover");
  if (view.cursor.contains(document.activeElement)) return;
  view.cursor.replaceChildren(...(target?.link === undefined ? [] : [linkCursor(view, target.link)]));
}

/** Return a name short enough for a box. */
export function boxName(text) {
  return shortened(text, 28);
}
