"""What is wrong with a program that can't be read: the commonest slips, in CPython's words and on CPython's line.

MicroPython says "invalid syntax" of nearly all of them, on the line where it stopped.
"""

_HEADS = {"def": "function definition", "class": "class definition"}
_STATEMENTS = "if elif else for while with try except finally".split()
_PAIRS = {")": "(", "]": "[", "}": "{"}


def _head(line):
    """What CPython calls a line that opens a block, "" for others."""
    word = line.strip().split(" ")[0].split(":")[0].split("(")[0]
    return _HEADS.get(word) or (f"'{word}' statement" if word in _STATEMENTS else "")


def slip(source):
    """(kind, message, line) of the first slip, None where none of these is found."""
    brackets, quote = [], ""  # (sign, line) of those that are open; what ends the string that is open
    levels, head, opened = [0], None, None  # indentations; (name, line, indentation) of a head that goes on, that ended
    for number, line in enumerate(source.split("\n"), 1):
        inside, code, k = bool(brackets or quote), "", 0
        while k < len(line):
            letter = line[k]
            if quote:
                if letter == "\\":
                    k += 1
                elif line[k : k + len(quote)] == quote:
                    k, quote = k + len(quote) - 1, ""
            elif letter == "#":
                break
            elif letter in "'\"":
                quote = letter * 3 if line[k : k + 3] == letter * 3 else letter
                k, code = k + len(quote) - 1, code + letter
            else:
                code += letter
                if letter in "([{":
                    brackets.append((letter, number))
                elif letter in _PAIRS:
                    if not brackets:
                        return "SyntaxError", f"unmatched '{letter}'", number
                    was = brackets.pop()[0]
                    if was != _PAIRS[letter]:
                        said = f"closing parenthesis '{letter}' does not match opening parenthesis '{was}'"
                        return "SyntaxError", said, number
            k += 1
        if len(quote) == 1:
            return "SyntaxError", f"unterminated string literal (detected at line {number})", number
        code = code.rstrip()
        if code.endswith("\\"):
            return None
        if not inside:
            if not code.strip():
                continue
            indent = len(line) - len(line.lstrip())
            if opened and indent <= opened[2]:
                return "IndentationError", f"expected an indented block after {opened[0]} on line {opened[1]}", number
            if opened:
                levels.append(indent)
            elif indent > levels[-1]:
                return "IndentationError", "unexpected indent", number
            while indent < levels[-1]:
                levels.pop()
            if indent != levels[-1]:
                return "IndentationError", "unindent does not match any outer indentation level", number
            head, opened = (_head(line), number, indent), None
        if head and head[0] and not brackets and not quote:
            if code.endswith(":"):
                opened = head
            elif ":" not in code:
                return "SyntaxError", "expected ':'", number
            head = None
    return ("SyntaxError", f"'{brackets[-1][0]}' was never closed", brackets[-1][1]) if brackets else None
