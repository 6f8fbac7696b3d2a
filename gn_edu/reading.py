"""From what a file holds to the dataclass that it must be: no key too many or too few, every value of its type."""

from typing import Literal, TypeVar, get_origin

from cattrs import ClassValidationError, Converter, transform_error
from cattrs.v import format_exception

from gn_edu.config import check_type

T = TypeVar("T")
_converter = Converter(forbid_extra_keys=True)


def _same(value, kind: type):
    """The value as it is, where cattrs would make 1 of "1"."""
    check_type("", value, kind)
    return value


for _kind in (bool, int, float, str):
    _converter.register_structure_hook(_kind, _same)
# A choice is left to the settings, which say what there is to choose from.
_converter.register_structure_hook_func(lambda kind: get_origin(kind) is Literal, lambda value, kind: value)


def structure(data: dict, kind: type[T]) -> T:
    """The dataclass `kind` made of nested dictionaries.

    Raises:
        ValueError: the keys or values do not fit; the message names each key that is wrong.
    """
    if not isinstance(data, dict):
        raise ValueError(f"must hold keys and values, got {data!r}")
    try:
        return _converter.structure(data, kind)
    except ClassValidationError as error:
        raise ValueError("; ".join(map(_in_words, transform_error(error, format_exception=_reason)))) from None


def _reason(error: BaseException, kind: type | None) -> str:
    if isinstance(error, ValueError):
        return str(error)
    # What is no dictionary has no keys.
    return "must hold keys and values" if isinstance(error, AttributeError) else format_exception(error, kind)


def _in_words(line: str) -> str:
    """cattrs puts the key last, behind an @: "must be int, got '2' @ $.config.seed"."""
    reason, _, key = line.rpartition(" @ $")
    key = key.removeprefix(".")
    return f"{key}{reason}" if reason.startswith(" must") else f"{key}: {reason}" if key else reason
