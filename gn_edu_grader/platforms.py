"""Names of files as learning platforms hand them over: whose a file is, and which of his it is.

Moodle (mod/assign/classes/downloader.php): a folder `Anna Müller_12345_assignsubmission_file` for each student, with a
last underscore before version 4.1, or the same before the file's name; `Group_17_...` where groups hand in, and
`Participant_12345_...` where names are hidden. Canvas (lib/content_zipper.rb): files without folders, called
`mülleranna_LATE_12345_678901_sheet.ipynb`, with `anon_1aB2c` for name and number where names are hidden.
"""

import re
from dataclasses import dataclass

MOODLE = re.compile(r"(?P<name>[^_]+)(?:_(?P<id>\d+))?_assignsubmission_(?P<kind>[a-z]+)(?:_(?P<rest>.*))?", re.DOTALL)
CANVAS = re.compile(
    r"(?:(?!LATE_)(?P<name>[^\W_]+)_)?(?P<late>LATE_)?(?P<id>\d{2,}|anon_\w{5})_"
    r"(?:(?P<file>\d{2,})_(?P<rest>.+)|(?P<typed>text|link)\.html)",
    re.DOTALL,
)


@dataclass(frozen=True)
class Named:
    """What a name says. Where it is no platform's, `platform` is "" and `name` all of it.

    `id` is the platform's number of the student, `order` rises with each file that Canvas takes in, `late` is Canvas's
    word for it, `folder` the beginning of the name that the platform wants to see again, `typed` is text that was
    written into the platform, `rest` the student's own name of the file.
    """

    name: str
    platform: str = ""
    id: str = ""
    order: int = 0
    late: bool = False
    folder: str = ""
    typed: bool = False
    rest: str = ""


def whose(part: str) -> Named:
    """What the name of a file or folder says."""
    if found := MOODLE.fullmatch(part):
        rest, typed = found["rest"] or "", found["kind"] == "onlinetext"
        folder = part[: len(part) - len(rest)] if rest else part
        return Named(found["name"].strip(), "moodle", found["id"] or "", folder=folder, typed=typed, rest=rest)
    if (found := CANVAS.fullmatch(part)) and part == part.replace(
        found["name"] or "", (found["name"] or "").lower(), 1
    ):
        order, name = int(found["file"] or 0), found["name"] or found["id"]
        late, typed = bool(found["late"]), bool(found["typed"])
        rest = found["rest"] or ""
        folder = part[: len(part) - len(rest)] if rest else ""
        return Named(name, "canvas", found["id"], order, late, folder, typed, rest or part)
    return Named(part)
