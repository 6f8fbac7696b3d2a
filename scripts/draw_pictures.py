"""Little scenes in the ten classes of CIFAR-10, drawn by code: scene(label, seed) -> (32, 32, 3) uint8.

The pictures of the landing page, free of other people's rights. Each is drawn eight times too large and scaled down;
colours, places and sizes come from the seed.
"""

import random

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

SIZE = 256
BICUBIC = Image.Resampling.BICUBIC
DARK = (12, 12, 12)
GLASS = (65, 82, 98)
Colour = tuple[int, ...]  # red, green, blue


class Scene:
    """A picture in the making: ellipse, polygon, box and line in shades of colours near a given one."""

    def __init__(self, seed: int):
        self.random = random.Random(seed)
        self.noise = np.random.RandomState(seed)
        self.image = Image.new("RGB", (SIZE, SIZE))

    def near(self, colour: Colour, spread: int = 16) -> Colour:
        return tuple(max(0, min(255, v + self.random.randint(-spread, spread))) for v in colour)

    def pick(self, *colours: Colour, spread: int = 16) -> Colour:
        return self.near(self.random.choice(colours), spread)

    @property
    def draw(self):
        return ImageDraw.Draw(self.image)

    def ellipse(self, x, y, rx, ry, fill):
        self.draw.ellipse((x - rx, y - ry, x + rx, y + ry), fill=fill)

    def polygon(self, *points, fill):
        self.draw.polygon(points, fill=fill)

    def box(self, *corners, fill, radius=0):
        self.draw.rounded_rectangle(corners, radius, fill=fill)

    def line(self, *points, fill, width):
        self.draw.line(points, fill=fill, width=width)

    def mottle(self, amount: float, cell: int, top: float = 0) -> None:
        """Lighten and darken in patches of about `cell` pixels, below `top`."""
        height = SIZE - int(top)
        noise = self.noise.rand(height // cell + 1, SIZE // cell + 1) * 255
        patches = Image.fromarray(noise.astype(np.uint8)).resize((SIZE, height), BICUBIC)
        pixels = np.asarray(self.image, float)
        pixels[int(top) :] += (np.asarray(patches, float)[..., None] / 127 - 1) * amount
        self.image = Image.fromarray(pixels.clip(0, 255).astype(np.uint8))

    def gradient(self, top: Colour, bottom: Colour) -> None:
        down = np.linspace(0, 1, SIZE)[:, None, None]
        pixels = np.array(top) * (1 - down) + np.array(bottom) * down
        self.image = Image.fromarray(np.repeat(pixels, SIZE, 1).astype(np.uint8))

    def sky(self) -> None:
        self.gradient(self.near((90, 140, 200), 30), self.near((180, 205, 230), 25))
        self.mottle(self.random.uniform(3, 18), self.random.choice([40, 80]))

    def plain(self, *colours: Colour, cell: int = 26) -> None:
        self.image.paste(self.pick(*colours, spread=22), (0, 0, SIZE, SIZE))
        self.mottle(30, cell)

    def ground(self, y: float, colour: Colour, amount: float = 18) -> None:
        self.box(0, y, SIZE, SIZE, fill=self.near(colour, 20))
        self.mottle(amount, 10, y)

    def wheels(self, y, radius, *xs):
        for x in xs:
            self.ellipse(x, y, radius, radius, (22, 22, 24))
            self.ellipse(x, y, radius / 2, radius / 2, (150, 150, 155))


def shade(colour: Colour, by: float) -> Colour:
    return tuple(max(0, min(255, int(v * by))) for v in colour)


def airplane(s: Scene) -> None:
    s.sky()
    body, y, half = s.near((215, 218, 222), 25), s.random.uniform(105, 150), s.random.uniform(70, 105)
    s.ellipse(128, y, half, 15, body)
    s.ellipse(128, y + 5, half, 10, shade(body, 0.72))
    s.polygon((116 + half, y - 6), (134 + half, y + 2), (114 + half, y + 9), fill=shade(body, 0.9))
    tail = [(134 - half, y - 4), (114 - half, y - 46), (138 - half, y - 46), (168 - half, y - 6)]
    s.polygon(*tail, fill=s.near((170, 60, 60), 80))
    s.polygon((140, y + 2), (105, y + 62), (82, y + 62), (105, y + 2), fill=shade(body, 0.6))
    s.polygon((150, y - 6), (122, y - 48), (104, y - 48), (118, y - 6), fill=shade(body, 0.85))
    s.ellipse(112, y + 30, 14, 8, shade(body, 0.45))
    s.image = s.image.rotate(s.random.uniform(-14, 18), BICUBIC, fillcolor=s.near((140, 180, 215), 10))


def automobile(s: Scene) -> None:
    s.sky() if s.random.random() < 0.5 else s.gradient(s.near((190, 200, 205), 30), s.near((150, 155, 150), 30))
    y = s.random.uniform(165, 185)
    s.ground(y, (105, 105, 108), 9)
    body = s.pick((190, 30, 30), (30, 60, 150), (200, 200, 205), (215, 170, 30), (40, 40, 45))
    w, b = s.random.uniform(92, 112), y + 14
    s.box(128 - w, b - 52, 128 + w, b, fill=body, radius=18)
    roof = [(128 - w * 0.62, b - 50), (128 - w * 0.35, b - 94), (128 + w * 0.32, b - 94), (128 + w * 0.66, b - 50)]
    s.polygon(*roof, fill=shade(body, 0.88))
    s.polygon((128 - w * 0.5, b - 53), (128 - w * 0.3, b - 86), (122, b - 86), (122, b - 53), fill=GLASS)
    s.polygon((132, b - 86), (128 + w * 0.27, b - 86), (128 + w * 0.5, b - 53), (132, b - 53), fill=GLASS)
    s.box(128 - w, b - 24, 128 + w, b - 16, fill=shade(body, 0.7))
    s.ellipse(120 + w, b - 34, 9, 8, (245, 240, 200))
    s.wheels(b, 24, 128 - w * 0.56, 128 + w * 0.56)


def bird(s: Scene) -> None:
    s.sky() if s.random.random() < 0.5 else s.plain((110, 140, 80))
    coat = s.pick((120, 85, 55), (60, 90, 150), (150, 60, 45), (90, 90, 90))
    s.line(0, 206, SIZE, s.random.uniform(196, 216), fill=(85, 62, 42), width=12)
    s.ellipse(122, 140, 56, 44, coat)
    s.ellipse(132, 158, 40, 28, shade(coat, 1.55))
    s.ellipse(168, 94, 32, 30, coat)
    s.polygon((196, 90), (226, 98), (196, 106), fill=(225, 165, 50))
    s.ellipse(178, 88, 6, 6, DARK)
    s.polygon((78, 138), (18, 176), (30, 190), (100, 164), fill=shade(coat, 0.7))
    s.polygon((90, 116), (146, 124), (84, 172), fill=shade(coat, 0.75))
    for x in (117, 139):
        s.line(x, 182, x, 208, fill=(60, 45, 35), width=5)


def head(s: Scene, coat: Colour) -> None:
    s.plain((150, 120, 100), (170, 170, 165), (90, 110, 80), (120, 60, 60), cell=40)
    s.ellipse(128, 236, 92, 74, coat)
    s.ellipse(128, 134, 74, 66, coat)


def cat(s: Scene) -> None:
    coat = s.pick((165, 130, 95), (130, 125, 120), (200, 140, 80))
    head(s, coat)
    for side in (-1, 1):
        s.polygon((128 + side * 70, 112), (128 + side * 66, 36), (128 + side * 20, 78), fill=coat)
        s.polygon((128 + side * 62, 96), (128 + side * 60, 54), (128 + side * 34, 80), fill=(205, 150, 140))
        for k in range(3):
            ends = (128 + side * 42, 140 + k * 14, 128 + side * 72, 134 + k * 18)
            s.line(*ends, fill=shade(coat, 0.6), width=6)
        s.ellipse(128 + side * 30, 124, 15, 13, (190, 190, 70))
        s.ellipse(128 + side * 30, 124, 5, 12, DARK)
    for k in (-26, 0, 26):
        s.line(128 + k, 76, 128 + k * 0.7, 104, fill=shade(coat, 0.55), width=8)
    s.ellipse(128, 166, 30, 22, shade(coat, 1.3))
    s.polygon((118, 150), (138, 150), (128, 162), fill=(200, 120, 120))
    s.mottle(14, 10)


def dog(s: Scene) -> None:
    coat = s.pick((170, 125, 80), (215, 195, 160), (110, 75, 50))
    head(s, coat)
    for side in (-1, 1):
        ear = [(128 + side * 44, 80), (128 + side * 92, 92), (128 + side * 88, 170), (128 + side * 66, 160)]
        s.polygon(*ear, fill=shade(coat, 0.6))
        s.ellipse(128 + side * 28, 120, 9, 10, DARK)
    s.ellipse(128, 168, 40, 32, shade(coat, 1.35))
    s.ellipse(128, 152, 17, 12, DARK)
    s.line(128, 162, 128, 182, fill=(40, 30, 30), width=4)
    s.mottle(14, 10)


def legs(s: Scene, xs, colour: Colour, width: int) -> None:
    for x in xs:
        s.line(x, 150, x + s.random.uniform(-6, 6), 222, fill=colour, width=width)


def deer(s: Scene) -> None:
    s.plain((95, 110, 60))
    s.ground(190, (120, 115, 65), 24)
    coat = s.near((160, 110, 65))
    legs(s, (92, 110, 158, 174), shade(coat, 0.75), 9)
    s.ellipse(130, 140, 58, 29, coat)
    s.ellipse(132, 156, 40, 13, shade(coat, 1.35))
    s.polygon((164, 140), (184, 74), (202, 82), (190, 150), fill=coat)
    s.polygon((180, 72), (204, 66), (228, 92), (214, 100), (188, 96), fill=coat)
    s.polygon((180, 76), (168, 58), (188, 66), fill=coat)
    s.ellipse(206, 78, 4, 4, DARK)
    for side in (-1, 1):
        s.line(194, 68, 194 + side * 14, 36, 194 + side * 10, 16, fill=(90, 65, 45), width=5)
        s.line(194 + side * 13, 40, 194 + side * 32, 26, fill=(90, 65, 45), width=4)
    s.ellipse(74, 130, 8, 11, (235, 228, 215))


def frog(s: Scene) -> None:
    s.plain((120, 100, 70), (70, 80, 50), (150, 140, 120), cell=18)
    skin = s.pick((95, 140, 50), (80, 115, 45), (120, 125, 60))
    s.ellipse(128, 160, 86, 58, skin)
    s.ellipse(128, 178, 64, 36, shade(skin, 1.3))
    s.ellipse(128, 106, 62, 42, skin)
    for side in (-1, 1):
        s.ellipse(128 + side * 36, 76, 22, 20, skin)
        s.ellipse(128 + side * 36, 74, 12, 12, (220, 190, 60))
        s.ellipse(128 + side * 36, 74, 7, 8, DARK)
        s.ellipse(128 + side * 80, 192, 34, 24, shade(skin, 0.82))
        s.ellipse(128 + side * 38, 214, 22, 10, shade(skin, 0.9))
    s.draw.arc((84, 90, 172, 136), 20, 160, fill=shade(skin, 0.55), width=5)
    s.mottle(16, 10)


def horse(s: Scene) -> None:
    s.sky()
    s.ground(s.random.uniform(150, 175), (105, 130, 65), 22)
    coat = s.pick((120, 70, 40), (85, 50, 32), (150, 95, 55))
    hair = shade(coat, 0.6)
    legs(s, (84, 104, 160, 178), shade(coat, 0.8), 13)
    s.ellipse(128, 138, 68, 34, coat)
    s.polygon((166, 140), (196, 62), (220, 74), (196, 150), fill=coat)
    s.polygon((192, 58), (210, 50), (246, 96), (232, 106), fill=coat)
    s.polygon((200, 56), (204, 38), (212, 54), fill=coat)
    s.polygon((188, 64), (176, 120), (164, 126), (190, 50), fill=hair)
    s.polygon((66, 124), (40, 150), (46, 196), (58, 146), fill=hair)
    s.ellipse(216, 70, 4, 4, DARK)


def ship(s: Scene) -> None:
    s.sky()
    sea = s.random.uniform(150, 175)
    s.ground(sea, (45, 85, 125))
    w = s.random.uniform(78, 108)
    hull = [(128 - w, sea - 18), (138 + w, sea - 24), (114 + w, sea + 22), (142 - w, sea + 22)]
    s.polygon(*hull, fill=s.near((60, 50, 60), 45))
    s.box(136 - w, sea + 10, 118 + w, sea + 22, fill=s.near((150, 45, 40), 25))
    deck = s.near((232, 232, 228), 12)
    s.box(128 - w * 0.55, sea - 54, 128 + w * 0.45, sea - 20, fill=deck)
    s.box(128 - w * 0.35, sea - 84, 128 + w * 0.2, sea - 54, fill=shade(deck, 0.93))
    s.box(120, sea - 112, 142, sea - 84, fill=s.near((190, 70, 40), 40))
    for k in range(5):
        s.box(128 + w * (0.19 * k - 0.48), sea - 44, 128 + w * (0.19 * k - 0.4), sea - 34, fill=GLASS)


def truck(s: Scene) -> None:
    s.sky() if s.random.random() < 0.6 else s.gradient(s.near((200, 200, 200), 25), s.near((150, 155, 150), 25))
    y = s.random.uniform(185, 200)
    s.ground(y, (110, 108, 104), 9)
    cab = s.pick((190, 40, 35), (235, 235, 230), (40, 90, 160), (220, 160, 40))
    load = s.pick((230, 230, 226), (190, 40, 35), (50, 110, 70), (160, 165, 170))
    b = y + 4
    s.box(24, b - 122, 158, b - 22, fill=load)
    s.box(24, b - 122, 158, b - 112, fill=shade(load, 0.8))
    s.box(16, b - 24, 238, b - 10, fill=(50, 50, 54))
    s.box(164, b - 98, 238, b - 14, fill=cab, radius=8)
    s.polygon((176, b - 90), (222, b - 90), (234, b - 56), (176, b - 56), fill=GLASS)
    s.box(228, b - 36, 240, b - 22, fill=(245, 240, 205))
    for x in (60, 92, 124):
        s.line(x, b - 110, x, b - 24, fill=shade(load, 0.9), width=2)
    s.wheels(b, 22, 54, 92, 204)


DRAW = (airplane, automobile, bird, cat, deer, dog, frog, horse, ship, truck)


def scene(label: int, seed: int) -> np.ndarray:
    """One picture of class `label`. Colours are multiples of 4, so that the picture packs small."""
    s = Scene(10 * seed + label)
    DRAW[label](s)
    edge = (1 - s.random.uniform(0.84, 1.0)) * SIZE / 2
    image = s.image.crop((edge, edge, SIZE - edge, SIZE - edge)).filter(ImageFilter.GaussianBlur(2))
    if s.random.random() < 0.5:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    small = np.asarray(image.resize((32, 32), Image.Resampling.LANCZOS))
    return small // 4 * 4
