/* A million calls with arguments that are wrong in some way, now and then right: a call that fails has written nothing, and one that does
 * not has written only where it may. Sanitizers watch what is read. */
#include "layernorm.h"
#include "numbers.h"
#include <stdio.h>
#include <string.h>

enum { WIDTH = 7, MOST = 3, PLACE = 64 * 4, PLACES = 6 };

/* What a call may be told to use, between guards that none may write. */
static struct {
  uint64_t before[8];
  float place[PLACES][PLACE / 4];
  ln_layer_norm layer;
  ln_rms_norm rms;
  ln_codes codes;
  ln_moments moments[2];
  ln_row_stats stats[MOST];
  uint64_t params[32];
  uint64_t after[8];
} memory, earlier;

static numbers n = {28};
static float gamma_[WIDTH] = {1, 2, 3, 4, 5, 6, 7}, beta_[WIDTH] = {7, 6, 5, 4, 3, 2, 1};

static int one_in(uint64_t some) { return below(&n, some) == 0; }

/* A place for numbers: mostly one of its own, else NULL, one that another argument has, or one that is not aligned. */
static void *place(int own) {
  uint8_t *at = (uint8_t *)memory.place[own];
  switch (below(&n, 24)) {
  case 0: return NULL;
  case 1: return at + 1;
  case 2: return memory.place[below(&n, PLACES)];
  case 3: return memory.place[below(&n, PLACES)] + below(&n, 8);
  default: return at;
  }
}

static size_t count(size_t right) {
  switch (below(&n, 16)) {
  case 0: return 0;
  case 1: return (size_t)-1;
  case 2: return (size_t)-1 / 4;
  case 3: return (size_t)1 << (8 * sizeof(size_t) - 3);
  case 4: return (size_t)below(&n, right + 1);
  default: return right;
  }
}

#define PICK(what, other) (one_in(16) ? NULL : one_in(16) ? (void *)(other) : (void *)&(what))

static ln_status call(uint64_t verb) {
  size_t rows = count(MOST);
  float epsilon = one_in(8) ? -1.0f : one_in(8) ? of_bits(0x7fc00000) : 1e-5f;
  ln_layer_norm *layer = (ln_layer_norm *)PICK(memory.layer, &memory.rms);
  ln_rms_norm *rms = (ln_rms_norm *)PICK(memory.rms, &memory.codes);
  ln_codes *codes = (ln_codes *)PICK(memory.codes, memory.moments);
  ln_moments *moments = (ln_moments *)PICK(memory.moments[0], &memory.layer);
  ln_row_stats *stats = (ln_row_stats *)PICK(memory.stats[0], memory.place[3]);
  uint8_t *params = (uint8_t *)PICK(memory.params, (uint8_t *)memory.params + 1);
  size_t bytes = one_in(4) ? (size_t)below(&n, sizeof memory.params - 7) : ln_params_bytes(WIDTH);
  void *x = place(0), *y = place(1), *residual = place(2);
  float *gamma = one_in(8) ? NULL : gamma_;
  switch (verb) {
  case 0: return ln_layer_norm_init(&memory.layer, one_in(8) ? 0 : WIDTH, gamma, beta_, epsilon);
  case 1: return ln_rms_norm_init(&memory.rms, one_in(8) ? 0 : WIDTH, gamma, beta_, epsilon);
  case 2: return ln_layer_norm_forward(layer, rows, x, one_in(4) ? x : y);
  case 3: return ln_rms_norm_forward(rms, rows, x, one_in(4) ? x : y);
  case 4: return ln_layer_norm_forward_residual(layer, rows, x, residual, y);
  case 5: return ln_layer_norm_forward_with_stats(layer, rows, x, y, stats);
  case 6: return ln_rms_norm_statistics(rms, rows, x, stats);
  case 7: return ln_layer_norm_apply(layer, stats, count(3), count(4), x, y);
  case 8: return one_in(2) ? ln_moments_init(&memory.moments[0]) : ln_moments_init_uncentred(&memory.moments[1]);
  case 9: return ln_moments_push(moments, count(40), x);
  case 10: return ln_moments_merge(moments, one_in(4) ? moments : &memory.moments[1]);
  case 11: return ln_moments_finish(moments, epsilon, stats);
  case 12: {
    ln_fold fold = {WIDTH, gamma_, beta_, 1e-5f, {0.02f, 3}, {0.03f, 5}};
    ln_scale to = {0.04f, 0};
    if (one_in(8)) fold.width = count(9);
    if (one_in(8)) fold.gamma = (const float *)place(4);
    if (one_in(8)) fold.epsilon = epsilon;
    if (one_in(8)) fold.input.scale = with_exponent(&n, 0, 255);
    if (one_in(8)) fold.output.scale = with_exponent(&n, 0, 255);
    if (one_in(8)) to.scale = one_in(2) ? 0.0f : with_exponent(&n, 0, 255);
    if (one_in(8)) fold.output.zero_point = 70000;
    switch (below(&n, 5)) {
    case 0: return ln_i8_fold(&fold, params, bytes);
    case 1: return ln_u8_fold(&fold, params, bytes);
    case 2: return ln_i8_with_residual(params, bytes, fold.input, to, epsilon);
    case 3: return ln_i16_with_residual(params, bytes, fold.input, to, epsilon);
    default: return ln_i16_fold(&fold, params, bytes);
    }
  }
  case 13: switch (below(&n, 4)) {
    case 0: return ln_i8_layer_norm_init(&memory.codes, params, bytes);
    case 1: return ln_u8_rms_norm_init(&memory.codes, params, bytes);
    case 2: return ln_i16_layer_norm_init(&memory.codes, params, bytes);
    /* Somebody has written into the file. */
    default: ((uint8_t *)memory.params)[below(&n, 68)] ^= (uint8_t)(1 << below(&n, 8)); return LN_OK;
    }
  case 14: return ln_i8_forward(codes, rows, x, one_in(4) ? x : y);
  case 15: return ln_u8_forward(codes, rows, x, y);
  case 16: return ln_i16_forward(codes, rows, x, y);
  case 17: return ln_i16_forward_residual(codes, rows, x, residual, y);
  case 18: return ln_i8_forward_residual(codes, rows, x, residual, y);
  default: return ln_layer_norm_with_residual_bias(layer, one_in(2) ? NULL : beta_);
  }
}

int main(void) {
  long done = 0, calls;
  for (calls = 0; calls < 1000000; calls++) {
    ln_status status;
    if (calls % 1000 == 0) {
      size_t i;
      for (i = 0; i < PLACES * PLACE / 4; i++) memory.place[i / (PLACE / 4)][i % (PLACE / 4)] = bell(&n);
    }
    earlier = memory;
    status = call(below(&n, 20));
    if (status < 0 && memcmp(&memory, &earlier, sizeof memory) != 0) {
      printf("call %ld: %s, and something was written\n", calls, ln_strerror(status));
      return 1;
    }
    if (memcmp(memory.before, earlier.before, sizeof memory.before) != 0 ||
        memcmp(memory.after, earlier.after, sizeof memory.after) != 0) {
      printf("call %ld: written beyond what it was given\n", calls);
      return 1;
    }
    if (status < LN_OTHER || status > LN_AGAIN) {
      printf("call %ld: status %d\n", calls, (int)status);
      return 1;
    }
    done += status >= 0;
  }
  printf("%ld calls, %ld of them right\n", calls, done);
  /* Both kinds, or this has shown nothing. */
  return done < 100000 || done > 900000;
}
