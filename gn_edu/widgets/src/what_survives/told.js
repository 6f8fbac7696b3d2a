// What became of the channels, in sentences: which are dead, which always on, and what the others let through against what
// each would alone, in a set of its own.
import { N_ } from "../shared/i18n.js";
import { C, fateOf } from "./model.js";

/** @typedef {import("./model.js").Places} Places */

const SAYS = {
  never: { one: N_("Channel {channels} is never active."), many: N_("Channels {channels} are never active.") },
  always: { one: N_("Channel {channels} is always active."), many: N_("Channels {channels} are always active.") },
  up: {
    one: N_("Channel {channels} rises from {from} % to {to} %."),
    many: N_("Channels {channels} rise from {from} % to {to} %."),
    rest: N_("All others rise from {from} % to {to} %."),
    mixed: N_("Channels {channels} let more through than each would alone."),
  },
  down: {
    one: N_("Channel {channels} falls from {from} % to {to} %."),
    many: N_("Channels {channels} fall from {from} % to {to} %."),
    rest: N_("All others fall from {from} % to {to} %."),
    mixed: N_("Channels {channels} let less through than each would alone."),
  },
};

/** A share in whole percent; 0 and 100 are for channels that are never and always active. */
export const percentOf = (/** @type {{ active: number }} */ place) =>
  fateOf(place) === "some" ? Math.min(99, Math.max(1, Math.round(100 * place.active))) : Math.round(place.active) * 100;

/**
 * @param {any} state
 * @param {Places} places
 * @param {import("../shared/i18n.js").Translator} tr
 */
export function sentence(state, places, tr) {
  const seen = places
    .map((place) => ({ ...place, fate: fateOf(place), from: percentOf(place.alone), to: percentOf(place) }))
    .sort((a, b) => a.channel - b.channel);
  const named = (found) => found.map(({ channel }) => channel + 1).join(", ");
  const [dead, on, rest] = ["never", "always", "some"].map((fate) => seen.filter((place) => place.fate === fate));
  const plain = (says, found) =>
    found.length && tr(found.length > 1 ? says.many : says.one, { channels: named(found) });
  const partners = dead.length === 1 && on.length === 1 && state.norm === "4" && dead[0].group === on[0].group;
  const moved = (says, found) => {
    if (!found.length) return "";
    const [{ from, to }] = found;
    const alike = found.every((place) => place.from === from && place.to === to);
    const several = !alike ? says.mixed : found.length === rest.length && found.length < C ? says.rest : says.many;
    return tr(found.length > 1 ? several : says.one, { channels: named(found), from, to });
  };
  const same = rest.filter(({ from, to }) => from === to).length;
  const all =
    new Set(rest.map(({ to }) => to)).size === 1
      ? tr("Every channel lets {to} % through, as it would alone.", { to: rest[0].to })
      : tr("Every channel lets through as much as it would alone.");
  return [
    plain(SAYS.never, dead),
    partners
      ? tr("Channel {channels}, its partner, is always active.", { channels: named(on) })
      : plain(SAYS.always, on),
    ...[SAYS.up, SAYS.down].map((says, k) =>
      moved(
        says,
        rest.filter(({ from, to }) => (k ? to < from : to > from)),
      ),
    ),
    same === C && all,
    same > 1 && same < C && tr("All others let through as much as they would alone."),
  ]
    .filter(Boolean)
    .join(" ");
}
