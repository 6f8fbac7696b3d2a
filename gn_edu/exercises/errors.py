"""What the message of an error tells of a mistake."""

NO_ANSWER = "NoAnswer"  # the kind of error of a reply that never came
TELLING = (  # pieces of an error's message, and the mistake that they tell of
    ("view size is not compatible", "view-error"),
    ("incorrect number of gradients", "wrong-number-of-gradients"),
    ("returned an invalid gradient", "wrong-shape"),
    ("divisible by num_groups", "does-not-divide"),
    ("Unexpected key(s) in state_dict", "whole-state"),
    ("changed during iteration", "changes-while-looping"),
    ("requires grad. Use tensor.detach()", "no-gradient"),
    ("does not require grad", "no-gradient"),
)
WATCHED = "torch's own group norm"  # so begins what asking.py raises in its place
NO_ATTRIBUTE = "'Tensor' object has no attribute '"
# What arrays of NumPy have, and tensors have not.
OF_ARRAYS = (
    "argpartition astype base byteswap choose compress conjugate copy ctypes dump dumps fill flags flat getfield "
    "itemset newbyteorder partition ptp searchsorted setfield setflags strides to_device tobytes tofile tostring"
).split()
KEYWORDS = ("axis", "keepdims", "dtype", "out", "ddof", "order")  # of NumPy's functions
MIXED = ("axis", "keepdims", "ddof", "out")  # of them, those that torch's methods do not take


def mistake_of_error(message: str) -> str:
    """The mistake that an error's message tells of, or ""."""
    if message.startswith(WATCHED):
        return "torch-group-norm"
    for piece, name in TELLING:
        if piece in message:
            return name
    return "numpy-on-tensor" if _of_numpy(message) else ""


def _of_numpy(message: str) -> bool:
    """Whether torch says so when NumPy's functions, or arguments of its methods, meet a tensor."""
    if "'numpy.ndarray' and 'Tensor'" in message:
        return True
    if NO_ATTRIBUTE in message and message.split(NO_ATTRIBUTE)[1].split("'")[0] in OF_ARRAYS:
        return True
    if any(f"unexpected keyword argument '{name}'" in message for name in KEYWORDS):
        return True
    if "(" in message and any(_lists(message[message.index("(") :], name) for name in MIXED):
        return True
    after = message.split("transpose()", 1)
    pieces = (" takes 2 positional", " must be int, not tuple", " must be int, not list")
    return len(after) == 2 and any(piece in after[1] for piece in pieces)


def _lists(message: str, name: str) -> bool:
    """Whether a list of arguments in brackets holds `name=word`."""
    for before in ("(", ", "):
        for rest in message.split(f"{before}{name}=")[1:]:
            word = rest.split(")")[0].split(",")[0]
            if word != rest and word and all(c.isalpha() or c.isdigit() or c == "_" for c in word):
                return True
    return False
