"""The figure of the page on image sets."""

from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from cnnnotes.data import load_digits, load_photos, load_placed, load_shapes, load_textures
from cnnnotes.figures.style import TEXT_WIDTH, Palette

SHOWN = 8


def samples(palette: Palette) -> tuple[Figure, str]:
    """Draw eight images of each set."""
    photos = load_photos()
    sets = {
        "digits": load_digits(seed=0).train_images,
        "placed": load_placed(seed=0).train_images,
        "placed, clutter": load_placed(seed=0, clutter=8).train_images,
        "shapes": load_shapes(seed=0).train_images,
        "textures": load_textures(seed=0).train_images,
    }
    figure, axes = plt.subplots(len(sets) + 1, SHOWN, figsize=(TEXT_WIDTH, 4.6))
    for cell in axes.flat:
        cell.set_xticks([])
        cell.set_yticks([])
        cell.spines[:].set(visible=True, color=palette.faint)
    for row, (name, images) in zip(axes, sets.items(), strict=False):
        for cell, image in zip(row, images, strict=False):
            cell.imshow(image[0], cmap="gray" if name == "textures" else palette.amount)
        row[0].set_ylabel(name, rotation=0, ha="right", va="center", labelpad=6)
    for cell, photo in zip(axes[-1], photos.values(), strict=False):
        cell.imshow(photo[0, 0], cmap="gray", interpolation="auto")  # no more pixels than it shows
    for cell in axes[-1][len(photos) :]:
        cell.axis("off")
    axes[-1][0].set_ylabel("photos", rotation=0, ha="right", va="center", labelpad=6)
    sizes = ", ".join(
        f"{name} {images.shape[2]}×{images.shape[3]}" for name, images in sets.items()
    )
    return figure, f"{SHOWN} images of each set: {sizes}; and {len(photos)} photographs."
