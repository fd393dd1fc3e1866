"""Whatever was pasted: which form it is, Keras' layers, and shapes as people write them."""

import subprocess
import sys

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

import cnnnotes
from cnnnotes.shapes import ShapeError, TextError, diagnose, trace
from cnnnotes.shapes.reading import read_network, read_shape
from cnnnotes.shapes.source import ReadError

CHOLLET = """
model = models.Sequential()
model.add(layers.Conv2D(32, (3, 3), activation='relu', input_shape=(28, 28, 1)))
model.add(layers.MaxPooling2D((2, 2)))
model.add(layers.Conv2D(64, (3, 3), activation='relu'))
model.add(layers.MaxPooling2D((2, 2)))
model.add(layers.Conv2D(64, (3, 3), activation='relu'))
model.add(layers.Flatten())
model.add(layers.Dense(64, activation='relu'))
model.add(layers.Dense(10, activation='softmax'))
"""
FUNCTIONAL = """
inputs = keras.Input(shape=(28, 20, 3))
x = layers.Conv2D(8, 3, padding='same', activation=tf.nn.relu)(inputs)
y = layers.Conv2D(8, 3, padding='same')(x)
x = layers.add([x, y])
y = layers.Conv2D(8, 3, padding='same')(x)
x = layers.Concatenate()([x, y])
x = layers.GlobalAveragePooling2D()(x)
model = keras.Model(inputs, layers.Dense(4)(x))
"""


@pytest.mark.parametrize(
    ("paste", "form"),
    [
        ("vgg16", "catalogue"),
        (" VGG16\n", "catalogue"),
        ("conv 8 3x3 | relu", "text"),
        ("conv 8 3x3\nadd(conv 8 3x3 pad 1 ; )\n", "text"),
        ("add(conv 8 3x3 pad 1 ; )", "text"),
        ("nn.ReLU()", "torch"),
        ("Conv2d(1, 8, kernel_size=(3, 3), stride=(1, 1))", "torch"),
        ("Sequential(\n  (0): ReLU()\n)", "print"),
        ("model.add(Dense(10, input_shape=(784,)))", "keras"),
        (CHOLLET, "keras"),
    ],
)
def test_the_form_is_recognised(paste, form):
    assert read_network(paste).form == form


@pytest.mark.parametrize(
    ("paste", "shape", "output", "parameters"),
    [
        (CHOLLET, (1, 28, 28), (10,), 93_322),  # in Chollet's book
        (FUNCTIONAL, (3, 28, 20), (4,), 8 * 28 + 16 * 73 + 17 * 4),
        (
            "[Flatten(input_shape=(28, 28)), Dense(128), Dropout(.2), Dense(10)]",
            None,
            (10,),
            101_770,
        ),
        ("[Input((9, 9, 2)), Conv2D(4, 3, 2, 'same', use_bias=False)]", None, (4, 5, 5), 72),
        (
            "[InputLayer(input_shape=(9, 8, 2)), AveragePooling2D(padding='same')]",
            None,
            (2, 5, 4),
            0,
        ),
        (
            "[SeparableConv2D(64, 3, padding='same', input_shape=(64, 64, 32)), LeakyReLU(),"
            " Conv2DTranspose(16, 3, strides=2, padding='same')]",
            (32, 64, 64),
            (16, 128, 128),
            11_632,  # Keras
        ),
        ("[DepthwiseConv2D(3, depth_multiplier=2, input_shape=(5, 5, 3))]", None, (6, 3, 3), 60),
        ("[Conv2DTranspose(4, 2, strides=3, input_shape=(5, 5, 3))]", None, (4, 15, 15), 52),
        ("[Conv2DTranspose(4, 5, strides=2, input_shape=(5, 6, 3))]", None, (4, 13, 15), 304),
        ("[UpSampling2D(2, input_shape=(5, 6, 3)), ZeroPadding2D(1)]", None, (3, 12, 14), 0),
        (
            "[UpSampling2D((2, 3), interpolation='bilinear', input_shape=(5, 6, 3))]",
            None,
            (3, 10, 18),
            0,
        ),
        ("[ZeroPadding2D(((1, 2), (3, 4)), input_shape=(5, 6, 3))]", None, (3, 8, 13), 0),
        ("[Cropping2D((1, 2), input_shape=(5, 6, 3))]", None, (3, 3, 2), 0),
        ("[Dense(3, input_dim=7), BatchNormalization(), Activation('tanh')]", None, (3,), 30),
    ],
)
def test_keras_layers_have_its_output_and_parameters(paste, shape, output, parameters):
    reading = read_network(paste)
    traced = trace(reading.layers, reading.input_shape)
    assert shape in (None, reading.input_shape)
    assert traced.output_shape == output
    assert traced.parameters == parameters


