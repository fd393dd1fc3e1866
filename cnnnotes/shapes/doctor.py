"""The doctor: why layers and an input do not fit together, and what would mend it."""

from dataclasses import replace
from typing import Any

from cnnnotes.shapes.diagnosis import Diagnosis, ShapeError
from cnnnotes.shapes.messages import read_message
from cnnnotes.shapes.messages.rules import Seen
from cnnnotes.shapes.reading import read_network
from cnnnotes.shapes.terminal import clean, failures
from cnnnotes.shapes.tracing import trace


def diagnose(problem: Any, input_shape: Any = None) -> Diagnosis:
    """Say why layers and an input do not fit together, and what would mend it.

    Parameters
    ----------
    problem
        Either a network (whatever `trace` takes, or text as `read_network` reads it), with
        ``input_shape``; or an error that PyTorch, NumPy, Keras or this package raised, as an
        exception, as its message, or as a whole terminal, pasted as it stands.
    input_shape
        The shape of what goes into the network, (C, H, W) or (N, C, H, W). Without it,
        ``problem`` is an error.

    Returns
    -------
    Diagnosis
        The layer, why, the arithmetic, and fixes, smallest first. If the network and the input do
        fit, ``problem`` is empty and ``reason`` says so.

    Raises
    ------
    ValueError
        If an error is not one about shapes, dtypes or devices, or not one that is known.
    TypeError
        If a network comes without ``input_shape``.
    """
    if input_shape is None:
        return _of_error(problem)
    if isinstance(problem, str):
        reading = read_network(problem, input_shape)
        problem, input_shape = reading.layers, reading.input_shape
    try:
        made = trace(problem, input_shape).output_shape
    except ShapeError as error:
        return error.diagnosis
    given, made_shown = (" × ".join(map(str, shape)) for shape in (tuple(input_shape), made))
    return Diagnosis("", f"These layers fit together: {given} becomes {made_shown}.")


def _of_error(error: Any) -> Diagnosis:
    if isinstance(error, ShapeError):
        return error.diagnosis
    if not isinstance(error, str | BaseException):
        raise TypeError(
            f"input_shape is needed to diagnose a {type(error).__name__}; "
            "only an error message goes alone"
        )
    text = clean(str(error))
    found = failures(text)
    for failure in reversed(found):
        diagnosis = read_message(failure.message, Seen(failure.code, text))
        if diagnosis is not None:
            layer, where = failure.place(diagnosis)
            return replace(diagnosis.at(layer), where=where)
        if not failure.passable:
            break
    else:
        diagnosis = read_message(text, Seen(text=text))
        if diagnosis is not None:
            return diagnosis
    last = f"{found[-1].kind}: {found[-1].message}" if found else text
    first = next(iter(last.strip().splitlines()), "")
    raise ValueError(
        f"problem (={first[:60]!r}) must hold an error about shapes, dtypes or devices, in the "
        "words of PyTorch, NumPy, Keras or this package; for anything else, give the network and "
        "its input's shape"
    )
