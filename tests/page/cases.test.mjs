// Generated graphs with signs, parallel edges, cycles and fractions: what the script sums, beside what the library says.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { bothSides, cancels, chosen, crossing, cutSum, eliminated, makeModel, sumWithin, sweeps, without } from "../../graphdiff/page/static/model.js";
import { drawnOf, keptNodes, modelsOf, weighted } from "../../graphdiff/page/static/scene.js";
import { goingWith, needing, reached, strongest } from "../../graphdiff/page/static/paths.js";

const file = process.env.GRAPHDIFF_PAGE_CASES;
const cases = file ? JSON.parse(readFileSync(file, "utf8")).map((one) => ({ ...one, model: makeModel(one.part) })) : [];

/** Check each graph; those with merged components, of which the total alone is known, where `merged` says so. */
function each(title, check, { merged = false } = {}) {
  test(title, { skip: file ? false : "pytest makes the graphs" }, () => {
    const known = cases.filter((one) => merged || one.nodes);
    assert.ok(known.length > 0);
    known.forEach((one, number) => check(one, (text) => `graph ${number}: ${text}`));
  });
}

function near(one, other, scale, text) {
  assert.ok(Math.abs(one - other) <= 1e-9 * scale + 1e-300, `${text}: ${one}, not ${other}`);
}

const sizeOf = (numbers) => numbers.reduce((sum, number) => sum + Math.abs(number), 0);
const nameOf = (model, node) => model.nodes[node].id;
const byText = (one, other) => (String(one) < String(other) ? -1 : 1);

each("tangents, adjoints, contributions and the total", ({ model, nodes, links, total }, say) => {
  const swept = sweeps(model);
  near(swept.total, total, Math.abs(total) + sizeOf(swept.contributions), say("total"));
  model.nodes.forEach(({ id }, node) => {
    near(swept.tangent[node], nodes[id].tangent, sizeOf(swept.tangent), say(`tangent of ${id}`));
    near(swept.adjoint[node], nodes[id].adjoint, sizeOf(swept.adjoint), say(`adjoint of ${id}`));
  });
  const named = model.links.map((link, at) => [nameOf(model, link.source), nameOf(model, link.target), swept.contributions[at]]);
  const sorted = (list) => list.sort(([a, b, x], [c, d, y]) => byText(`${a} ${b}`, `${c} ${d}`) || x - y);
  assert.equal(named.length, links.length, say("links"));
  const expected = sorted(links);
  sorted(named).forEach(([, , number], at) => near(number, expected[at][2], sizeOf(swept.contributions), say("contribution")));
});

each("at every number of drawn nodes what leaves any side is the total", ({ model, total }, say) => {
  for (let n = 2; n <= model.nodes.length; n++) {
    const drawn = eliminated(model, chosen(model, n));
    const scale = sizeOf(crossing(drawn).map(([, amount]) => amount));
    near(cutSum(drawn), total, scale, say(`${n} nodes`));
    for (let at = 1; at < drawn.nodes.length; at += 3) {
      const side = new Set(drawn.nodes.slice(0, at));
      near(cutSum(drawn, side), total, sizeOf(crossing(drawn, side).map(([, amount]) => amount)), say(`${n} nodes, ${at} before`));
    }
    if (!total || cancels(model)) assert.ok(drawn.links.every(({ share }) => share === null), say("no shares of sums that cancel"));
    else near(sizeOf(drawn.links.map((link) => link.share - link.contribution / total)), 0, 1, say("shares"));
  }
}, { merged: true });

/** Return the sum over all paths within some nodes, each walked to its end; ends may lie on the way. */
function walked({ part }, nodes) {
  const weightOf = ({ weight, approximately }) => approximately?.weight ?? weight;
  const seeds = new Map(part.ends);
  const from = (node) => (seeds.get(node) ?? 0) + part.links.filter((link) => link.source === node && nodes.has(link.target)).reduce((sum, link) => sum + weightOf(link) * from(link.target), 0);
  return part.starts.filter(([node]) => nodes.has(node)).reduce((sum, [node, seed]) => sum + seed * from(node), 0);
}

each("what runs through drawn nodes alone is what their paths sum to, listed one by one", ({ model }, say) => {
  if (!model.order) return;
  for (const n of [3, 8, 11]) {
    const kept = chosen(model, n);
    near(sumWithin(model, kept), walked(model, kept), sizeOf([...sweeps(model).contributions]) + 1, say(`${n} nodes`));
  }
});

each("of a comparison what drawn links did sums to the change, at every number of nodes", ({ compared }, say) => {
  if (!compared) return;
  const models = modelsOf(weighted(compared.part));
  for (let n = 1; n <= compared.part.nodes.length; n += 2) {
    const { before, after, links, counted } = drawnOf(models, keptNodes(models, n, { open: [], hide: [] }));
    const changes = [...links, ...counted].map(({ change }) => change);
    const scale = sizeOf([...changes, ...compared.totals]);
    [before, after].forEach(({ total }, at) => near(total, compared.totals[at], scale, say(`${n} nodes, total ${at}`)));
    near(changes.reduce((sum, change) => sum + change, 0), compared.totals[1] - compared.totals[0], scale, say(`${n} nodes`));
  }
});