@pytest.mark.parametrize("size", range(5, 14))
@pytest.mark.parametrize(("kernel", "stride"), [(1, 2), (2, 2), (3, 2), (3, 3), (4, 3), (5, 2)])
def test_same_is_tensorflows(kernel, stride, size):
    paste = f"[Conv2D(1, {kernel}, {stride}, padding='same', input_shape=({size}, {size}, 1))]"
    layers = read_network(paste).layers
    # TensorFlow's documentation: ceil(size / stride) outputs, the odd pixel of padding after.
    outputs = -(-size // stride)
    total = max((outputs - 1) * stride + kernel - size, 0)
    assert layers[0].padding == ((total // 2, total - total // 2),) * 2
    padded = torch.zeros(1, 1, size + total, size + total)
    assert nn.Conv2d(1, 1, kernel, stride)(padded).shape[2:] == (outputs, outputs)
    assert trace(layers, (1, size, size)).output_shape == (1, outputs, outputs)


def test_keras_inputs_may_be_written_either_way():
    paste = "[Conv2D(8, 3), GlobalMaxPooling2D()]"
    for shape in ((28, 20, 3), (3, 28, 20), (None, 28, 20, 3)[1:], (5, 28, 20, 3)):
        assert read_network(paste, shape).input_shape == (3, 28, 20)
    assert read_network("[Conv2D(8, 3)]", (3, 32, 3)).input_shape == (3, 3, 32)
    assert "moving averages" in read_network("[BatchNormalization()]", (4, 4, 2)).note


@pytest.mark.parametrize(
    ("paste", "said"),
    [
        ("[Conv2D(8, 3)]", "give --input 28x28x1"),
        ("[Conv2D(8, 3, input_shape=(None, None, 3))]", "must be three known sizes"),
        ("[Conv2D(8, input_shape=(9, 9, 3))]", "kernel_size is missing"),
        ("[Conv2D(8, 3, padding='full', input_shape=(9, 9, 3))]", "padding (='full')"),
        ("[Conv2D(8, 3, activation='x', input_shape=(9, 9, 3))]", "activation (='x')"),
        ("[Conv2D(8, 3, input_shape=(9, 9, 3)), Dense(10)]", "put Flatten() before it"),
        (
            "[ZeroPadding2D((3,), input_shape=(9, 9, 1))]",
            "padding (=(3,)) must be a whole number",
        ),
        (
            "[UpSampling2D(2, None, 'area', input_shape=(9, 9, 1))]",
            "must be 'nearest' or 'bilinear'",
        ),
        ("[LSTM(8, input_shape=(9, 9)), Dense(10)]", "LSTM is a layer of Keras that is not"),
        ("[Conv2D(8, 3, data_format='channels_first', input_shape=(1, 9, 9))]", "data_format"),
        ("", "the text is empty"),
        ("x" * 1_000_001, "too long"),
    ],
)
def test_what_cannot_be_told_is_said_in_one_line(paste, said):
    with pytest.raises(ReadError) as caught:
        read_network(paste)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_words_that_are_no_network_are_pointed_at():
    with pytest.raises(TextError, match="a layer"):
        read_network("hello")
    with pytest.raises(TypeError, match="must be a str"):
        read_network(None)


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        *((text, (1, 28, 28)) for text in ("1x28x28", "1,28,28", "(1, 28, 28)", "[1,28,28]")),
        *((text, (1, 28, 28)) for text in ("1 × 28 × 28", "torch.Size([1, 28, 28])", "1X28X28")),
        *((text, (1, 28, 28)) for text in ("1*28*28", "1 28 28", "shape=(1, 28, 28)")),
        *((text, (28, 28)) for text in ("28x28", "(28, 28)", "(None, 28, 28)")),
        ("(64, 1, 28, 28)", (64, 1, 28, 28)),
        ("784", (784,)),
        ("(784,)", (784,)),
    ],
)
def test_shapes_as_people_write_them(text, shape):
    assert read_shape(text) == shape


@pytest.mark.parametrize(
    "text", ["", "x", "1x", "1x-2", "1.5x2", "a", "9" * 10, "1x" * 6 + "1", "²"]
)
def test_what_is_no_shape(text):
    with pytest.raises(ValueError, match=r"--input \(='.*'\) must be sizes joined by x or commas"):
        read_shape(text)


def test_a_picture_without_channels_is_grey_and_rows_have_a_batch():
    assert read_network("conv 8 3x3", (28, 28)).input_shape == (1, 28, 28)
    assert read_network("nn.Linear(784, 10)", (64, 784)).input_shape == (784,)


def test_the_doctor_reads_pastes_too():
    found = diagnose("nn.Sequential(nn.Conv2d(3, 8, 3), nn.Flatten(), nn.Linear(9, 2))", (1, 5, 5))
    assert found.problem == "conv channels"
    assert found.fixes[0].value == 1
    assert diagnose(CHOLLET, (28, 28, 1)).problem == ""
    with pytest.raises(ShapeError):
        reading = read_network("[Conv2D(8, 9, input_shape=(5, 5, 1)), Dense(2)]")
        trace(reading.layers, reading.input_shape)


def test_reading_needs_neither_numpy_nor_torch():
    code = (
        "import sys, types; sys.modules['numpy'] = sys.modules['torch'] = None\n"
        "package = sys.modules['cnnnotes'] = types.ModuleType('cnnnotes')\n"  # but for its front
        f"package.__path__ = {list(cnnnotes.__path__)}\n"
        "from cnnnotes.shapes.reading import read_network\n"
        "print(len(read_network('nn.Sequential(nn.ReLU(), nn.Tanh())').layers))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "2\n"


WORDS = [*"()[]{},=:.|;*'\"# \n\t\0\x1b\\", "Conv2D(", "Dense(", "nn.Conv2d(", "(0): ReLU("]


@settings(deadline=None, max_examples=150, derandomize=True)
@given(st.lists(st.sampled_from(WORDS) | st.characters(), max_size=60).map("".join))
def test_any_text_is_read_or_refused(text):
    try:
        read_network(text, (1, 8, 8))
    except ValueError as error:
        assert str(error)


def test_a_crop_must_leave_something():
    reading = read_network("[Cropping2D(5, input_shape=(10, 20, 3))]")
    with pytest.raises(ShapeError, match="takes all of the 10 places") as raised:
        trace(reading.layers, reading.input_shape)
    assert "crop 4" in raised.value.diagnosis.fixes[0].text
