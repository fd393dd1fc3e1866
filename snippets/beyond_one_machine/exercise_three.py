"""Three processes share a batch of 64. How much does each image count?"""
batch, world = 64, 3
for rank in range(world):
    share = len(range(batch)[rank::world])
    print(f"process {rank}: {share} images, each counts 1/{world * share}, not 1/{batch}")
print("batches that would do:", [size for size in range(60, 70) if size % world == 0])
