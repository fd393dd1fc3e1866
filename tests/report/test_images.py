"""Pictures and arrays as people have them become images from 0 to 1, or one clear line."""

import tracemalloc

import numpy as np
import pytest
from PIL import Image, ImageDraw

from cnnnotes.layers import Conv2d, Flatten, Linear, ReLU, Sequential
from cnnnotes.report import load_images, load_labels, on_light_ground
from cnnnotes.report.fitting import flags_that_fit, read_size

RAMP = np.linspace(0, 1, 64).reshape(8, 8)


def saved(tmp_path, picture, name="a.png", **options):
    folder = tmp_path / "shown"
    folder.mkdir(exist_ok=True)
    picture.save(folder / name, **options)
    return str(folder)


def array(tmp_path, values):
    np.save(tmp_path / "a.npy", values)
    return str(tmp_path / "a.npy")


@pytest.mark.parametrize("most", [255, 1023, 4095, 65535])
@pytest.mark.parametrize("name", ["a.png", "a.tif"])
def test_a_picture_of_16_bits_is_scaled_by_the_bits_it_needs(tmp_path, most, name):
    picture = Image.fromarray(np.rint(most * RAMP).astype(np.uint16))
    assert picture.mode == "I;16"
    images, _ = load_images(saved(tmp_path, picture, name), 10)
    assert images.dtype == np.float32
    np.testing.assert_allclose(images[0, 0], RAMP, atol=0.5 / most + 1e-6)


def test_a_deep_picture_in_the_other_order_of_bytes(tmp_path):
    values = np.rint(65535 * RAMP).astype(">u2")
    header = b"P5 8 8 65535\n"
    (tmp_path / "a.pgm").write_bytes(header + values.tobytes())
    images, _ = load_images(str(tmp_path / "a.pgm"), 10)
    np.testing.assert_allclose(images[0, 0], RAMP, atol=1e-4)


def test_deep_pictures_of_a_folder_have_one_scale_and_8_bits_keep_theirs(tmp_path):
    for name, most in (("a.png", 4000), ("b.png", 1000)):
        folder = saved(tmp_path, Image.fromarray(np.full((2, 2), most, np.uint16)), name)
    saved(tmp_path, Image.fromarray(np.full((2, 2), 51, np.uint8)), "c.png")
    images, _ = load_images(folder, 10)
    np.testing.assert_allclose(images[:, 0, 0, 0], [4000 / 4095, 1000 / 4095, 0.2], rtol=1e-6)


def test_fractions_in_a_tiff_are_scaled_if_they_are_none(tmp_path):
    for values, expected in ((RAMP, RAMP), (4095 * RAMP, RAMP), (RAMP - 0.5, RAMP)):
        picture = Image.fromarray(values.astype(np.float32))
        images, _ = load_images(saved(tmp_path, picture, "a.tif"), 10)
        np.testing.assert_allclose(images[0, 0], expected, atol=1e-6)


@pytest.mark.parametrize(
    "values, expected",
    [
        (np.uint8([0, 255]), [0, 1]),
        (np.uint8([0, 100]), [0, 100 / 255]),
        (np.uint16([0, 65535]), [0, 1]),
        (np.uint16([0, 3000]), [0, 3000 / 4095]),
        (np.int64([0, 16]), [0, 1]),
        (np.uint8([0, 1]), [0, 1]),
        (np.array([False, True]), [0, 1]),
        (np.int64([0, 10**6]), [0, 1]),
        (np.int16([-100, 300]), [0, 1]),
        (np.int8([-128, 127]), [0, 1]),
        (np.float64([0, 255]), [0, 1]),
        (np.float32([0, 127.5]), [0, 0.5]),
        (np.float16([0, 0.5]), [0, 0.5]),
        (np.float32([-2.5, 3]), [-2.5, 3]),  # normalised, as its network wants it
    ],
    ids=lambda values: str(getattr(values, "dtype", "")),
)
def test_arrays_are_scaled_by_the_range_they_need(tmp_path, values, expected):
    images, _ = load_images(array(tmp_path, values.reshape(1, 1, 1, 2)), 10)
    np.testing.assert_allclose(images.ravel(), expected, rtol=1e-6)


