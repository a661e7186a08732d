// Layer norm as one writes it in C: sum; sum of squared deviations; normalise. Compiled for this very processor, with the order of
// sums that is written.

#include <math.h>
#include <stddef.h>
#include <stdint.h>

static void layer_row(const float *x, const float *gamma, const float *beta, float *y, size_t width, float epsilon) {
  float mean = 0, var = 0;
  for (size_t i = 0; i < width; i++) mean += x[i];
  mean /= width;
  for (size_t i = 0; i < width; i++) var += (x[i] - mean) * (x[i] - mean);
  float rstd = 1 / sqrtf(var / width + epsilon);
  for (size_t i = 0; i < width; i++) y[i] = (x[i] - mean) * rstd * gamma[i] + beta[i];
}

void plain_layer(const float *x, const float *gamma, const float *beta, float *y, size_t rows, size_t width, float epsilon) {
  for (size_t row = 0; row < rows; row++) layer_row(x + row * width, gamma, beta, y + row * width, width, epsilon);
}

void plain_residual(const float *x, float *residual, const float *gamma, const float *beta, float *y, size_t rows, size_t width,
                    float epsilon) {
  for (size_t row = 0; row < rows; row++) {
    float *sum = residual + row * width;
    for (size_t i = 0; i < width; i++) sum[i] += x[row * width + i];
    layer_row(sum, gamma, beta, y + row * width, width, epsilon);
  }
}

void plain_rms(const float *x, const float *gamma, float *y, size_t rows, size_t width, float epsilon) {
  for (size_t row = 0; row < rows; row++, x += width, y += width) {
    float square = 0;
    for (size_t i = 0; i < width; i++) square += x[i] * x[i];
    float rstd = 1 / sqrtf(square / width + epsilon);
    for (size_t i = 0; i < width; i++) y[i] = x[i] * rstd * gamma[i];
  }
}

// dx, and dgamma and dbeta added to, from mean and rstd of each row.
void plain_backward(const float *x, const float *dy, const float *gamma, const float *mean, const float *rstd, float *dx,
                    float *dgamma, float *dbeta, size_t rows, size_t width) {
  for (size_t row = 0; row < rows; row++, x += width, dy += width, dx += width) {
    float g_sum = 0, gx_sum = 0;
    for (size_t i = 0; i < width; i++) {
      float normalised = (x[i] - mean[row]) * rstd[row], g = dy[i] * gamma[i];
      g_sum += g;
      gx_sum += g * normalised;
      dgamma[i] += dy[i] * normalised;
      dbeta[i] += dy[i];
    }
    g_sum /= width;
    gx_sum /= width;
    for (size_t i = 0; i < width; i++) {
      float normalised = (x[i] - mean[row]) * rstd[row];
      dx[i] = rstd[row] * (dy[i] * gamma[i] - g_sum - normalised * gx_sum);
    }
  }
}

// Codes to f32, the norm of a row of those, and back. `row` has room for two rows.
#define CODES(NAME, CODE, LEAST, MOST)                                                                                        \
  void NAME(const CODE *x, const float *gamma, const float *beta, CODE *y, float *row, size_t rows, size_t width, float steps, \
            float epsilon) {                                                                                                  \
    for (size_t r = 0; r < rows; r++, x += width, y += width) {                                                               \
      for (size_t i = 0; i < width; i++) row[i] = x[i] / steps;                                                               \
      layer_row(row, gamma, beta, row + width, width, epsilon);                                                               \
      for (size_t i = 0; i < width; i++) {                                                                                    \
        float code = rintf(row[width + i] * steps);                                                                           \
        y[i] = (CODE)(code < LEAST ? LEAST : code > MOST ? MOST : code);                                                      \
      }                                                                                                                       \
    }                                                                                                                         \
  }

CODES(plain_codes16, int16_t, -32768, 32767)
CODES(plain_codes8, int8_t, -128, 127)
