"""What students write and MicroPython does not know, in words that it knows; the number of every line stays.

Stars in tuples, lists, sets, dicts and indices, `/` in signatures, tensors in f-strings, `x *= 2` in place, `1 < x`,
`t[::-1]`, float(t), and keywords of zip, print and sum. The names that stand instead are those of stand_ins.NAMES.

And `while True:` calls bool. WebKit ends a worker at the next call from wasm to JavaScript; a loop like
`while True: pass` makes none, and would go on unseen as long as the page is open.
"""

import builtins

from .stand_ins import NAMES

_KEYWORDS = "and as assert del elif else except for from if import in is lambda not or raise return while with yield"
_BLOCKS = "if elif else for while with try except finally def class match async".split()
_WORDS, _COMPARISONS = _KEYWORDS.split(), "< > <= >= == !=".split()
_LONG = "**= //= >>= <<= ... ** // -> := += -= *= /= %= @= &= |= == != <= >=".split()
_IN_PLACE = {"*=": "mul", "/=": "truediv", "//=": "floordiv", "**=": "pow", "%=": "mod", "@=": "matmul"}
_KEYS = {"zip": "strict", "sum": "start"}


for _name, _f in NAMES.items():
    setattr(builtins, _name, _f)


def _string(source, k):
    """The place behind the string that begins at k."""
    mark = source[k] * 3 if source[k : k + 3] == source[k] * 3 else source[k]
    k += len(mark)
    while k < len(source) and source[k : k + len(mark)] != mark:
        k += 2 if source[k] == "\\" else 1
    return k + len(mark)


def _letter(source, k):
    char = source[k : k + 1]
    return char.isalpha() or char.isdigit() or char == "_" or char > "\x7f"


def _scanned(source):
    """The pieces, each with the spaces and comments before it, and whether it is a name, a number, a string or none."""
    found, kinds, k, depth = [], [], 0, 0
    while k < len(source):
        first = k
        while k < len(source) and (source[k] in " \t\r\\#" or depth and source[k] == "\n"):
            if source[k] == "#":
                while k < len(source) - 1 and source[k + 1] != "\n":
                    k += 1
            k += 2 if source[k] == "\\" else 1
        start, char, kind = k, source[k : k + 1], "o"
        if _letter(source, k) or char == "." and source[k + 1 : k + 2].isdigit():
            kind = "n" if not char.isdigit() and char != "." else "0"
            while (
                _letter(source, k) or kind == "0" and source[k] in ".+-" and (source[k] == "." or source[k - 1] in "eE")
            ):
                k += 1
        if char and char in "\"'" or kind == "n" and source[k : k + 1] in ("'", '"'):
            k, kind = _string(source, k), "s"
        elif kind == "o":
            k += max([1] + [len(one) for one in _LONG if source[k : k + len(one)] == one])
            depth += (char in "([{") - (char in ")]}")
        found.append([source[first:start], "", source[start:k], ""])
        kinds.append(kind)
    return found, kinds


def _formatted(text):
    """An f-string that makes plain numbers of tensors where a format follows."""
    parts = text.split("{")
    for k in range(1, len(parts)):
        inner, colon, form = parts[k].partition(":")
        whole = inner.count("(") == inner.count(")") and inner.count("[") == inner.count("]")
        whole = whole and not inner.count("'") % 2 and not inner.count('"') % 2
        body, brace, rest = parts[k].partition("}")
        shown = body.rstrip()
        if brace and shown[-1:] == "=" and shown[-2:-1] not in "=!<>":
            parts[k - 1] += body
            parts[k] = f"{shown[:-1].strip()}!r}}{rest}"
        elif colon and whole and inner.strip() and "}" not in inner and inner[-1] != "=" and "!" not in inner:
            if k < 2 or parts[k - 1]:
                parts[k] = f"_plain_({inner}):{form}"
    return "{".join(parts)


def _refused(line, word):
    said = f"The Python of this page has no {word}. In Colab you have all of it."
    return "\n" * line + f'raise SyntaxError("{said}")'


