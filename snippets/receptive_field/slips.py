"""One sum and three slips: what VGG16's last pooling sees, and what it does not."""
growths = {
    "right": lambda kernel, stride, jump: (kernel - 1) * jump,
    "the jump after the layer": lambda kernel, stride, jump: (kernel - 1) * jump * stride,
    "the kernel, not one less": lambda kernel, stride, jump: kernel * jump,
    "no jump at all": lambda kernel, stride, jump: kernel - 1,
}
layers = []
for convolutions in 2, 2, 3, 3, 3:
    layers += [(3, 1)] * convolutions + [(2, 2)]

for name, growth in growths.items():
    field, jump = 1, 1
    for kernel, stride in layers:
        field += growth(kernel, stride, jump)
        jump *= stride
    print(f"{name:24} {field:3} pixels")
