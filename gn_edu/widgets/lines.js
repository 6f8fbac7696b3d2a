// What charts of recorded runs share: marks, and the colours of a still picture. Styles of the live one: lines.css.

/** A mark at (x, y). Marks differ in shape as well as in colour. */
export const mark = (k, look, x, y) =>
  `<path class="m ${look}" d="${[`M${x - 4} ${y - 4}h8v8h-8z`, `M${x} ${y - 5}l5 5-5 5-5-5z`, `M${x} ${y + 5}l5-9h-10z`, `M${x} ${y - 5}l5 9h-10z`][k % 4]}"/>`;

const COLOURS = { bn: "#00639c", ln: "#007456", in: "#a2417a", gn: "#b34700", none: "#555" };

/** The chart as a still picture, with a white ground. */
export const stillOf = (svg) => {
  const colours = Object.entries(COLOURS).map(([norm, c]) => `.n-${norm}{stroke:${c}}.m.n-${norm}{fill:${c}}`).join("");
  const style =
    ".grid{stroke:#ddd}.tick{font:12px system-ui,sans-serif;fill:#555}.line,.thin{fill:none}.line{stroke-width:2.2}.thin{stroke-width:1;opacity:.55}" +
    `.now{stroke:#999;stroke-dasharray:3 3}${colours}.d1{stroke-dasharray:6 3}.d2{stroke-dasharray:2 3}.m,.thin{stroke-dasharray:none}`;
  return svg.replace(">", `><style>${style}</style><rect width="100%" height="100%" rx="8" fill="#fff"/>`);
};
