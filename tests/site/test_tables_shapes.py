"""Tables about shapes hold the published numbers, and each cell stands under its head."""

import pytest

from cnnnotes.shapes import catalogue, conv_output_size, trace
from cnnnotes.site.tables import shapes


def rows_of(markdown):
    """Return the rows of a Markdown table as dictionaries."""
    head, _, *rows = (
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in markdown.strip().splitlines()
    )
    assert {len(row) for row in rows} == {len(head)}
    return [dict(zip(head, row, strict=True)) for row in rows]


@pytest.mark.parametrize(
    ("network", "last_map", "parameters", "macs", "field"),
    [
        ("LeNet-5", "120×1×1", "60,000", "326,520", "32"),
        ("AlexNet", "256×6×6", "61,100,840", "714,188,480", "195"),
        ("VGG-16", "512×7×7", "138,357,544", "15,470,264,320", "212"),
        ("ResNet-18", "512×7×7", "11,689,512", "1,814,073,344", "435"),
        ("ResNet-50", "2048×7×7", "25,557,032", "4,089,184,256", "427"),
        ("ResNet-50 (paper)", "2048×7×7", "25,557,032", "3,857,973,248", "483"),
    ],
)
def test_the_overview_has_the_published_numbers(network, last_map, parameters, macs, field):
    row = next(row for row in rows_of(shapes.overview()) if row["network"] == network)
    assert (row["last map"], row["field"]) == (last_map, field)
    assert (row["parameters"], row["MACs"]) == (parameters, macs)


def test_every_network_has_a_row_and_a_folded_table():
    assert len(rows_of(shapes.overview())) == len(catalogue())
    assert shapes.networks().count("??? note") == len(catalogue())


def test_layers_that_cost_something_are_all_listed():
    traced = trace(catalogue()["vgg16"])
    *rows, total = rows_of(shapes.layers(traced))
    listed = {row["layer"]: row for row in rows}
    assert sum(int(row["parameters"].replace(",", "")) for row in rows) == traced.parameters
    assert sum(int(row["MACs"].replace(",", "")) for row in rows) == traced.macs
    assert total["MACs"] == f"{traced.macs:,}"
    assert listed["conv5_1"]["field"] == "132" and listed["conv5_1"]["stride"] == "16"
    assert "pool1" in listed and "relu1_1" not in listed


def test_familiar_kernels():
    rows = rows_of(shapes.familiar())
    assert len(rows) == len(shapes.FAMILIAR)
    for row in rows:
        settings = (int(row[name]) for name in ("stride", "padding", "dilation"))
        kernel = int(row["kernel"].partition("×")[0])
        assert int(row["224 →"]) == conv_output_size(224, kernel, *settings)
    assert [row["28 →"] for row in rows] == ["28", "28", "14", "28", "14", "28", "14", "6"]


def test_conventions_disagree_as_their_documentation_says():
    torch, tensorflow, caffe = (row[list(row)[-1]] for row in rows_of(shapes.conventions()))
    assert torch.startswith("conv 4, pool 4, with `ceil_mode` 5")
    assert tensorflow == "`VALID` 4; `SAME` 5, padding 0 before and 1 after"
    assert caffe == "conv 4, pool 5"
