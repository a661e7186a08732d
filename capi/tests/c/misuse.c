/* A million calls with arguments that are wrong in some way, now and then right: a call that fails has written nothing, and one that does
 * not has written only where it may. Sanitizers watch what is read. */
#include "layernorm.h"
#include "numbers.h"
#include <stdio.h>
#include <string.h>

enum { WIDTH = 7, MOST = 3, PLACE = 64 * 4, PLACES = 6, VERBS = 35 };

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
  ln_code_moments code_moments[2];
  ln_cell cell;
  ln_classifier classifier;
  ln_session session;
  ln_fixed_cell fixed_cell;
  ln_fixed_classifier fixed_classifier;
  ln_fixed_session fixed_session;
  ln_shape shape;
  /* Files of an RNN of 2 inputs, 3 units and 2 classes. */
  union {
    uint8_t bytes[24 + 4 * 29];
    float weights[6 + 29];
  } file;
  uint8_t fixed_file[105], fixed_cell_file[87];
  uint64_t after[8];
} memory, earlier;

static numbers n = {28};
static float gamma_[WIDTH] = {1, 2, 3, 4, 5, 6, 7}, beta_[WIDTH] = {7, 6, 5, 4, 3, 2, 1};

/* As `fixed::Classifier::<Rnn, i8>::fold` has written it. */
static const uint8_t folded[105] = {
    76, 78, 83, 81, 1, 0, 1, 2, 2, 0, 3, 0, 2, 0, 11, 0, 172, 197, 39, 55, 1, 0, 0, 0, 21, 0, 0, 0, 19, 0, 0, 0, 88, 198, 50,
    41, 165, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 192, 0, 0, 0, 0, 0, 0, 0, 64, 0, 0, 0, 32, 0, 0, 0, 48, 0, 0, 0, 64, 7,
    131, 65, 52, 170, 170, 84, 0, 171, 170, 213, 255, 171, 42, 214, 85, 0, 127, 11, 0, 8, 251, 3, 11, 253, 5, 251, 171, 0, 85,
    214, 42, 127};

static void write_files(void) {
  static const uint8_t header[24] = {76, 78, 83, 81, 1, 0, 1, 1, 2, 0, 3, 0, 2, 0, 0, 0, 172, 197, 39, 55, 1};
  size_t i;
  memcpy(memory.file.bytes, header, sizeof header);
  for (i = 0; i < 29; i++) memory.file.weights[6 + i] = bell(&n);
  memcpy(memory.fixed_file, folded, sizeof folded);
  /* A cell alone has no classes, and no dense layer. */
  memcpy(memory.fixed_cell_file, folded, sizeof memory.fixed_cell_file);
  memory.fixed_cell_file[12] = 0;
}

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

