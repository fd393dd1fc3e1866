"""How many images would it take to show an MLP every shift of every digit?"""
digits, reach = 4000, 6
shifts = (2 * reach + 1) ** 2
print("shifts by up to", reach, "pixels:", shifts)
print("images:", f"{digits * shifts:,}")
print("at 20,000 images a second, one epoch:", round(digits * shifts / 20_000), "seconds")