@pytest.mark.parametrize(
    "shape, expected",
    [
        ((5, 3, 8, 9), (5, 3, 8, 9)),
        ((5, 8, 9, 3), (5, 3, 8, 9)),
        ((5, 8, 9, 1), (5, 1, 8, 9)),
        ((5, 8, 9), (5, 1, 8, 9)),
        ((8, 9, 3), (1, 3, 8, 9)),
        ((5, 1, 8, 3), (5, 1, 8, 3)),
    ],
)
def test_channels_last_and_single_pictures_are_known(tmp_path, shape, expected):
    values = np.random.default_rng(0).random(shape)
    images, _ = load_images(array(tmp_path, values), 10)
    assert images.shape == expected
    if expected[1] == shape[-1] == 3 and len(shape) == 4 and shape[1] != 3:
        np.testing.assert_allclose(images[2, 1, 4], values[2, 4, :, 1], rtol=1e-6)


def drawing(mode):
    """A black square on see-through ground; what lies under the ground is black, too."""
    picture = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    ImageDraw.Draw(picture).rectangle((2, 2, 5, 5), fill=(0, 0, 0, 255))
    return picture.quantize(4) if mode == "P" else picture.convert(mode)


@pytest.mark.parametrize(
    "mode, name",
    [("RGBA", "a.png"), ("LA", "a.png"), ("P", "a.png"), ("RGBA", "a.webp"), ("RGBA", "a.gif")],
)
def test_what_is_see_through_stands_on_white_paper(tmp_path, mode, name):
    options = {"lossless": True} if name == "a.webp" else {}
    images, _ = load_images(saved(tmp_path, drawing(mode), name, **options), 10, channels=1)
    expected = np.ones((8, 8))
    expected[2:6, 2:6] = 0
    np.testing.assert_allclose(images[0, 0], expected, atol=0.01)
    assert on_light_ground(images) and not on_light_ground(1 - images)


def test_half_see_through_is_half_paper_and_a_key_colour_is_paper(tmp_path):
    half = Image.new("RGBA", (2, 2), (255, 0, 0, 128))
    images, _ = load_images(saved(tmp_path, half), 10)
    np.testing.assert_allclose(images[0, :, 0, 0], [1, 0.498, 0.498], atol=0.005)
    keyed = Image.fromarray(np.uint8([[0, 7], [7, 0]]))
    images, _ = load_images(saved(tmp_path, keyed, transparency=7), 10)
    np.testing.assert_allclose(images[0, 0], [[0, 1], [1, 0]])


def test_a_photograph_lies_as_its_camera_was_held(tmp_path):
    turned = Image.fromarray(np.uint8([[0, 0, 0], [255, 255, 255]]))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90° clockwise
    images, _ = load_images(saved(tmp_path, turned, exif=exif), 10)
    np.testing.assert_allclose(images[0, 0], [[1, 0]] * 3)


@pytest.mark.parametrize(
    "mode, name, channels",
    [
        ("1", "a.png", 1),
        ("L", "a.jpg", 1),
        ("RGB", "a.bmp", 3),
        ("CMYK", "a.jpg", 3),
        ("CMYK", "a.tif", 3),
        ("P", "a.png", 3),
        ("P", "a.gif", 3),
    ],
)
def test_kinds_of_picture(tmp_path, mode, name, channels):
    picture = Image.fromarray(np.rint(255 * RAMP).astype(np.uint8)).convert(mode)
    images, _ = load_images(saved(tmp_path, picture, name), 10)
    assert images.shape == (1, channels, 8, 8)
    assert 0 <= images.min() < 0.1 and 0.9 < images.max() <= 1


@pytest.mark.parametrize("name", ["a.gif", "a.tif", "a.webp"])
def test_of_several_pictures_in_a_file_the_first_is_taken(tmp_path, name):
    first, second = (Image.new("RGB", (4, 4), colour) for colour in ("black", "white"))
    folder = saved(tmp_path, first, name, save_all=True, append_images=[second])
    images, _ = load_images(folder, 10)
    assert images.shape == (1, 3, 4, 4) and images.max() < 0.05


