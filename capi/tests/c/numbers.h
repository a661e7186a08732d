/* Numbers as tests/digest has them, from integers alone: no function of C's library rounds anything here. */
#ifndef NUMBERS_H
#define NUMBERS_H
#include <stddef.h>
#include <stdint.h>

/* SplitMix64 (Steele, Lea & Flood 2014). */
typedef struct {
  uint64_t state;
} numbers;

typedef union {
  float value;
  uint32_t bits;
} number;

static float of_bits(uint32_t bits) {
  number n;
  n.bits = bits;
  return n.value;
}

static uint64_t next(numbers *n) {
  uint64_t z = n->state += 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}

static uint64_t below(numbers *n, uint64_t bound) { return next(n) % bound; }

static float power_of_two(int exponent) { return of_bits((uint32_t)(exponent + 127) << 23); }

static float bell(numbers *n) {
  uint64_t bits = next(n);
  int32_t sum = -2 * 0xffff;
  int part;
  for (part = 0; part < 4; part++) sum += (int32_t)(bits >> 16 * part & 0xffff);
  return (float)sum * power_of_two(-15);
}

static float with_exponent(numbers *n, uint32_t first, uint32_t end) {
  uint64_t bits = next(n);
  uint32_t exponent = first + (uint32_t)((bits >> 32) % (end - first));
  return of_bits(((uint32_t)bits & 0x807fffff) | exponent << 23);
}
#endif
