"""The kernels of triton_norm.py: y = activation(gamma * (x - mean) / sqrt(var + eps) + beta), and its backward pass
(Wu and He, 2018, Eq. 1 to 7), for a GPU. Only importing this file needs Triton.

x is n images of c channels of s positions: positions side by side, or, `last`, channels side by side. A row is one
group of one image, d channels of s positions; the n * G rows are counted through. A block holds a tile at a time, (pos,
row, chan) values: some positions of some channels of some rows. It may have whole rows, or one part of them: some
channels and a run of positions, tile after tile. Parts are put together in their order: nothing depends on chance.

Sums of a tile are taken in float32 (of float64, in float64), and sums over tiles and parts for mean and variance in
float64.
"""

from typing import NamedTuple

import triton
import triton.language as tl


class Cut(NamedTuple):
    """How x is cut up. A kernel is compiled anew for each constexpr; of an int it asks if it is 1, or 16 divides it."""

    rows: int
    groups: int
    s: int
    splits: int  # runs of positions in a row
    each: int  # tiles in such a run
    d: tl.constexpr
    last: tl.constexpr
    pos: tl.constexpr  # the sides of a tile: powers of two, so that a tile can stick out of its rows
    row: tl.constexpr
    chan: tl.constexpr


# ---- where things are


@triton.jit
def _size(cut):
    """The values of a row."""
    return tl.cast(cut.s, tl.int64) * cut.d


@triton.jit
def _place(cut):
    """This block's rows, its channels within each, its number of a part and how many parts a row has."""
    parts = tl.cdiv(cut.d, cut.chan) * cut.splits
    part = tl.program_id(0) % parts
    rows = tl.program_id(0) // parts * cut.row + tl.arange(0, cut.row)
    return rows, part // cut.splits * cut.chan + tl.arange(0, cut.chan), part, parts


@triton.jit
def _run(cut):
    """The first tile of this block's run, and the one after its last."""
    begin = tl.program_id(0) % cut.splits * cut.each
    return begin, tl.minimum(begin + cut.each, tl.cdiv(cut.s, cut.pos))