each("what is for the answer and what against it", ({ model, sides }, say) => {
  if (!sides) return;
  const told = bothSides(model);
  sides.forEach((side, at) => near(told.total[at], side, Math.abs(sides[0]) + Math.abs(sides[1]), say("total")));
  assert.equal(cancels(model), sides.every((side) => side !== 0), say("cancels"));
  if (model.starts.length === 1) told.nodes[model.starts[0][0]].forEach((side, at) => near(side, sides[at], Math.abs(sides[0]) + Math.abs(sides[1]), say("start")));
});

each("links between the nodes that are left are those of eliminate", ({ model, eliminated: smaller }, say) => {
  for (const { kept, links } of smaller) {
    const drawn = eliminated(model, new Set(kept.map((name) => model.place.get(name))));
    const inner = drawn.links.filter((link) => link.target < model.nodes.length && link.source < model.nodes.length);
    const found = inner.map((link) => [nameOf(model, link.source), nameOf(model, link.target), link.weight]).sort(byText);
    assert.deepEqual(found.map(([tail, head]) => `${tail} ${head}`).sort(), links.map(([tail, head]) => `${tail} ${head}`).sort());
    const weights = new Map(links.map(([tail, head, weight]) => [`${tail} ${head}`, weight]));
    for (const [tail, head, weight] of found) near(weight, weights.get(`${tail} ${head}`), 10 + Math.abs(weight), say(`${tail} ${head}`));
  }
});

each("paths are counted through every link, and add up past every node", ({ model, nodes }, say) => {
  for (const n of [5, 10, model.nodes.length]) {
    const drawn = eliminated(model, chosen(model, n));
    for (const node of drawn.nodes.filter((place) => place < model.nodes.length && !drawn.ends.has(place))) {
      const leaving = drawn.links.filter((link) => link.source === node);
      const expected = nodes[nameOf(model, node)].paths;
      if (expected === null) assert.ok(leaving.every((link) => link.paths === null), say("walks have no number"));
      else assert.equal(leaving.reduce((sum, link) => sum + link.paths, 0), expected, say(nameOf(model, node)));
    }
  }
});

each("the nodes drawn are those of the library's pictures", ({ model, chosen: choices }, say) => {
  choices.forEach((names, at) => {
    const kept = [...chosen(model, 2 + 3 * at)].map((node) => nameOf(model, node)).sort();
    assert.deepEqual(kept, names, say(`${2 + 3 * at} nodes`));
  });
});

each("of a record that is eliminated already the same is left", ({ model, smaller, total }, say) => {
  if (!smaller) return;
  const less = makeModel(smaller);
  near(sweeps(less).total, total, sizeOf(sweeps(less).contributions), say("total"));
  const names = less.nodes.map((node) => node.id).filter((name) => model.place.has(name));
  const kept = names.filter((name, at) => at % 2 || less.starts.concat(less.ends).some(([node]) => nameOf(less, node) === name));
  const [one, other] = [less, model].map((each) => eliminated(each, new Set(kept.map((name) => each.place.get(name)))));
  assert.equal(names.length, less.nodes.length, say("nodes"));
  const expected = new Map(other.links.map((link) => [`${nameOf(model, link.source)} ${nameOf(model, link.target)}`, link]));
  assert.equal(one.links.length, expected.size, say("links"));
  for (const link of one.links) {
    const twin = expected.get(`${nameOf(less, link.source)} ${nameOf(less, link.target)}`);
    near(link.contribution, twin.contribution, sizeOf([...sweeps(model).contributions]), say("contribution"));
    assert.equal(link.paths, twin.paths, say("paths"));
    assert.equal(link.direct, twin.direct, say("direct"));
  }
});

each("the total without a node is that of what_if", ({ model, without: totals }, say) => {
  for (const [name, total] of Object.entries(totals)) {
    near(without(model, model.place.get(name)), total, sizeOf(sweeps(model).contributions), say(name));
  }
});

each("the strongest paths are those of the library", ({ model, strongest: influences }, say) => {
  const paths = strongest(model, 7);
  assert.equal(paths.length, influences.length, say("paths"));
  paths.forEach((path, at) => near(path.influence, influences[at], Math.abs(influences[at]), say(`path ${at}`)));
});

each("the strongest through a node are the strongest of all that pass it", ({ model }, say) => {
  const all = strongest(model, 40);
  for (const node of [...model.nodes.keys()].slice(1, -1)) {
    const [best] = strongest(model, 1, node);
    const expected = all.find((path) => path.nodes.includes(node));
    if (expected && model.order) near(Math.abs(best.influence), Math.abs(expected.influence), Math.abs(best.influence), say(nameOf(model, node)));
  }
});

each("what is reached, what is needed and what goes with a node", ({ model, reached: ahead, needing: behind, going }, say) => {
  const names = (set) => [...set].map((node) => nameOf(model, node)).sort();
  for (const [node, { id }] of model.nodes.entries()) {
    assert.deepEqual(names(reached(model, node)), ahead[id], say(`reached from ${id}`));
    assert.deepEqual(names(needing(model, node)), behind[id], say(`needing ${id}`));
    if (going[id]) assert.deepEqual(names(goingWith(model, node)), going[id], say(`going with ${id}`));
  }
});
