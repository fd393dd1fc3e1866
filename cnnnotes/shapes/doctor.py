"""The doctor: why layers and an input do not fit together, and what would mend it."""

from typing import Any

from cnnnotes.shapes.diagnosis import Diagnosis, ShapeError
from cnnnotes.shapes.messages import read_message
from cnnnotes.shapes.reading import read_network
from cnnnotes.shapes.tracing import trace


def diagnose(problem: Any, input_shape: Any = None) -> Diagnosis:
    """Say why layers and an input do not fit together, and what would mend it.

    Parameters
    ----------
    problem
        Either a network (whatever `trace` takes, or text as `read_network` reads it), with
        ``input_shape``; or an error that PyTorch or this package raised, as an exception, as its
        message, or as a whole traceback.
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
        If an error is not one about shapes.
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
    diagnosis = read_message(str(error))
    if diagnosis is None:
        first = next(iter(str(error).strip().splitlines()), "")
        raise ValueError(
            f"problem (={first[:60]!r}) must hold an error about shapes, in PyTorch's words or "
            "ours; to check layers, give input_shape too"
        )
    return diagnosis
