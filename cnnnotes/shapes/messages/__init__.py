"""What other people's error messages mean: PyTorch's, NumPy's, Keras' words, and our own pasted."""

import re

from cnnnotes.shapes.diagnosis import Diagnosis
from cnnnotes.shapes.messages import keras, numpy, ours, pytorch_layers, pytorch_losses
from cnnnotes.shapes.messages import pytorch_tensors as tensors
from cnnnotes.shapes.messages.rules import Rule, Seen

RULES: list[Rule] = [
    *pytorch_layers.RULES,
    *pytorch_losses.RULES,
    *tensors.RULES,
    *numpy.RULES,
    *keras.RULES,
]
_NO_SIZE = re.compile(r"\d{16}")  # no axis is that long, and the sums would show nothing


def read_message(text: str, seen: Seen | None = None) -> Diagnosis | None:
    """Return what the last known error in ``text`` means, or None if there is none.

    Lines may be folded anywhere. ``seen`` is what stood around the message.
    """
    seen = seen or Seen()
    for joint in (
        (" ", "") if "\n" in text else (" ",)
    ):  # a terminal folds at a blank or amid a word
        lines = (line.rstrip() if joint else line for line in text.split("\n"))
        one_line = re.sub(r"\s+", " ", joint.join(lines))
        one_line = re.sub(r"torch\.Size\((\[[^\]]{0,200}\])\)", r"\1", one_line)
        found = [
            (match, read)
            for pattern, read in RULES
            for match in pattern.finditer(one_line)
            if not _NO_SIZE.search(match[0])
        ]
        # the last one in the text; of two readings of the same words the rule that stands first
        for match, read in sorted(found, key=lambda pair: pair[0].end(), reverse=True):
            diagnosis = read(match, seen)
            if diagnosis is not None:
                return diagnosis
    return ours.read(text)