def test_grey_and_colour_both_ways_and_turned_over(tmp_path):
    red = np.zeros((1, 3, 2, 2), np.float32)
    red[:, 0] = 1
    grey, _ = load_images(array(tmp_path, red), 10, channels=1)
    np.testing.assert_allclose(grey, np.full((1, 1, 2, 2), 0.299), rtol=1e-6)
    colour, _ = load_images("digits", 2, channels=3)
    plain, labels = load_images("digits", 2)
    assert labels.shape == (2,)
    np.testing.assert_array_equal(colour, plain.repeat(3, axis=1))
    np.testing.assert_allclose(load_images("digits", 2, invert=True)[0], 1 - plain)
    with pytest.raises(ValueError, match="these have 5"):
        load_images(array(tmp_path, np.zeros((1, 5, 8, 8))), 10, channels=1)


def test_sizes_are_stretched_to_one(tmp_path):
    for name, size in (("a.png", (40, 20)), ("b.png", (8, 8))):
        folder = saved(tmp_path, Image.linear_gradient("L").resize(size), name)
    images, _ = load_images(folder, 10, size=(16, 12))
    assert images.shape == (2, 1, 16, 12) and images.min() >= 0 and images.max() <= 1
    assert (np.diff(images[:, 0, :, 5], axis=1) > 0).all()  # still from dark to light
    checks = np.indices((8, 8)).sum(axis=0) % 2  # shrunk smoothly, not by leaving out
    small, _ = load_images(array(tmp_path, checks[None]), 10, size=(2, 2))
    np.testing.assert_allclose(small, 0.5, atol=0.1)


def text_file(path):
    path.write_text("no picture")


def cut_off(path):
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(path.with_suffix(".jpg"))
    path.with_suffix(".jpg").write_bytes(path.with_suffix(".jpg").read_bytes()[:2000])


def enormous(path):
    Image.new("1", (12_000, 10_000)).save(path)  # Pillow only warns


def twice_enormous(path):
    Image.new("1", (20_000, 10_000)).save(path)  # Pillow refuses


@pytest.mark.parametrize(
    "make, message",
    [
        (text_file, r"a\.png is no picture that Pillow can read"),
        (lambda path: path.touch(), "is no picture"),
        (cut_off, r"a\.jpg is no readable picture: .*truncated"),
        (enormous, r"a\.png is enormous, more than [\d,]+ pixels; make a smaller copy"),
        (twice_enormous, "is enormous"),
        (lambda path: None, r"holds no pictures \(.png, "),
        (lambda path: path.with_name("cats").mkdir(), "only the folders cats; give one of them"),
        (lambda path: path.mkdir(), "holds no pictures"),
        (lambda path: path.with_name("a\x1b[2J.png").touch(), r"a\\x1b\[2J.png is no picture"),
    ],
)
def test_what_is_no_picture_gets_one_line(tmp_path, make, message):
    make(tmp_path / "a.png")
    with pytest.raises(ValueError, match=message) as caught:
        load_images(str(tmp_path), 10)
    assert str(caught.value).isprintable() and str(tmp_path) in str(caught.value)


@pytest.mark.parametrize(
    "first, second, message",
    [
        (("L", (8, 8)), ("L", (9, 8)), r"b.png \(1 × 8 × 9\) must have the size of .*--size 28"),
        (("L", (8, 8)), ("RGB", (8, 8)), r"must have the channels of .*--channels 1 \(grey\) or"),
    ],
)
def test_pictures_that_differ_name_the_flag_that_mends_it(tmp_path, first, second, message):
    saved(tmp_path, Image.new(*first))
    folder = saved(tmp_path, Image.new(*second), "b.png")
    with pytest.raises(ValueError, match=message):
        load_images(folder, 10)
    assert load_images(folder, 10, size=(8, 8), channels=3)[0].shape == (2, 3, 8, 8)


