"""One learning rate for a gentle and a steep direction: steps until both are a tenth."""


def steps(curvature, lr, momentum):
    w, velocity, path = 1.0, 0.0, [1.0]
    while max(map(abs, path[-3:])) > 0.1:  # it may swing through zero
        velocity = momentum * velocity + curvature * w
        w -= lr * velocity
        path.append(w)
    return len(path) - 3


for ratio in 10, 100, 1000:
    root = ratio**0.5
    plain = 2 / (1 + ratio), 0.0
    heavy = (2 / (1 + root)) ** 2, ((root - 1) / (root + 1)) ** 2
    without, with_momentum = (
        max(steps(curvature, lr, momentum) for curvature in (1, ratio))
        for lr, momentum in (plain, heavy)
    )
    print(f"{ratio:4} times as steep: {without:4} steps, with momentum {with_momentum}")
