/* An image with one call in f32: its size is measured. */
#include "layernorm.h"

static float x[64];

int main(void) {
  ln_layer_norm norm;
  ln_status status = ln_layer_norm_init(&norm, 64, NULL, NULL, 1e-5f);
  if (status != LN_OK) return status;
  return ln_layer_norm_forward(&norm, 1, x, x);
}
