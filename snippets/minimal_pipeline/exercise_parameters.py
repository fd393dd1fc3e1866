"""Where the weights are, and where the work is."""
channels, size, parameters, macs = 1, 28, {}, {}
for name, filters in ("conv 1", 8), ("conv 2", 16):
    parameters[name] = filters * (channels * 3 * 3) + filters
    macs[name] = filters * (channels * 3 * 3) * size * size
    channels, size = filters, size // 2
features = channels * size * size
parameters["linear"] = 10 * features + 10
macs["linear"] = 10 * features

for name in parameters:
    print(f"{name}  {parameters[name]:5,} parameters  {macs[name]:7,} multiply-adds")
print(f"total   {sum(parameters.values()):5,} parameters  {sum(macs.values()):7,} multiply-adds")
