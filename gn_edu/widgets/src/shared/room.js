// The room that a drawing has, for those that are drawn as wide as their place.

/**
 * now() gives the width of `element` and the size of its type, in pixels; a widget that is not in the page yet has neither.
 * draw() is called when one of them changed.
 * @param {HTMLElement} body of the widget: large type makes it higher
 * @param {HTMLElement} element
 * @param {() => void} draw
 */
export function watchRoom(body, element, draw) {
  const now = () => ({
    width: Math.floor(element.clientWidth) || 320,
    font: Number.parseFloat(getComputedStyle(element).fontSize) || 15,
  });
  let seen = "";
  const observer = new ResizeObserver(() => {
    const { width, font } = now();
    if (seen === `${width} ${font}`) return;
    seen = `${width} ${font}`;
    draw();
  });
  observer.observe(body);
  return { now, stop: () => observer.disconnect() };
}