static ln_status call_sequence(uint64_t verb) {
  const ln_kind *kind = one_in(16) ? NULL : one_in(16) ? (const ln_kind *)(const void *)&ln_rnn_i8 : one_in(16) ? &ln_gru : &ln_rnn;
  const ln_fixed_kind *fixed = one_in(16) ? NULL : one_in(16) ? (const ln_fixed_kind *)(const void *)&ln_rnn : one_in(16) ? &ln_rnn_i16 : &ln_rnn_i8;
  ln_cell *cell = (ln_cell *)PICK(memory.cell, &memory.rms);
  ln_classifier *classifier = (ln_classifier *)PICK(memory.classifier, &memory.cell);
  ln_session *session = (ln_session *)PICK(memory.session, &memory.cell);
  ln_fixed_cell *fixed_cell = (ln_fixed_cell *)PICK(memory.fixed_cell, &memory.cell);
  ln_fixed_classifier *fixed_classifier = (ln_fixed_classifier *)PICK(memory.fixed_classifier, &memory.session);
  ln_fixed_session *fixed_session = (ln_fixed_session *)PICK(memory.fixed_session, &memory.session);
  void *x = place(0), *y = place(1), *words = place(2), *codes = place(3), *of_session = place(4), *floats = place(5);
  float epsilon = one_in(8) ? -1.0f : 1e-5f;
  switch (verb) {
  case 20: return ln_cell_init(one_in(16) ? NULL : &memory.cell, kind, one_in(8) ? count(2) : 2, one_in(8) ? 0 : 3, one_in(8) ? (float *)x : memory.file.weights + 6, epsilon);
  case 21: return ln_cell_step(cell, x, y, words);
  case 22: return ln_classifier_init(&memory.classifier, kind, memory.file.bytes + one_in(16), one_in(8) ? (size_t)below(&n, 140) : 140);
  case 23: return one_in(2) ? ln_session_init(&memory.session, classifier, floats) : ln_session_init_leaky(&memory.session, classifier, (uint32_t)below(&n, 17), floats);
  case 24: return one_in(2) ? ln_session_push(session, x) : ln_session_logits(session, y);
  case 25: return one_in(2) ? ln_fixed_cell_init(&memory.fixed_cell, fixed, memory.fixed_cell_file, one_in(8) ? (size_t)below(&n, 87) : 87)
                            : ln_fixed_cell_step(fixed_cell, x, y, words, codes);
  case 26: return ln_fixed_classifier_init(&memory.fixed_classifier, fixed, memory.fixed_file, one_in(8) ? (size_t)below(&n, 105) : 105);
  case 27: return one_in(2) ? ln_fixed_session_init(&memory.fixed_session, fixed_classifier, of_session, codes)
                            : ln_fixed_session_init_leaky(&memory.fixed_session, fixed_classifier, (uint32_t)below(&n, 17), of_session, codes);
  case 28: return one_in(2) ? ln_fixed_session_push(fixed_session, x) : ln_fixed_session_logits(fixed_session, y);
  default: switch (below(&n, 4)) {
    case 0: return ln_shape_read(one_in(8) ? NULL : &memory.shape, one_in(2) ? memory.file.bytes : memory.fixed_file, count(60));
    /* Somebody has written into a file, then the right ones are there again. */
    case 1: memory.file.bytes[below(&n, 140)] ^= (uint8_t)(1 << below(&n, 8)); return LN_OK;
    case 2: memory.fixed_file[below(&n, 105)] ^= (uint8_t)(1 << below(&n, 8)); return LN_OK;
    default: write_files(); return LN_OK;
    }
  }
}

static ln_status call(uint64_t verb) {
  size_t rows = count(MOST);
  float epsilon = one_in(8) ? -1.0f : one_in(8) ? of_bits(0x7fc00000) : 1e-5f;
  ln_layer_norm *layer = (ln_layer_norm *)PICK(memory.layer, &memory.rms);
  ln_rms_norm *rms = (ln_rms_norm *)PICK(memory.rms, &memory.codes);
  ln_codes *codes = (ln_codes *)PICK(memory.codes, memory.moments);
  ln_code_moments *code_moments = (ln_code_moments *)PICK(memory.code_moments[0], &memory.layer);
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
  case 8: return one_in(4) ? ln_moments_init_uncentred(&memory.moments[below(&n, 2)]) : ln_moments_init(&memory.moments[below(&n, 2)]);
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
  case 30: return one_in(4) ? ln_u8_moments_init(&memory.code_moments[below(&n, 2)]) : ln_i8_moments_init(&memory.code_moments[below(&n, 2)]);
  case 31: return ln_i8_moments_push(&memory.code_moments[below(&n, 2)], one_in(8) ? count(40) : (size_t)below(&n, WIDTH + 1), x);
  case 32: return ln_i8_moments_merge(code_moments, one_in(8) ? code_moments : &memory.code_moments[1]);
  case 33: return ln_i8_apply(codes, code_moments, one_in(8) ? count(3) : (size_t)below(&n, 3), count(4), x, y);
  case 34: return ln_u8_moments_push(code_moments, count(WIDTH), x);
  case 19: return ln_layer_norm_with_residual_bias(layer, one_in(2) ? NULL : beta_);
  default: return call_sequence(verb);
  }
}

int main(void) {
  long done = 0, calls, right[VERBS] = {0};
  uint64_t verb;
  write_files();
  for (calls = 0; calls < 1000000; calls++) {
    ln_status status;
    if (calls % 1000 == 0) {
      size_t i;
      for (i = 0; i < PLACES * PLACE / 4; i++) memory.place[i / (PLACE / 4)][i % (PLACE / 4)] = bell(&n);
    }
    earlier = memory;
    verb = below(&n, VERBS);
    status = call(verb);
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
    right[verb] += status >= 0;
  }
  printf("%ld calls, %ld of them right\n", calls, done);
  for (verb = 0; verb < VERBS; verb++)
    if (right[verb] < 100) {
      printf("verb %d: %ld right calls\n", (int)verb, right[verb]);
      return 1;
    }
  /* Both kinds, or this has shown nothing. */
  return done < 100000 || done > 900000;
}
