/* An image with one call in 16-bit codes, with parameters from flash: its size is measured. */
#include "layernorm.h"

/* As folding on a host would have written them. */
static const uint32_t params[(68 + 8 * 64) / 4] = {0x31514e4c};
static int16_t x[64];

int main(void) {
  ln_codes norm;
  ln_status status = ln_i16_layer_norm_init(&norm, (const uint8_t *)params, sizeof params);
  if (status != LN_OK) return status;
  return ln_i16_forward(&norm, 1, x, x);
}
