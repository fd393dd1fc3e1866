"""Instruments: what each layer of a network makes of images, and what a unit really sees."""

from cnnnotes.inspection.classes import class_responses, class_separation, effective_number
from cnnnotes.inspection.fields import (
    ERF_THRESHOLD,
    Patches,
    effective_receptive_field,
    effective_size,
    top_patches,
)
from cnnnotes.inspection.filters import (
    Fit,
    blob_fit,
    filter_kinds,
    gabor_fit,
    orientation_selectivity,
    orientation_tuning,
)
from cnnnotes.inspection.looking import (
    class_activation_map,
    grad_cam,
    input_times_gradient,
    occlusion,
    resized,
    saliency,
    smooth_grad,
)
from cnnnotes.inspection.maps import (
    ablated,
    blank_maps,
    dead_filters,
    duplicate_filters,
    feature_maps,
    shift_sensitivity,
)
from cnnnotes.inspection.readings import readability, simple_readings
from cnnnotes.inspection.trust import (
    Marked,
    placed_among_clutter,
    planted_cue,
    pointing_game,
    randomised,
)
from cnnnotes.inspection.units import Composition, class_curve, composition, maximise

__all__ = [
    "ERF_THRESHOLD",
    "Composition",
    "Fit",
    "Marked",
    "Patches",
    "ablated",
    "blank_maps",
    "blob_fit",
    "class_activation_map",
    "class_curve",
    "class_responses",
    "class_separation",
    "composition",
    "dead_filters",
    "duplicate_filters",
    "effective_number",
    "effective_receptive_field",
    "effective_size",
    "feature_maps",
    "filter_kinds",
    "gabor_fit",
    "grad_cam",
    "input_times_gradient",
    "maximise",
    "occlusion",
    "orientation_selectivity",
    "orientation_tuning",
    "placed_among_clutter",
    "planted_cue",
    "pointing_game",
    "randomised",
    "readability",
    "resized",
    "saliency",
    "shift_sensitivity",
    "simple_readings",
    "smooth_grad",
    "top_patches",
]
