// The page: its report as printed, and what is known of each node and link in a table.

const record = JSON.parse(document.getElementById("record").textContent);

// Returns an element with a text; texts from files are never markup.
function element(name, text = "") {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

function shown(value) {
  return typeof value === "object" ? JSON.stringify(value) : String(value ?? "");
}

// Returns a table of records: a column for each name that any of them has.
function table(title, rows) {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const made = element("table");
  made.append(element("caption", `${title}: ${rows.length}`));
  const line = (cells, kind) => {
    const row = element("tr");
    row.append(...cells.map((text) => element(kind, text)));
    return row;
  };
  made.append(line(names, "th"), ...rows.map((row) => line(names.map((name) => shown(row[name])), "td")));
  const frame = element("div");
  frame.className = "table";
  frame.append(made);
  return frame;
}

function show({ title, answer, part }) {
  const page = document.getElementById("page");
  const report = element("pre", answer.join("\n"));
  report.tabIndex = 0;
  page.append(element("h1", title), report);
  if (!part) return;
  const name = (place) => part.nodes[place].id;
  const links = part.links.map((link) => ({ ...link, source: name(link.source), target: name(link.target) }));
  page.append(table(part.words.nodes, part.nodes), table(part.words.edges, links));
}

show(record);