@triton.jit
def _corner(cut):
    """Where this block's values lie in x: its first place, the ways from there to the other values of a tile, and how
    far the next tile is; and which of its rows and channels exist.

    A place in x may need 64 bits. A way is short, and does with 32.
    """
    rows, d, part, parts = _place(cut)
    row = tl.program_id(0) // parts * cut.row
    p = tl.arange(0, cut.pos)[:, None, None]
    if cut.last:
        width = cut.groups * cut.d
        image, step = row // cut.groups, width
        place = tl.cast(image, tl.int64) * cut.s * width
        ways = ((rows // cut.groups - image) * cut.s * width + rows % cut.groups * cut.d)[None, :, None] + d[
            None, None, :
        ]
    else:
        chan, step = part // cut.splits * cut.chan, 1
        place = (tl.cast(row, tl.int64) * cut.d + chan) * cut.s
        ways = ((rows - row)[None, :, None] * cut.d + (d - chan)[None, None, :]) * cut.s
    real = (rows < cut.rows)[None, :, None] & (d < cut.d)[None, None, :]
    return place, ways + p * step, tl.cast(cut.pos, tl.int64) * step, real


@triton.jit
def _tile(t, corner, cut):
    """Tile t: the place from which the ways go, the ways, and which of its values exist."""
    place, ways, step, real = corner
    p = tl.arange(0, cut.pos)[:, None, None]
    return place + t * step, ways, real & (p < cut.s - t * cut.pos)


@triton.jit
def _load(x, tile, like):
    """A tile of x, in the type that `like` points to; 0 where nothing is."""
    place, ways, real = tile
    return tl.load(x + place + ways, mask=real, other=0.0).to(like.dtype.element_ty)


@triton.jit
def _store(y, tile, value):
    place, ways, real = tile
    tl.store(y + place + ways, value.to(y.dtype.element_ty), mask=real)


@triton.jit
def _of_channel(gamma, default, cut, like):
    """gamma of this block's channels, (1, row, chan)."""
    rows, d, part, parts = _place(cut)
    if gamma is None:
        value = tl.full([cut.row, cut.chan], default, like.dtype.element_ty)
    else:
        at = (rows % cut.groups)[:, None] * cut.d + d[None, :]
        value = tl.load(gamma + at, mask=(d < cut.d)[None, :], other=0.0).to(like.dtype.element_ty)
    return value[None, :, :]


# ---- the activation


@triton.jit
def _act(z, ACT: tl.constexpr):
    if ACT == "relu":
        z = tl.where(z < 0, 0.0, z)
    if ACT == "silu":
        z = z / (1 + tl.exp(-z))
    return z


@triton.jit
def _slope(z, ACT: tl.constexpr):
    """The derivative of _act."""
    slope = 1.0
    if ACT == "relu":
        slope = tl.where(z > 0, 1.0, 0.0)
    if ACT == "silu":
        gate = 1 / (1 + tl.exp(-z))
        slope = gate * (1 + z * (1 - gate))
    return slope


# ---- mean and variance


@triton.jit
def _row_sums(v):
    """(pos, row, chan) to (row)."""
    return tl.sum(tl.sum(v, 2), 0)


@triton.jit
def _moments(v, real, count):
    """Mean of each row in a tile, and its sum of squared deviations: in two passes, never as E[x^2] - m^2.

    The first mean is rounded. What the deviations from it add up to, `rest`, is taken out of it and of the squares,
    which rounding may not leave below 0.
    """
    mean = _row_sums(v) / count
    off = tl.where(real, v - mean[None, :, None], 0.0)
    rest = _row_sums(off)
    m2 = _row_sums(off * off) - rest * rest / count
    return mean, rest / count, tl.where(m2 < 0, 0.0, m2)


@triton.jit
def _moments_of_part(x, like, cut):
    """Count, mean and sum of squared deviations of this block's part: a tile's join those before them (Chan et al.)."""
    rows, d, part, parts = _place(cut)
    wide = tl.sum((d < cut.d).to(tl.int32), 0)
    begin, end = _run(cut)
    corner = _corner(cut)
    count = tl.cast(0, tl.float64)
    mean = tl.zeros([cut.row], tl.float64)
    m2 = tl.zeros([cut.row], tl.float64)
    for t in range(begin, end):
        tile = _tile(t, corner, cut)
        size = wide * tl.minimum(cut.pos, cut.s - t * cut.pos)
        first, rest, its_m2 = _moments(_load(x, tile, like), tile[2], size)
        more = tl.cast(size, tl.float64)
        delta = first.to(tl.float64) + rest - mean
        share = more / (count + more)
        mean += delta * share
        m2 += its_m2 + delta * delta * (count * share)
        count += more
    return count, mean, m2


@triton.jit
def moments(x, parts, like, cut):
    """First kernel of a row that many blocks share: count, mean, sum of squared deviations of each part into parts.

    parts is (3, rows, parts of a row).
    """
    count, mean, m2 = _moments_of_part(x, like, cut)
    rows, d, part, many = _place(cut)
    at, real = parts + rows * many + part, rows < cut.rows
    tl.store(at, tl.full([cut.row], 0, tl.float64) + count, mask=real)
    tl.store(at + cut.rows * many, mean, mask=real)
    tl.store(at + 2 * cut.rows * many, m2, mask=real)


@triton.jit
def _merge(parts, cut, PARTS: tl.constexpr):
    """Mean and variance of rows from those of their parts (Chan et al.): each part's own deviations, and its mean's."""
    rows, d, part, many = _place(cut)
    q = tl.arange(0, PARTS)[None, :]
    at, real = parts + rows[:, None] * many + q, (rows < cut.rows)[:, None] & (q < many)
    count = tl.load(at, mask=real, other=0.0)
    mean = tl.load(at + cut.rows * many, mask=real, other=0.0)
    m2 = tl.load(at + 2 * cut.rows * many, mask=real, other=0.0)
    size = _size(cut)
    middle = tl.sum(count * mean, 1) / size
    delta = mean - middle[:, None]
    return middle, tl.sum(m2 + count * delta * delta, 1) / size


# ---- forward


@triton.jit
def _finish(v, mean, rstd, gamma, beta, ACT: tl.constexpr):
    return _act((v - mean[None, :, None]) * rstd[None, :, None] * gamma + beta, ACT)


@triton.jit
def whole_forward(x, y, gamma, beta, means, rstds, cut, EPS: tl.constexpr, ACT: tl.constexpr):
    """Rows that fit into a block: x is read once."""
    rows, d, part, parts = _place(cut)
    tile = _tile(0, _corner(cut), cut)
    v = _load(x, tile, means)
    first, rest, m2 = _moments(v, tile[2], _size(cut))
    mean, rstd = first + rest, tl.rsqrt(m2 / _size(cut) + EPS)
    tl.store(means + rows, mean, mask=rows < cut.rows)
    tl.store(rstds + rows, rstd, mask=rows < cut.rows)
    gain, shift = _of_channel(gamma, 1, cut, means), _of_channel(beta, 0, cut, means)
    _store(y, tile, _finish(v, mean, rstd, gain, shift, ACT))


@triton.jit
def forward(x, y, gamma, beta, means, rstds, parts, cut, PARTS: tl.constexpr, EPS: tl.constexpr, ACT: tl.constexpr):
    """Rows of many tiles, read a second time. Where a row has many parts, `moments` went before."""
    if PARTS == 1:
        count, middle, m2 = _moments_of_part(x, means, cut)
        var = m2 / _size(cut)
    else:
        middle, var = _merge(parts, cut, PARTS)
    rows, d, part, many = _place(cut)
    mean, rstd = middle.to(means.dtype.element_ty), tl.rsqrt(var.to(means.dtype.element_ty) + EPS)
    mine = tl.where(part == 0, cut.rows, 0)  # the first of a row's blocks says it for all
    tl.store(means + rows, mean, mask=rows < mine)
    tl.store(rstds + rows, rstd, mask=rows < mine)
    gain, shift = _of_channel(gamma, 1, cut, means), _of_channel(beta, 0, cut, means)
    begin, end = _run(cut)
    corner = _corner(cut)
    for t in range(begin, end):
        tile = _tile(t, corner, cut)
        _store(y, tile, _finish(_load(x, tile, means), mean, rstd, gain, shift, ACT))


# ---- backward: dz is what arrives before the activation. The means of g = gamma * dz and of g * x_hat over a row are
# taken out of dx (chapter 5). sums, (2, splits, rows, d), is what each image and run adds to dbeta and dgamma.


@triton.jit
def _hat_and_dz(dy, x, tile, mean, rstd, gain, shift, like, ACT: tl.constexpr):
    hat = (_load(x, tile, like) - mean[None, :, None]) * rstd[None, :, None]
    return hat, tl.where(tile[2], _load(dy, tile, like) * _slope(hat * gain + shift, ACT), 0.0)


@triton.jit
def _of_row(values, cut):
    rows, d, part, parts = _place(cut)
    return tl.load(values + rows, mask=rows < cut.rows, other=0.0)


@triton.jit
def _keep(sums, dz, dz_hat, gain, cut):
    """Add a block's values up: into sums for each channel. Returns the sums of g and g * x_hat of each row."""
    rows, d, part, parts = _place(cut)
    one, other = tl.sum(dz, 0), tl.sum(dz_hat, 0)
    split = tl.cast(part % cut.splits, tl.int64)
    at = sums + split * cut.rows * cut.d + rows[:, None] * cut.d + d[None, :]
    real = (rows < cut.rows)[:, None] & (d < cut.d)[None, :]
    tl.store(at, one, mask=real)
    tl.store(at + tl.cast(cut.splits, tl.int64) * cut.rows * cut.d, other, mask=real)
    weight = tl.sum(gain, 0)
    return tl.sum(weight * one, 1), tl.sum(weight * other, 1)


@triton.jit
def _dx(hat, dz, rstd, level, along, gain):
    return rstd[None, :, None] * (gain * dz - level[None, :, None] - hat * along[None, :, None])


@triton.jit
def whole_backward(dy, x, gamma, beta, means, rstds, dx, sums, cut, ACT: tl.constexpr):
    """Rows that fit into a block: x and dy are read once."""
    mean, rstd = _of_row(means, cut), _of_row(rstds, cut)
    gain, shift = _of_channel(gamma, 1, cut, means), _of_channel(beta, 0, cut, means)
    tile = _tile(0, _corner(cut), cut)
    hat, dz = _hat_and_dz(dy, x, tile, mean, rstd, gain, shift, means, ACT)
    level, along = _keep(sums, dz, dz * hat, gain, cut)
    size = _size(cut)
    _store(dx, tile, _dx(hat, dz, rstd, level / size, along / size, gain))


@triton.jit
def _sums_of_part(dy, x, gain, shift, mean, rstd, sums, like, cut, ACT: tl.constexpr):
    """_keep for this block's part: tiles are added up place by place, and places at the end."""
    dzs = tl.zeros([cut.pos, cut.row, cut.chan], like.dtype.element_ty)
    dz_hats = dzs
    begin, end = _run(cut)
    corner = _corner(cut)
    for t in range(begin, end):
        hat, dz = _hat_and_dz(dy, x, _tile(t, corner, cut), mean, rstd, gain, shift, like, ACT)
        dzs += dz
        dz_hats += dz * hat
    return _keep(sums, dzs, dz_hats, gain, cut)


@triton.jit
def part_sums(dy, x, gamma, beta, means, rstds, sums, parts, cut, ACT: tl.constexpr):
    """First kernel of a row that many blocks share: the sums of g and g * x_hat into parts, (2, rows, parts)."""
    mean, rstd = _of_row(means, cut), _of_row(rstds, cut)
    gain, shift = _of_channel(gamma, 1, cut, means), _of_channel(beta, 0, cut, means)
    level, along = _sums_of_part(dy, x, gain, shift, mean, rstd, sums, means, cut, ACT)
    rows, d, part, many = _place(cut)
    at, real = parts + rows * many + part, rows < cut.rows
    tl.store(at, level, mask=real)
    tl.store(at + cut.rows * many, along, mask=real)


@triton.jit
def backward(dy, x, gamma, beta, means, rstds, dx, sums, parts, cut, PARTS: tl.constexpr, ACT: tl.constexpr):
    """Rows of many tiles, read a second time. Where a row has many parts, `part_sums` went before."""
    mean, rstd = _of_row(means, cut), _of_row(rstds, cut)
    gain, shift = _of_channel(gamma, 1, cut, means), _of_channel(beta, 0, cut, means)
    rows, d, part, many = _place(cut)
    if PARTS == 1:
        level, along = _sums_of_part(dy, x, gain, shift, mean, rstd, sums, means, cut, ACT)
    else:
        q = tl.arange(0, PARTS)[None, :]
        at, real = parts + rows[:, None] * many + q, (rows < cut.rows)[:, None] & (q < many)
        level = tl.sum(tl.load(at, mask=real, other=0.0), 1)
        along = tl.sum(tl.load(at + cut.rows * many, mask=real, other=0.0), 1)
    size = _size(cut)
    begin, end = _run(cut)
    corner = _corner(cut)
    for t in range(begin, end):
        tile = _tile(t, corner, cut)
        hat, dz = _hat_and_dz(dy, x, tile, mean, rstd, gain, shift, means, ACT)
        _store(dx, tile, _dx(hat, dz, rstd, level / size, along / size, gain))


# As TRITON_INTERPRET was when Triton was imported, and this file.
INTERPRETED = not isinstance(tl.cdiv, triton.JITFunction) and not isinstance(forward, triton.JITFunction)
