/* The rows of tests/digest. */
#ifndef CORPUS_H
#define CORPUS_H
#include "numbers.h"

static uint32_t bits_of(float value) {
  number n;
  n.value = value;
  return n.bits;
}

enum kind {
  BELL, HUGE_MEAN, HUGE_ROW, LARGEST, SUBNORMAL, TINY, CONSTANT, NEARLY_CONSTANT, TREND, OUTLIER,
  ANY_EXPONENT, SMALL_INTEGERS, WITH_NAN, WITH_INFINITY, BOTH_INFINITIES, KINDS
};

static void set(numbers *n, size_t width, float *row, float value) { row[below(n, width)] = value; }

static void fill(enum kind kind, numbers *n, size_t width, float *row) {
  float one = with_exponent(n, 100, 150);
  size_t i;
  for (i = 0; i < width; i++) switch (kind) {
    case HUGE_MEAN: row[i] = 1.0e7f + bell(n); break;
    case HUGE_ROW: row[i] = with_exponent(n, 251, 254); break;
    case LARGEST: row[i] = with_exponent(n, 254, 255); break;
    case SUBNORMAL: row[i] = with_exponent(n, 0, 1); break;
    case TINY: row[i] = with_exponent(n, 1, 60); break;
    case CONSTANT: case NEARLY_CONSTANT: row[i] = one; break;
    case TREND: row[i] = (float)i * power_of_two(-3) + bell(n); break;
    case ANY_EXPONENT: row[i] = with_exponent(n, 0, 255); break;
    case SMALL_INTEGERS: row[i] = ((float)below(n, 7) - 3.0f) * (i % 2 ? -1.0f : 1.0f); break;
    default: row[i] = bell(n);
    }
  if (kind == OUTLIER) set(n, width, row, power_of_two(20));
  if (kind == NEARLY_CONSTANT) set(n, width, row, of_bits(bits_of(one) + 1));
  if (kind == WITH_NAN) set(n, width, row, of_bits(0xffc12345));
  if (kind == BOTH_INFINITIES) set(n, width, row, of_bits(0xff800000));
  if (kind == WITH_INFINITY || kind == BOTH_INFINITIES) set(n, width, row, of_bits(0x7f800000));
}

static void parameters(numbers *n, size_t width, float *gamma, float *beta) {
  size_t i;
  for (i = 0; i < width; i++) switch (below(n, 16)) {
    case 0: gamma[i] = 0.0f, beta[i] = 0.0f; break;
    case 1: gamma[i] = -0.0f, beta[i] = -0.0f; break;
    case 2: gamma[i] = bell(n), beta[i] = 0.0f; break;
    case 3: gamma[i] = 1.0f, beta[i] = bell(n); break;
    default: gamma[i] = 1.0f + bell(n) * power_of_two(-2); beta[i] = bell(n);
    }
}
#endif
