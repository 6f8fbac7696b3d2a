// A list whose items a hand carries to another place: by mouse anywhere on an item, by thumb on its handle alone, so that
// the page still scrolls under a thumb that is elsewhere.

const FAR = 5; // pixels: a pointer that goes less far is a tap
const EDGE = 60; // pixels from the edge of the window within which the page scrolls along
const EASE = 12; // pixels a frame, at most

/**
 * Where the items stand, in pixels of the page.
 * @param {HTMLElement[]} items
 */
const placesOf = (items) =>
  items.map((item) => {
    const { top, height } = item.getBoundingClientRect();
    return { top: top + scrollY, height };
  });

/**
 * The top of an item if it stood at place `to`: the others make room for it.
 * @param {{ top: number, height: number }[]} places
 * @param {number} from
 * @param {number} to
 */
const topAt = (places, from, to) =>
  to > from ? places[to].top + places[to].height - places[from].height : places[to].top;

/**
 * The place nearest to an item that was carried `by` pixels.
 * @param {{ top: number, height: number }[]} places
 * @param {number} from
 * @param {number} by
 */
function nearest(places, from, by) {
  const far = places.map((_, to) => Math.abs(topAt(places, from, to) - places[from].top - by));
  return far.indexOf(Math.min(...far));
}

/** The click that ends a carry is none. */
function swallowClick() {
  const stop = (/** @type {Event} */ event) => {
    event.preventDefault();
    event.stopPropagation();
  };
  addEventListener("click", stop, { capture: true, once: true });
  setTimeout(() => removeEventListener("click", stop, true), 0);
}

/**
 * Shows item `from`, carried `by` pixels: the others make room for it, and the slot lies there. Gives the place.
 * @param {HTMLElement[]} items
 * @param {{ top: number, height: number }[]} places
 * @param {HTMLElement} slot
 * @param {{ from: number, by: number }} carried
 */
function showCarried(items, places, slot, { from, by }) {
  const to = nearest(places, from, by);
  const step = places[from].height + places[1].top - places[0].top - places[0].height;
  for (const [k, item] of items.entries()) {
    const shift = k === from ? by : k >= to && k < from ? step : k <= to && k > from ? -step : 0;
    item.style.transform = shift ? `translateY(${shift}px)` : "";
  }
  const top = items[0].offsetTop + topAt(places, from, to) - places[0].top;
  Object.assign(slot.style, { top: `${top}px`, height: `${places[from].height}px` });
  return to;
}

/**
 * Lets a hand carry the items of a list, at least two.
 * @param {object} options
 * @param {HTMLElement} options.list
 * @param {HTMLElement} options.slot shows the place where the item would go; over the list, hidden
 * @param {() => HTMLElement[]} options.items in their order
 * @param {string} options.handle selects what a thumb takes
 * @param {() => void} options.begin
 * @param {(from: number, to: number) => void} options.drop from one place to another, perhaps the same
 */
export function carriedByHand({ list, slot, items, handle, begin, drop }) {
  list.addEventListener("pointerdown", (down) => {
    const target = /** @type {Element} */ (down.target);
    const item = items().find((one) => one.contains(target));
    if (!item || down.button > 0 || !down.isPrimary) return;
    if (down.pointerType !== "mouse" && !target.closest(handle)) return;
    const all = items();
    const from = all.indexOf(item);
    const places = placesOf(all);
    const start = down.clientY + scrollY;
    const over = new AbortController();
    let [y, to, moving] = [down.clientY, from, false];
    const show = () => {
      to = showCarried(all, places, slot, { from, by: y + scrollY - start });
    };
    const follow = () => {
      if (over.signal.aborted) return;
      const out = y < EDGE ? y - EDGE : Math.max(0, y - (innerHeight - EDGE));
      if (out) {
        scrollBy({ top: Math.max(-EASE, Math.min(EASE, out / 4)), behavior: "instant" });
        show();
      }
      requestAnimationFrame(follow);
    };
    const end = (/** @type {boolean} */ put) => {
      over.abort();
      if (!moving) return;
      item.classList.remove("gn-carried");
      list.classList.remove("gn-carrying");
      slot.hidden = true;
      for (const one of all) one.style.transform = "";
      drop(from, put ? to : from);
    };
    const move = (/** @type {PointerEvent} */ event) => {
      if (event.pointerId !== down.pointerId) return;
      y = event.clientY;
      if (!moving && Math.abs(y + scrollY - start) < FAR) return;
      if (!moving) {
        moving = true;
        item.classList.add("gn-carried");
        list.classList.add("gn-carrying");
        slot.hidden = false;
        begin();
        follow();
      }
      show();
    };
    const up = (/** @type {PointerEvent} */ event) => {
      if (event.pointerId !== down.pointerId) return;
      if (moving) swallowClick();
      end(event.type === "pointerup");
    };
    const { signal } = over;
    addEventListener("pointermove", move, { signal });
    addEventListener("pointerup", up, { signal });
    addEventListener("pointercancel", up, { signal });
    addEventListener("keydown", (event) => event.key === "Escape" && end(false), { signal });
  });
}
