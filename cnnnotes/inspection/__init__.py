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
from cnnnotes.inspection.maps import (
    ablated,
    blank_maps,
    dead_filters,
    duplicate_filters,
    feature_maps,
    shift_sensitivity,
)
from cnnnotes.inspection.readings import readability, simple_readings

__all__ = [
    "ERF_THRESHOLD",
    "Fit",
    "Patches",
    "ablated",
    "blank_maps",
    "blob_fit",
    "class_responses",
    "class_separation",
    "dead_filters",
    "duplicate_filters",
    "effective_number",
    "effective_receptive_field",
    "effective_size",
    "feature_maps",
    "filter_kinds",
    "gabor_fit",
    "orientation_selectivity",
    "orientation_tuning",
    "readability",
    "shift_sensitivity",
    "simple_readings",
    "top_patches",
]