def rewritten(source):
    """The program as MicroPython can run it, line for line; one that it can't read raises a sentence at its line."""
    pieces, kinds = _scanned(source + "\n")
    texts = [piece[2] for piece in pieces]
    match, depth, opened = {}, [], []
    for k, text in enumerate(texts):
        if text and text in ")]}":
            if not opened:
                return source
            match[k] = opened.pop()
            match[match[k]] = k
        depth.append(len(opened))
        if text and text in "([{":
            opened.append(k)
    if opened:
        return source

    def put(k, before="", after="", text=None, outside=False):
        piece = pieces[k]
        piece[1] = before + piece[1] if outside else piece[1] + before
        piece[3] = piece[3] + after if outside else after + piece[3]
        piece[2] = piece[2] if text is None else text

    def joined(start, end):
        return "".join(["".join(piece) for piece in pieces[start:end]])

    def operand(k):
        """Whether a value ends with piece k."""
        return k >= 0 and (kinds[k] in "0s" or kinds[k] == "n" and texts[k] not in _WORDS or texts[k] in ")]}")

    def bracket(k):
        m, called, start, inside, signature = match[k], operand(k - 1), k + 1, [], False
        level = [j for j in range(k + 1, m) if depth[j] == depth[k] + 1]
        for j in level + [m]:
            signature = texts[j] == "lambda" or signature and texts[j] != ":"
            if j == m or texts[j] == "," and not signature:
                if j > start:
                    inside.append((start, j - 1))
                start = j + 1
        heads = [texts[a] for a, b in inside if "for" not in [texts[j] for j in level]]
        if texts[k] == "(" and called:
            if _KEYS.get(texts[k - 1]) in heads:
                put(k - 1, "_", "_")
            for a, b in inside if texts[k - 1] == "print" else ():
                if texts[a] == "flush":
                    first, last = (a - 1, b) if texts[a - 1] == "," else (a, b + (texts[b + 1] == ","))
                    for j in range(first, last + 1):
                        put(j, text="")
        elif called and texts[k + 1 : m] == [":", ":", "-", "1"]:
            start = k - 1
            while texts[start] in ")]}" and operand(match[start] - 1) or texts[start - 1] == ".":
                start = match[start] - 1 if start in match else start - 2
            put(match.get(start, start), "_turned_(")
            for j in range(k, m):
                put(j, text="")
            put(m, text=")")
        elif ("*" in heads or "**" in heads) and (
            called or not (texts[m + 1] == "=" or texts[m + 1] == "in" and texts[k - 1] in ("for", ","))
        ):
            if called:
                put(k, after="_tuple_(")
                put(m, ")")
                for a, b in inside:
                    if a == b and texts[a] == ":":
                        put(a, text="_slice_(None)")
                return
            kind = {"(": "_tuple_(", "[": "_list_(", "{": "_dict_(" if "**" in heads else "_set_("}
            put(k, text=kind[texts[k]])
            put(m, text=")")
            for a, b in inside if "**" in heads else ():
                if texts[a] == "**":
                    put(a, text="")
                else:
                    put(a, "{")
                    put(b, after="}")

    def statement(start, end):
        level = [k for k in range(start, end + 1) if not depth[k]]
        for k in level:
            if texts[k] in _IN_PLACE:
                target = joined(start, k).strip().replace("\n", " ")
                put(k, text=f"= _in_place_('{_IN_PLACE[texts[k]]}', {target}, ")
                put(end, after=")", outside=True)
            elif texts[k] == "*" and not operand(k - 1) and "lambda" not in texts[start:k]:
                before = [j for j in level if j < k and texts[j] in ("=", "return", "yield", "in")]
                if before and not [j for j in level if j > k and texts[j] == "="]:
                    put(before[-1] + 1, "_tuple_(", outside=True)
                    put(end, after=")", outside=True)
                return

    def comparison(k):
        """1 < x, where a number or a name stands first: MicroPython does not ask x."""
        last, at = k + 2, depth[k]
        if k and (texts[k - 1] not in "([{,=:;\n" and texts[k - 1] not in _WORDS or texts[k - 1] in ("in", "is")):
            return
        while depth[last] >= at and (depth[last] > at or texts[last] not in ",:;=\n" and texts[last] not in _WORDS):
            if depth[last] == at and texts[last] in _COMPARISONS:
                return
            last += 1
        put(k, f"_compared_('{texts[k + 1]}', ")
        put(k + 1, text=",")
        put(last - 1, after=")")

    start = 0
    for k, text in enumerate(texts):
        kind, following = kinds[k], texts[k + 1] if k + 1 < len(texts) else ""
        if not depth[k] and (text in ("\n", ";", "") or text == ":" and texts[start] in _BLOCKS):
            first = texts[start]
            if first in ("async", "await", "!", "%") or first == "match" and text == ":":
                return _refused(
                    joined(0, start).count("\n"), first if first > "A" else "line that begins with " + first
                )
            statement(start, k - 1)
            start = k + 1
        if kind == "s" and "f" in text[:2].lower():
            put(k, text=_formatted(text))
        elif k in match and text in "([{":
            bracket(k)
        elif text == "/" and texts[k - 1] == "," and following in ",)":
            put(k - 1, text="")
            put(k, text="")
        elif text == "while":
            first = k + 1
            while texts[first] == "(":
                first += 1
            if texts[first] in ("True", "1") and texts[first + 1] in "):":
                put(first, "bool(", ")")
        elif text in ("slice", "float") and texts[k - 1] not in (".", "def"):
            if following == "(" or texts[k - 2 : k] == ["map", "("]:
                put(k, "_", "_")
        elif kind in "0n" and following in _COMPARISONS:
            comparison(k)
    return joined(0, len(pieces))[:-1]
