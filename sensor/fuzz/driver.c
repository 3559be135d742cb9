// SPDX-License-Identifier: Apache-2.0
/*
 * A stand-in for libFuzzer where its runtime is not installed: mutates the given seed files without feedback.
 * Usage: fuzz-TARGET ITERATIONS SEED-FILE... ; the seed of the generator is fixed, so that a failure repeats.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INPUT_MAX 65536

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static uint64_t state = 0x9e3779b97f4a7c15ull;

static uint64_t next(uint64_t bound)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return bound ? state % bound : 0;
}

/* Bytes that the formats give a meaning to come more often than others. */
static unsigned char byte(void)
{
	static const char special[] = " \n\\,=-:/0123456789\0";

	return next(2) ? (unsigned char)special[next(sizeof(special))] : (unsigned char)next(256);
}

static size_t mutate(unsigned char *data, size_t size)
{
	for (uint64_t rounds = 1 + next(8); rounds; rounds--) {
		size_t at = (size_t)next(size + 1), length = (size_t)next(32);

		switch (next(4)) {
		case 0:
			if (at < size)
				data[at] = byte();
			break;
		case 1: /* take out */
			if (at + length > size)
				length = size - at;
			memmove(data + at, data + at + length, size - at - length);
			size -= length;
			break;
		case 2: /* put in */
			if (size + length > INPUT_MAX)
				break;
			memmove(data + at + length, data + at, size - at);
			for (size_t i = 0; i < length; i++)
				data[at + i] = byte();
			size += length;
			break;
		default: /* cut */
			if (!next(8))
				size = at;
		}
	}
	return size;
}

int main(int argc, char **argv)
{
	unsigned long iterations = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
	unsigned char *seed = malloc(INPUT_MAX), *data = malloc(INPUT_MAX + 64);

	if (!seed || !data || argc < 3)
		return 2;
	for (int i = 2; i < argc; i++) {
		FILE *file = fopen(argv[i], "rb");
		size_t size;

		if (!file) {
			perror(argv[i]);
			return 2;
		}
		size = fread(seed, 1, INPUT_MAX, file);
		fclose(file);
		LLVMFuzzerTestOneInput(seed, size);
		for (unsigned long n = 0; n < iterations; n++) {
			memcpy(data, seed, size);
			LLVMFuzzerTestOneInput(data, mutate(data, size));
		}
	}
	printf("%d seeds, %lu inputs each\n", argc - 2, iterations + 1);
	free(seed);
	free(data);
	return 0;
}
