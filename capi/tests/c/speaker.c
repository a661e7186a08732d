/* The network of `model/` by the header, its files read where they are: the groups `speaker_test_i8` and, WITH_FLOAT, `speaker_test_f32` of
 * tests/digest. MODEL is the folder. */
#include "layernorm.h"
#include "say.h"
#include "sha256.h"

#define FILE_AS(name, path)                                                                                             \
  __asm__(".pushsection .rodata." #name ",\"a\"\n.balign 8\n.globl " #name "\n" #name ":\n.incbin \"" MODEL "/" path    \
          "\"\n.globl " #name "_end\n" #name "_end:\n.popsection");                                                      \
  extern const uint8_t name[], name##_end[];
FILE_AS(utterances, "data/utterances.bin")
FILE_AS(speaker_i8, "speaker.i8.bin")
#ifdef WITH_FLOAT
FILE_AS(speaker_f32, "speaker.f32.bin")
#endif

enum { INPUTS = 12, UNITS = 32, SPEAKERS = 9 };

static sha256 hash;
static int failed;

static void ok(ln_status status) {
  if (status != LN_OK) {
    say(ln_strerror(status));
    failed = 1;
  }
}

static void bits(uint32_t bits) {
  int byte;
  for (byte = 0; byte < 4; byte++) sha256_byte(&hash, (uint8_t)(bits >> 8 * byte));
}

static void end(const char *group) {
  char text[65];
  sha256_finish(&hash, text);
  say_digest(group, text);
}

/* A coefficient of a frame. */
static float number(const uint8_t *bytes) {
  union {
    uint32_t bits;
    float value;
  } n;
  n.bits = bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
  return n.value;
}

/* Rounded half to even and saturated. */
static int16_t code(float x, uint32_t fraction) {
  volatile float raised;
  x *= (float)(1 << fraction);
  if (x > 32767.0f) x = 32767.0f;
  if (x < -32768.0f) x = -32768.0f;
  raised = x + 12582912.0f;
  return (int16_t)(raised - 12582912.0f);
}

/* Calls `sequence` for the frames of each utterance of the test. */
static void every_utterance(void (*sequence)(const uint8_t *frames, size_t count)) {
  size_t count = utterances[8] | (size_t)utterances[9] << 8, i;
  const uint8_t *entry = utterances + 12, *data = entry + 4 * count;
  for (i = 0; i < count; i++, entry += 4) {
    size_t frames = entry[2] | (size_t)entry[3] << 8;
    if (entry[0] != 0) sequence(data, frames);
    data += frames * INPUTS * 4;
  }
}

static ln_shape shape;

static void shape_of(const uint8_t *bytes, size_t length) {
  ok(ln_shape_read(&shape, bytes, length));
  if (shape.inputs != INPUTS || shape.units != UNITS || shape.classes != SPEAKERS) failed = 1;
}

static ln_fixed_classifier fixed;

static void in_integers(const uint8_t *frames, size_t count) {
  static int32_t words[7 * UNITS], logits[SPEAKERS];
  static int16_t codes[7 * UNITS];
  ln_fixed_session session;
  size_t i;
  ok(ln_fixed_session_init(&session, &fixed, words, codes));
  for (; count > 0; count--, frames += 4 * INPUTS) {
    int16_t x[INPUTS];
    for (i = 0; i < INPUTS; i++) x[i] = code(number(frames + 4 * i), shape.fraction);
    ok(ln_fixed_session_push(&session, x));
  }
  ok(ln_fixed_session_logits(&session, logits));
  for (i = 0; i < SPEAKERS; i++) bits((uint32_t)logits[i]);
}

#ifdef WITH_FLOAT
static ln_classifier classifier;

static void in_float(const uint8_t *frames, size_t count) {
  static float memory[15 * UNITS], logits[SPEAKERS];
  ln_session session;
  size_t i;
  ok(ln_session_init(&session, &classifier, memory));
  for (; count > 0; count--, frames += 4 * INPUTS) {
    float x[INPUTS];
    for (i = 0; i < INPUTS; i++) x[i] = number(frames + 4 * i);
    ok(ln_session_push(&session, x));
  }
  ok(ln_session_logits(&session, logits));
  for (i = 0; i < SPEAKERS; i++) {
    union {
      float value;
      uint32_t bits;
    } n;
    n.value = logits[i];
    bits(n.bits);
  }
}
#endif

int main(void) {
  size_t length = (size_t)(speaker_i8_end - speaker_i8);
  shape_of(speaker_i8, length);
  ok(ln_fixed_classifier_init(&fixed, &ln_gru_i8, speaker_i8, length));
  if (ln_fixed_session_words(&ln_gru_i8, UNITS) != 7 * UNITS || ln_fixed_session_codes(&ln_gru_i8, UNITS) != 7 * UNITS) failed = 1;
  hash = sha256_new();
  every_utterance(in_integers);
  end("speaker_test_i8");
#ifdef WITH_FLOAT
  length = (size_t)(speaker_f32_end - speaker_f32);
  shape_of(speaker_f32, length);
  ok(ln_classifier_init(&classifier, &ln_gru, speaker_f32, length));
  if (ln_session_memory(&ln_gru, UNITS) != 15 * UNITS) failed = 1;
  hash = sha256_new();
  every_utterance(in_float);
  end("speaker_test_f32");
#endif
  return failed;
}
