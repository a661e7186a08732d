/* The group `small_float` of tests/digest, and on systems those of rows in pieces, through the header. Prints each group's digest. */
#include "corpus.h"
#include "layernorm.h"
#include "sha256.h"
#include "say.h"

#define FEW 320
#define LARGE 4096
#ifdef WITH_PIECES
#define ELEMENTS LARGE
#else
#define ELEMENTS FEW
#endif

static float x[ELEMENTS], y[ELEMENTS], residual[ELEMENTS], gamma_[ELEMENTS], beta_[ELEMENTS];
static ln_row_stats stats[16];
static sha256 hash;
static int failed;

static void floats(size_t count, const float *values) {
  size_t i;
  int byte;
  for (i = 0; i < count; i++)
    for (byte = 0; byte < 4; byte++) sha256_byte(&hash, (uint8_t)(bits_of(values[i]) >> 8 * byte));
}

static void rows_of_stats(size_t rows) {
  size_t i;
  for (i = 0; i < rows; i++) {
    float both[2];
    both[0] = ln_row_mean(&stats[i]);
    both[1] = ln_row_rstd(&stats[i]);
    floats(2, both);
  }
}

static void ok(ln_status status) {
  if (status != LN_OK) {
    say(ln_strerror(status));
    failed = 1;
  }
}

static void end(const char *group) {
  char text[65];
  sha256_finish(&hash, text);
  say_digest(group, text);
}

/* Both norms have the same verbs; N is `layer` or `rms`. */
#define EVERY_VERB(N)                                                                         \
  static void N##_verbs(size_t width, size_t rows, const float *gamma, const float *beta) {   \
    ln_##N##_norm norm;                                                                       \
    size_t len = rows * width;                                                                \
    ok(ln_##N##_norm_init(&norm, width, gamma, beta, 1.0e-5f));                               \
    ok(ln_##N##_norm_forward(&norm, rows, x, y));                                             \
    floats(len, y);                                                                           \
    ok(ln_##N##_norm_forward_with_stats(&norm, rows, x, y, stats));                           \
    floats(len, y);                                                                           \
    rows_of_stats(rows);                                                                      \
    ok(ln_##N##_norm_statistics(&norm, rows, x, stats));                                      \
    rows_of_stats(rows);                                                                      \
    ok(ln_##N##_norm_forward_residual(&norm, rows, x, residual, y));                          \
    floats(len, residual);                                                                    \
    floats(len, y);                                                                           \
    ok(ln_##N##_norm_forward(&norm, rows, x, x));                                             \
    floats(len, x);                                                                           \
  }
EVERY_VERB(layer)
EVERY_VERB(rms)

static void small_float(void) {
  static const size_t widths[] = {1, 2, 3, 5, 8, 15, 16, 17, 33, 64, 67, 129, 256, 300};
  int rms;
  hash = sha256_new();
  for (rms = 0; rms < 2; rms++) {
    size_t w;
    for (w = 0; w < sizeof widths / sizeof *widths; w++) {
      size_t width = widths[w], most = FEW / width < 16 ? FEW / width : 16, kind = 0, turn = width;
      numbers n;
      n.state = width;
      for (; kind < KINDS; kind += most, turn++) {
        size_t rows = KINDS - kind < most ? KINDS - kind : most, i;
        for (i = 0; i < rows; i++) fill((enum kind)(kind + i), &n, width, x + i * width);
        for (i = 0; i < rows * width; i++) residual[i] = bell(&n);
        parameters(&n, width, gamma_, beta_);
        if (rms)
          rms_verbs(width, rows, turn % 2 ? gamma_ : NULL, NULL);
        else
          layer_verbs(width, rows, turn % 2 ? gamma_ : NULL, turn % 4 >= 2 ? beta_ : NULL);
      }
    }
  }
  end("small_float");
}

#ifdef WITH_PIECES
static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

/* Statistics of x[0..width], pushed in pieces of `chunk`, or as two parts that are merged after `chunk` elements. */
static void by_pieces(int rms, size_t width, size_t chunk, int merged) {
  static ln_moments moments, other;
  ln_status status;
  size_t i;
  ok(rms ? ln_moments_init_uncentred(&moments) : ln_moments_init(&moments));
  do {
    if (merged) {
      other = moments;
      ok(ln_moments_push(&moments, chunk, x));
      ok(ln_moments_push(&other, width - chunk, x + chunk));
      ok(ln_moments_merge(&moments, &other));
    } else {
      for (i = 0; i < width; i += chunk) ok(ln_moments_push(&moments, smaller(chunk, width - i), x + i));
    }
    status = ln_moments_finish(&moments, 1.0e-5f, stats);
  } while (status == LN_AGAIN);
  ok(status);
}

static void pieces(int rms) {
  static const size_t widths[] = {1, 16, 100, 256, 257, 1000, 4096};
  size_t w, i;
  hash = sha256_new();
  for (w = 0; w < sizeof widths / sizeof *widths; w++) {
    size_t width = widths[w], kind;
    numbers n;
    n.state = width;
    for (kind = 0; kind < KINDS; kind++) {
      size_t chunk;
      fill((enum kind)kind, &n, width, x);
      parameters(&n, width, gamma_, beta_);
      chunk = 1 + below(&n, 300);
      by_pieces(rms, width, chunk, 0);
      if (rms) {
        ln_rms_norm norm;
        ok(ln_rms_norm_init(&norm, width, gamma_, NULL, 1.0e-5f));
        for (i = 0; i < width; i += chunk) ok(ln_rms_norm_apply(&norm, stats, i, smaller(chunk, width - i), x + i, y + i));
      } else {
        ln_layer_norm norm;
        ok(ln_layer_norm_init(&norm, width, gamma_, NULL, 1.0e-5f));
        for (i = 0; i < width; i += chunk) ok(ln_layer_norm_apply(&norm, stats, i, smaller(chunk, width - i), x + i, y + i));
      }
      rows_of_stats(1);
      floats(width, y);
      by_pieces(rms, width, (size_t)below(&n, width + 1), 1);
      rows_of_stats(1);
    }
  }
  end(rms ? "rms_norm_pieces" : "layer_norm_pieces");
}
#endif

int main(void) {
  if (ln_abi() != LN_ABI) return 2;
  small_float();
#ifdef WITH_PIECES
  pieces(0);
  pieces(1);
#endif
  return failed;
}
