"use strict";
// The table of a step's numbers.

function drawNumbers(data, ground, path, step) {
  const table = document.getElementById(`${path.side}-table`);
  const caption = document.createElement("caption");
  const mark = document.createElement("span");
  mark.className = "mark";
  mark.setAttribute("aria-hidden", "true");
  mark.textContent = path.side === "a" ? "● " : "■ ";
  caption.append(mark, `Path ${path.name}: ${settingWords(data, path.choice)}`);
  const head = row("", ground.names, "col");
  const body = document.createElement("tbody");
  for (const [label, values, told] of numbersRows(data, path, step)) {
    const line = row(label, values, "row");
    if (told) line.className = "told";
    body.append(line);
  }
  const top = document.createElement("thead");
  top.append(head);
  table.replaceChildren(caption, top, body);
}

function row(label, values, scope) {
  const made = document.createElement("tr");
  const cells = scope === "col" ? ["td", "th"] : ["th", "td"];
  [label, ...values].forEach((value, i) => {
    const cell = document.createElement(cells[i ? 1 : 0]);
    if (cell.tagName === "TH") cell.scope = scope;
    cell.textContent = value;
    made.append(cell);
  });
  return made;
}