@pytest.mark.parametrize(
    "values, message",
    [
        (np.zeros((4, 784)), r"\(shape \(4, 784\)\) must hold images \(N, C, H, W\)"),
        (np.zeros((0, 1, 8, 8)), "must hold images"),
        (np.full((1, 8, 8), np.nan), "must be finite"),
        (np.full((1, 8, 8), np.inf), "must be finite"),
        (np.zeros((1, 8, 8), complex), r"\(complex128\) must hold numbers"),
        (np.full((1, 8, 8), "a"), r"must hold numbers"),
        (np.array([{}, {}]), "is no .npy file of plain numbers"),
    ],
)
def test_arrays_that_are_no_images(tmp_path, values, message):
    with pytest.raises(ValueError, match=message) as caught:
        load_images(array(tmp_path, values), 10)
    assert "pickle" not in str(caught.value)


def test_files_that_are_no_arrays(tmp_path):
    path = tmp_path / "a.npy"
    np.save(path, np.zeros((4, 8, 8)))
    whole = path.read_bytes()
    claims = whole.replace(b"(4, 8, 8), }", b"(9**9,), }  ".replace(b"9**9", b"9999"))
    for damaged in (b"", whole[:50], whole[:-1], claims, b"text"):
        path.write_bytes(damaged)
        with pytest.raises(ValueError, match=r"a\.npy is no \.npy file of plain"):
            load_images(str(path), 10)
    with pytest.raises(FileNotFoundError, match="there is no such file or folder"):
        load_images(str(tmp_path / "none"), 10)
    with pytest.raises(ValueError, match=r"must be a \.npy file, .*, a picture or a folder"):
        (tmp_path / "a.txt").touch()
        load_images(str(tmp_path / "a.txt"), 10)


def test_of_a_long_file_only_what_is_shown_is_read(tmp_path):
    shape = (1000, 1, 1024, 1024)  # 1 GB, of which the disk holds nothing
    np.lib.format.open_memmap(tmp_path / "a.npy", mode="w+", dtype=np.uint8, shape=shape)
    tracemalloc.start()
    try:
        images, _ = load_images(str(tmp_path / "a.npy"), 2)
        assert tracemalloc.get_traced_memory()[1] < 1e8
    finally:
        tracemalloc.stop()
    assert images.shape == (2, 1, 1024, 1024)


def test_labels_are_classes_or_one_hot(tmp_path):
    assert load_labels(array(tmp_path, np.array([3, 1, 2])), 2).tolist() == [3, 1]
    assert load_labels(array(tmp_path, np.eye(3)[[2, 0]]), 9).tolist() == [2, 0]
    with pytest.raises(ValueError, match=r"\(float64, shape \(2,\)\) must hold a whole number"):
        load_labels(array(tmp_path, np.array([0.5, 1])), 9)


@pytest.mark.parametrize(
    "text, size",
    [("28", (28, 28)), ("28x40", (28, 40)), ("28,40", (28, 40)), ("(28, 40)", (28, 40))],
)
def test_sizes_as_people_write_them(text, size):
    assert read_size(text) == size


@pytest.mark.parametrize("text", ["0", "-3", "a", "1x28x28", "28x", "9999999999", "٣", "²"])
def test_what_is_no_size(text):
    with pytest.raises(ValueError, match=r"--size \(=.*must be one side"):
        read_size(text)


@pytest.mark.parametrize(
    "shape, flags",
    [
        ((3, 28, 28), "--channels 1"),
        ((1, 40, 40), "--size 28"),
        ((4, 40, 30), "--channels 1 --size 28"),
        ((1, 28, 28), "--channels 3"),
    ],
)
def test_flags_that_fit_are_tried(shape, flags):
    channels = 3 if flags == "--channels 3" else 1
    model = Sequential(Conv2d(channels, 2, 3), ReLU(), Flatten(), Linear(1352, 10), seed=0)
    assert flags_that_fit([model], shape) == flags
    other = Sequential(Conv2d(2, 2, 3), seed=0)
    assert flags_that_fit([model, other], shape) == ""
