/* Layer normalisation of two rows of floats, and of one of 8-bit codes. */
#include "layernorm.h"
#include <stdio.h>

static int fail(ln_status status) {
  puts(ln_strerror(status));
  return 1;
}

int main(void) {
  static const float gamma[4] = {1.0f, 0.5f, 2.0f, 1.0f}, beta[4] = {0.0f, 0.1f, -0.1f, 0.0f};
  float rows[8] = {1, 2, 3, 4, 5, 5, 5, 5};
  ln_layer_norm norm;
  ln_status status = ln_layer_norm_init(&norm, 4, gamma, NULL, 1e-5f);
  if (status == LN_OK) status = ln_layer_norm_forward(&norm, 2, rows, rows);
  if (status != LN_OK) return fail(status);
  printf("%g %g %g %g\n", rows[0], rows[1], rows[2], rows[3]);

  /* On a host, or here: gamma, beta, epsilon and scales as integers. */
  const ln_fold fold = {4, gamma, beta, 1e-5f, {0.02f, 3}, {0.03f, -5}};
  uint32_t params[(68 + 8 * 4) / 4]; /* as many bytes as ln_params_bytes(4) says, aligned to 4 */
  status = ln_i8_fold(&fold, (uint8_t *)params, sizeof params);
  if (status != LN_OK) return fail(status);

  /* On a device: no floating point from here on. */
  const int8_t x[4] = {-100, -20, 60, 127};
  int8_t y[4];
  ln_codes codes;
  status = ln_i8_layer_norm_init(&codes, (const uint8_t *)params, sizeof params);
  if (status == LN_OK) status = ln_i8_forward(&codes, 1, x, y);
  if (status != LN_OK) return fail(status);
  printf("%d %d %d %d\n", y[0], y[1], y[2], y[3]);
  return 0;
}
