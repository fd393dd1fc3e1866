"""Parameters and multiply-adds of one layer from an image to 8 maps of its size."""
maps, window = 8, 3 * 3

for channels, side in (1, 28), (3, 32), (3, 224):
    outputs = maps * side * side
    inputs = channels * side * side
    full = outputs * inputs
    local = outputs * channels * window
    shared = maps * channels * window
    print(f"{side}×{side}×{channels}")
    print(f"  full   {full + outputs:14,} parameters {full:14,} multiply-adds")
    print(f"  local  {local + outputs:14,} parameters {local:14,} multiply-adds")
    print(f"  shared {shared + maps:14,} parameters {local:14,} multiply-adds")
