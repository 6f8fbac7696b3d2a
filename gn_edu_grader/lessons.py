"""What to do in the next lesson about a mistake that many made. Of those without a line here pages.py says SAME."""

_SETS = "Board plan, steps 1 and 2: colour the set of one value; then chapter 3's block, one cell changed"
_FORMULA = "Write the formula on the board with m = 2 by hand; each symbol one operation (chapter 4, exercise 4.1)"
_EPS = "Chapter 6: a constant group, and what each place of eps makes of it"
_AFFINE = "Print the shapes of x_hat, weight and bias; chapter 4, gamma and beta a channel"
_SHAPES = (
    "Shape by shape on the board: (N, C, H, W) to (N, G, m) and back (chapter 4, the reshape under the microscope)"
)
_DIGITS = "Chapter 6: shift the values by 10,000 and watch the digits go"
_BACKWARD = "Chapter 5's three bars: add a constant to g, stretch x; what is left of the gradient?"
_NETWORK = "Chapter 8's swap: the same picture alone and in a batch, in train() and in eval()"
_BY_HAND = "One group of four values at the board, everybody with a pencil"

_LESSONS = {
    _SETS: "over-batch across-samples batch-norm instance-norm layer-norm interleaved swapped-G channel-only "
    "pixel-norm over-groups fixed-groups wrong-axes channels-last-axis whole-batch group-size one-axis either-axis "
    "cell-alone not-itself no-image row-only column-only",
    _FORMULA: "unbiased-var no-centre second-moment divide-by-var root-of-std no-division root-for-variance "
    "sum-not-divided swapped-answers",
    _EPS: "no-eps eps-outside-sqrt eps-squared eps-hardcoded eps-outside-hardcoded eps-as-floor fixed-eps",
    _AFFINE: "affine-per-group affine-last-dim no-affine no-weight no-bias bias-before-scale affine-before-norm "
    "needs-weight needs-both swapped-weight-bias",
    _SHAPES: "memory-order wrong-shape hard-coded-dims view-error no-error too-many-groups does-not-divide "
    "not-the-largest ignores-most not-int gcd one-group",
    _DIGITS: "one-pass-variance sums-in-float16 wrong-dtype float16-overflow float16-underflow",
    _BACKWARD: "detached-statistics no-gradient stats-const no-mean-term no-variance-term no-rstd sum-not-mean "
    "unbiased-backward ignores-dy no-gamma saves-y sums-over-channels keeps-batch uses-x mean-not-sum "
    "wrong-number-of-gradients",
    _NETWORK: "train-only updated-statistics state-changed mode-changed mean-for-max signed-max other-groups "
    "batch-norm-left parameters-lost remembers",
    _BY_HAND: "one-value-an-image one-image mean-for-sum no-root",
}
LESSONS = {name: lesson for lesson, names in _LESSONS.items() for name in names.split()}
