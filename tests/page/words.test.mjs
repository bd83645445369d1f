// How numbers, parts and counts are said.
import assert from "node:assert/strict";
import test from "node:test";

import { amount, changeIn, costIn, howMany, percent, shortened, shown, signed, weightName, wordsFor } from "../../graphdiff/page/static/words.js";

const cases = (say, pairs) => pairs.forEach(([given, text]) => assert.equal(say(given), text));

test("numbers have four significant digits, ints all of them", () => {
  cases(shown, [[0.0102355, "0.01024"], [1977896660, "1,977,896,660"], [-2.5, "−2.5"], [1234.5678, "1,235"], [5919536.77, "5,919,537"], [0, "0"], [3e-7, "3e−7"], [1e300, "1e300"]]);
  cases(shown, [["1/3", "1/3"], [null, ""], [undefined, ""], [Infinity, "∞"], [true, "yes"], [["a", 1], "a, 1"], [{ a: 1 }, '{"a":1}']]);
});

test("a part of the whole is said in per cent, and one that would be called 0 as a power of ten", () => {
  cases(percent, [[0.7788, "77.9 %"], [-0.4, "−40.0 %"], [0, "0.0 %"], [4e-119, "4e−117 %"], [null, ""], [NaN, ""], [0.0004, "0.04 %"], [-0.00006, "−0.006 %"]]);
});

test("signs and counts", () => {
  cases(signed, [[0.5, "+0.5"], [-2, "−2"], [0, "0"]]);
  const counts = [[1, "dependencies", "1 dependency"], [1, "packages", "1 package"], [1200, "calls", "1,200 calls"], [0, "edges", "0 edges"], [1, "classes", "1 class"], [1, "matches", "1 match"]];
  counts.forEach(([number, plural, text]) => assert.equal(howMany(number, plural), text));
});

test("long names keep their ends, letters stay whole", () => {
  assert.equal(shortened("abcdefgh", 5), "ab…gh");
  assert.equal(shortened("😀😀😀😀", 3), "😀…😀");
  assert.equal(shortened("short", 5), "short");
});

test("what an edge means is said, and what no table has as it leads", () => {
  assert.equal(wordsFor("depends on").done, "is needed by");
  assert.deepEqual([{ measure: "cost" }, { edge_meaning: "feeds" }, { edge_meaning: "calls" }].map(weightName), ["cost", "partial", "weight"]);
  assert.equal(wordsFor("blames").does, "leads to");
});

test("costs of a comparison are in the unit of the larger total, those that are counted without: it stands on top", () => {
  const part = { isCompared: true, measure: "cost", unit: "s", total: 0.2, total_before: 0.4184 };
  assert.deepEqual([0.05451, 5.756e-5, 0, undefined].map((value) => costIn(part, value)), ["54.51 ms", "0.05756 ms", "0 ms", ""]);
  assert.deepEqual([0.05451, -0.05451].map((value) => changeIn(part, value)), ["+54.51 ms", "−54.51 ms"]);
  assert.equal(costIn({ ...part, total: 2 }, 0.05451), "0.05451 s");
  assert.equal(costIn({ ...part, total: "1/3", total_before: "1/2" }, 0.05451), "54.51 ms");
  assert.deepEqual([20480, 3e6].map((value) => costIn({ ...part, unit: "bytes", total: 3e6 }, value)), ["0.02048 MB", "3 MB"]);
  assert.equal(changeIn({ ...part, unit: "Ir" }, -3600120), "−3,600,120");
  assert.equal(costIn({ ...part, isCompared: false }, 5.756e-5), "57.56 us");
  assert.deepEqual([changeIn({}, 0.5), changeIn({ ...part, measure: "calls" }, 2)], ["+0.5", "+2"]);
});

test("what was measured has its unit: time and bytes in the one that fits", () => {
  const cases = [[0.74, "s", "740 ms"], [12.938467957, "s", "12.94 s"], [253e6, "ns", "253 ms"], [8.292e-6, "s", "8.292 us"], [0, "ns", "0 s"], [12345, "Ir", "12,345 Ir"], [1, "samples", "1 sample"], [22, "samples", "22 samples"], [20480, "bytes", "20.5 kB"], [999999, "bytes", "1 MB"], [512, "bytes", "512 B"], [3, undefined, "3"], [undefined, "s", ""], ["1/3", "s", "1/3"]];
  cases.forEach(([value, unit, text]) => assert.equal(amount(value, unit), text));
});
