"""How large may a colour image be, before one full layer is too much to train?"""
card = 12 * 2**30  # bytes
per_parameter = 3 * 4  # weight, gradient and momentum in float32

def bytes_to_train(side):
    inputs, outputs = 3 * side * side, 8 * side * side
    return per_parameter * (outputs * inputs + outputs)

side = 1
while bytes_to_train(side + 1) <= card:
    side += 1
print("largest side:", side)
times = bytes_to_train(2 * side) / bytes_to_train(side)
print("twice the side needs", round(times), "times the memory")
