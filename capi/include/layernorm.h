/* Layer normalisation and RMSNorm: accurate, without allocation, the same bits on every machine. Made by cbindgen from capi/src.
 *
 * What every function is promised, and cannot look at: a pointer leads to as many elements as its
 * function says, and a struct is changed by one call at a time. Everything else is checked: NULL,
 * alignment, overlap, lengths, values, and whether a struct was made for the function. Then the
 * status is negative, and nothing has been written. Where there are no rows, pointers to rows may
 * be NULL.
 *
 * Rows lie one behind the other, `rows` times the width of the norm. */

#ifndef LAYERNORM_H
#define LAYERNORM_H

#include <stddef.h>
#include <stdint.h>

/**
 * Version of what the header declares. It grows when something is added, and what was declared
 * before stays as it is.
 */
#define LN_ABI 1

/**
 * A kind of cell in integers and the type of its weights. The library has ln_gru_i8 and the others;
 * a program links the code of those that it names.
 */
typedef struct ln_fixed_kind ln_fixed_kind;

/**
 * A kind of cell and its norm. The library has ln_gru and the others; a program links the code of
 * those that it names.
 */
typedef struct ln_kind ln_kind;

/**
 * What a function returns: LN_OK, a positive number where it asks for more, a negative one where an
 * argument is wrong. Then nothing has been written.
 */
typedef int32_t ln_status;

/**
 * A recurrent cell. Made by ln_cell_init; it reads its weights where they are, as in flash. It may
 * be copied; the words are the library's.
 */
typedef struct ln_cell {
  size_t words[24];
} ln_cell;

/**
 * A recurrent cell, the mean of its outputs, and a dense layer. Made by ln_classifier_init; it
 * reads its weights where they are. It may be copied; the words are the library's.
 */
typedef struct ln_classifier {
  size_t words[28];
} ln_classifier;

/**
 * A sequence that a classifier listens to. Made by ln_session_init; it uses its memory until it is
 * forgotten. It may be moved, but not copied: both would write to the same memory.
 */
typedef struct ln_session {
  size_t words[40];
} ln_session;

/**
 * The sums of a row of codes that comes in pieces, as halves of a DMA buffer. They are exact: one
 * pass, any pieces, in any order. The words are the library's; it may be copied.
 */
typedef struct ln_code_moments {
  uint64_t words[4];
} ln_code_moments;

/**
 * A norm of rows of quantised codes. It reads its parameters where they are, as in flash, where
 * they must stay as they are while it is used. It may be copied; the words are the library's.
 */
typedef struct ln_codes {
  uint64_t words[20];
} ln_codes;

/**
 * A code stands for scale * (code - zero_point).
 */
typedef struct ln_scale {
  /**
   * Finite and above 0.
   */
  float scale;
  /**
   * A code of the type.
   */
  int32_t zero_point;
} ln_scale;

/**
 * What is folded into parameters: gamma and beta of `width` numbers each, epsilon, and scales.
 */
typedef struct ln_fold {
  /**
   * 1 to 32768.
   */
  size_t width;
  /**
   * `width` numbers.
   */
  const float *gamma;
  /**
   * `width` numbers.
   */
  const float *beta;
  /**
   * Finite and not negative.
   */
  float epsilon;
  /**
   * Of rows.
   */
  struct ln_scale input;
  /**
   * Of what they become.
   */
  struct ln_scale output;
} ln_fold;

/**
 * A recurrent cell in integers. Made by ln_fixed_cell_init; it reads its bytes where they are, as
 * in flash. It may be copied; the words are the library's.
 */
typedef struct ln_fixed_cell {
  size_t words[26];
} ln_fixed_cell;

/**
 * A classifier of sequences in integers. Made by ln_fixed_classifier_init; it reads its bytes where
 * they are. It may be copied; the words are the library's.
 */
typedef struct ln_fixed_classifier {
  size_t words[30];
} ln_fixed_classifier;

/**
 * A sequence that a classifier in integers listens to. Made by ln_fixed_session_init; it uses its
 * memory until it is forgotten. It may be moved, but not copied: both would write to the same
 * memory.
 */
typedef struct ln_fixed_session {
  size_t words[42];
} ln_fixed_session;

/**
 * Layer normalisation of rows of a width: y = (x - mean) / sqrt(var + epsilon) * gamma + beta. Made
 * by ln_layer_norm_init; the words are the library's. It reads gamma and beta where they are, which
 * must stay as they are while it is used. It may be copied.
 */
typedef struct ln_layer_norm {
  size_t words[12];
} ln_layer_norm;

/**
 * Statistics of one row, for later calls over the same row. The words are the library's.
 */
typedef struct ln_row_stats {
  uint32_t words[4];
} ln_row_stats;

/**
 * The statistics of a row that comes in pieces, or is larger than memory: some 1.2 kB, since it
 * keeps the last elements until a block of 256 is full. Any pieces give the bits of the whole row.
 * The words are the library's.
 */
typedef struct ln_moments {
  uint64_t words[160];
} ln_moments;

/**
 * RMSNorm of rows of a width: y = x / sqrt(mean(x^2) + epsilon) * gamma + beta. Made by
 * ln_rms_norm_init; the words are the library's. It reads gamma and beta where they are, which must
 * stay as they are while it is used. It may be copied.
 */
typedef struct ln_rms_norm {
  size_t words[12];
} ln_rms_norm;

/**
 * What the header of a file of weights says.
 */
typedef struct ln_shape {
  /**
   * 1 RNN, 2 LSTM, 3 GRU, 4 the LSTM that carries the normalised c.
   */
  int32_t kind;
  /**
   * Of the weights: 1 float, 2 int8_t, 3 int16_t.
   */
  int32_t storage;
  /**
   * 1 layer normalisation, 2 RMSNorm, 3 none.
   */
  int32_t norm;
  /**
   * Numbers of a frame.
   */
  size_t inputs;
  /**
   * Outputs of the cell.
   */
  size_t units;
  /**
   * 0 for a cell alone.
   */
  size_t classes;
  /**
   * Fraction bits of the inputs of integers.
   */
  uint32_t fraction;
  /**
   * What the norms add to the variance.
   */
  float epsilon;
} ln_shape;

/**
 * Done.
 */
#define LN_OK 0

/**
 * The row has to be pushed once more, all of it, and finished again.
 */
#define LN_AGAIN 1

/**
 * A pointer is NULL that must not be.
 */
#define LN_NULL (-1)

/**
 * A pointer is not aligned to its type.
 */
#define LN_MISALIGNED (-2)

/**
 * Memory that is written overlaps other memory of the call. Where a function says so, `y` may be
 * `x`.
 */
#define LN_OVERLAP (-3)

/**
 * A width of 0, or a row of no elements.
 */
#define LN_ZERO (-4)

/**
 * A width or a length beyond its limit, or beyond the end of its row.
 */
#define LN_TOO_LARGE (-5)

/**
 * Bytes, or elements of a later pass, are not as many as they must be.
 */
#define LN_LENGTH (-6)

/**
 * `epsilon` is negative, infinite or NaN.
 */
#define LN_EPSILON (-7)

/**
 * An element of `gamma`, `beta` or `residual_bias` is infinite or NaN.
 */
#define LN_NOT_FINITE (-8)

/**
 * What a pointer leads to was not made for this function: never initialised, or for another type of
 * numbers.
 */
#define LN_NOT_MADE (-9)

/**
 * Moments are not of the same norm, or not in the same pass over the same row.
 */
#define LN_PASSES (-10)

/**
 * A scale is not a finite number above 0.
 */
#define LN_SCALE (-11)

/**
 * A zero point is not a code of its type.
 */
#define LN_ZERO_POINT (-12)

/**
 * An element of `gamma` or `beta` is 2^31 steps of the output or more.
 */
#define LN_BEYOND_SCALE (-13)

/**
 * `epsilon` is too large beside the square of the input's scale, or the residual's.
 */
#define LN_EPSILON_BEYOND_SCALE (-14)

/**
 * The input's scale is more than 16 times the residual's.
 */
#define LN_SCALE_RATIO (-15)

/**
 * The parameters were folded without a residual.
 */
#define LN_NO_RESIDUAL (-16)

/**
 * Bytes that are not parameters of this type of codes.
 */
#define LN_FORMAT (-17)

/**
 * Parameters with a number that folding never writes.
 */
#define LN_CORRUPT (-18)

/**
 * Another error of the crate; no function of this version returns it.
 */
#define LN_OTHER (-19)

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * The net, with weights of 8 bits.
 */
extern const struct ln_fixed_kind ln_rnn_i8;

/**
 * The net, with weights of 16 bits.
 */
extern const struct ln_fixed_kind ln_rnn_i16;

/**
 * The LSTM, with weights of 8 bits.
 */
extern const struct ln_fixed_kind ln_lstm_i8;

/**
 * The LSTM, with weights of 16 bits.
 */
extern const struct ln_fixed_kind ln_lstm_i16;

/**
 * The GRU, with weights of 8 bits.
 */
extern const struct ln_fixed_kind ln_gru_i8;

/**
 * The GRU, with weights of 16 bits.
 */
extern const struct ln_fixed_kind ln_gru_i16;

/**
 * The LSTM that carries the normalised c, with weights of 8 bits.
 */
extern const struct ln_fixed_kind ln_state_norm_lstm_i8;

/**
 * The LSTM that carries the normalised c, with weights of 16 bits.
 */
extern const struct ln_fixed_kind ln_state_norm_lstm_i16;

/**
 * The net of h' = tanh(LN(x W + h U)).
 */
extern const struct ln_kind ln_rnn;

/**
 * The same with RMSNorm.
 */
extern const struct ln_kind ln_rnn_rms;

/**
 * The same without a norm.
 */
extern const struct ln_kind ln_rnn_plain;

/**
 * The LSTM of Ba, Kiros and Hinton 2016.
 */
extern const struct ln_kind ln_lstm;

/**
 * The same with RMSNorm.
 */
extern const struct ln_kind ln_lstm_rms;

/**
 * The same without a norm.
 */
extern const struct ln_kind ln_lstm_plain;

/**
 * The GRU of Ba, Kiros and Hinton 2016.
 */
extern const struct ln_kind ln_gru;

/**
 * The same with RMSNorm.
 */
extern const struct ln_kind ln_gru_rms;

/**
 * The same without a norm.
 */
extern const struct ln_kind ln_gru_plain;

/**
 * The LSTM that carries the normalised c, as TensorFlow Addons has it.
 */
extern const struct ln_kind ln_state_norm_lstm;

/**
 * Numbers of the weights of a cell of a kind: the kernel (inputs * gates * units), the recurrent
 * kernel (units * gates * units), the gains and the biases of its norms. 0 for NULL.
 */
size_t ln_cell_weights(const struct ln_kind *kind,
                       size_t inputs,
                       size_t units);

/**
 * Numbers of the state: h, and c of an LSTM; a sequence begins with zeros. 0 for NULL.
 */
size_t ln_cell_state(const struct ln_kind *kind, size_t units);

/**
 * Numbers of scratch memory that a step needs: of an RNN 3 * units, of a GRU 13, of an LSTM 20. 0
 * for NULL.
 */
size_t ln_cell_scratch(const struct ln_kind *kind, size_t units);

/**
 * Numbers of memory that a session needs: of an RNN 5 * units, of a GRU 15, of an LSTM 23. 0 for
 * NULL.
 */
size_t ln_session_memory(const struct ln_kind *kind, size_t units);

/**
 * Makes a cell of `inputs` and `units`. `weights` has as many numbers as ln_cell_weights says.
 *
 * LN_ZERO, LN_EPSILON, LN_NOT_FINITE, LN_NOT_MADE.
 */
ln_status ln_cell_init(struct ln_cell *cell,
                       const struct ln_kind *kind,
                       size_t inputs,
                       size_t units,
                       const float *weights,
                       float epsilon);

/**
 * One step: `x` has `inputs` numbers, `state` and `scratch` as many as ln_cell_state and
 * ln_cell_scratch say. The output is the first `units` numbers of the new state.
 */
ln_status ln_cell_step(const struct ln_cell *cell,
                       const float *x,
                       float *state,
                       float *scratch);

/**
 * Makes a classifier of a file of weights, `length` bytes at `bytes`, aligned to 4, which stay as
 * they are while it is used.
 *
 * LN_LENGTH, LN_FORMAT (another kind, norm or type of weights), LN_CORRUPT, LN_ZERO, LN_NOT_FINITE,
 * LN_NOT_MADE.
 */
ln_status ln_classifier_init(struct ln_classifier *classifier,
                             const struct ln_kind *kind,
                             const uint8_t *bytes,
                             size_t length);

/**
 * Begins a sequence. `memory` has as many numbers as ln_session_memory says, and is the session's
 * from now on.
 */
ln_status ln_session_init(struct ln_session *session, const struct ln_classifier *classifier, float *memory);

/**
 * Begins a sequence without end: the mean of the outputs forgets old frames, by a 2^shift-th with
 * each. `shift` is at most 15.
 *
 * LN_TOO_LARGE.
 */
ln_status ln_session_init_leaky(struct ln_session *session,
                                const struct ln_classifier *classifier,
                                uint32_t shift,
                                float *memory);

/**
 * Listens to the next frame, `inputs` numbers at `x`.
 */
ln_status ln_session_push(struct ln_session *session, const float *x);

/**
 * Writes the logits of the frames so far, one for each class, to `logits`.
 */
ln_status ln_session_logits(struct ln_session *session, float *logits);

/**
 * Empty moments of a row of int8_t codes.
 */
ln_status ln_i8_moments_init(struct ln_code_moments *moments);

/**
 * The next `length` int8_t codes of the row.
 *
 * LN_TOO_LARGE where the row would have more than 32768.
 */
ln_status ln_i8_moments_push(struct ln_code_moments *moments, size_t length, const int8_t *chunk);

/**
 * Adds the codes of `other`, in any order. `other` stays as it is.
 *
 * LN_TOO_LARGE where the row would have more than 32768.
 */
ln_status ln_i8_moments_merge(struct ln_code_moments *moments, const struct ln_code_moments *other);

/**
 * out = norm(chunk) for `length` int8_t codes of a row from `offset` on, all of which were pushed
 * to `moments`. The codes are those of the whole row.
 *
 * LN_LENGTH unless `width` codes were pushed, LN_TOO_LARGE where the chunk goes beyond the end of
 * the row.
 */
ln_status ln_i8_apply(const struct ln_codes *norm,
                      const struct ln_code_moments *moments,
                      size_t offset,
                      size_t length,
                      const int8_t *chunk,
                      int8_t *out);

/**
 * Empty moments of a row of uint8_t codes.
 */
ln_status ln_u8_moments_init(struct ln_code_moments *moments);

/**
 * The next `length` uint8_t codes of the row.
 *
 * LN_TOO_LARGE where the row would have more than 32768.
 */
ln_status ln_u8_moments_push(struct ln_code_moments *moments, size_t length, const uint8_t *chunk);

/**
 * Adds the codes of `other`, in any order. `other` stays as it is.
 *
 * LN_TOO_LARGE where the row would have more than 32768.
 */
ln_status ln_u8_moments_merge(struct ln_code_moments *moments, const struct ln_code_moments *other);

/**
 * out = norm(chunk) for `length` uint8_t codes of a row from `offset` on, all of which were pushed
 * to `moments`. The codes are those of the whole row.
 *
 * LN_LENGTH unless `width` codes were pushed, LN_TOO_LARGE where the chunk goes beyond the end of
 * the row.
 */
ln_status ln_u8_apply(const struct ln_codes *norm,
                      const struct ln_code_moments *moments,
                      size_t offset,
                      size_t length,
                      const uint8_t *chunk,
                      uint8_t *out);

/**
 * Empty moments of a row of int16_t codes.
 */
ln_status ln_i16_moments_init(struct ln_code_moments *moments);

/**
 * The next `length` int16_t codes of the row.
 *
 * LN_TOO_LARGE where the row would have more than 32768.
 */
ln_status ln_i16_moments_push(struct ln_code_moments *moments, size_t length, const int16_t *chunk);

/**
 * Adds the codes of `other`, in any order. `other` stays as it is.
 *
 * LN_TOO_LARGE where the row would have more than 32768.
 */
ln_status ln_i16_moments_merge(struct ln_code_moments *moments, const struct ln_code_moments *other);

/**
 * out = norm(chunk) for `length` int16_t codes of a row from `offset` on, all of which were pushed
 * to `moments`. The codes are those of the whole row.
 *
 * LN_LENGTH unless `width` codes were pushed, LN_TOO_LARGE where the chunk goes beyond the end of
 * the row.
 */
ln_status ln_i16_apply(const struct ln_codes *norm,
                       const struct ln_code_moments *moments,
                       size_t offset,
                       size_t length,
                       const int16_t *chunk,
                       int16_t *out);

/**
 * Bytes of the parameters of rows of `width` codes; 0 for a width that rows cannot have.
 */
size_t ln_params_bytes(size_t width);

/**
 * Folds gamma, beta, epsilon and the scales of int8_t codes into `bytes` bytes at `params`, which
 * are aligned to 4 and as many as ln_params_bytes says.
 *
 * LN_SCALE, LN_ZERO_POINT, LN_NOT_FINITE, LN_BEYOND_SCALE, LN_EPSILON, LN_EPSILON_BEYOND_SCALE,
 * LN_SCALE_RATIO, LN_LENGTH.
 */
ln_status ln_i8_fold(const struct ln_fold *fold,
                     uint8_t *params,
                     size_t bytes);

/**
 * Adds to folded parameters what the residual form needs: the scale of what it adds rows to.
 * `input` and `epsilon` are those that were folded.
 *
 * LN_SCALE, LN_ZERO_POINT, LN_SCALE_RATIO, LN_EPSILON, LN_EPSILON_BEYOND_SCALE, LN_LENGTH,
 * LN_FORMAT, LN_CORRUPT.
 */
ln_status ln_i8_with_residual(uint8_t *params,
                              size_t bytes,
                              struct ln_scale input,
                              struct ln_scale residual,
                              float epsilon);

/**
 * Makes a layer normalisation of int8_t codes with the parameters of `bytes` bytes at `params`,
 * aligned to 4.
 *
 * LN_LENGTH, LN_FORMAT, LN_CORRUPT.
 */
ln_status ln_i8_layer_norm_init(struct ln_codes *norm, const uint8_t *params, size_t bytes);

/**
 * The same for RMSNorm.
 */
ln_status ln_i8_rms_norm_init(struct ln_codes *norm, const uint8_t *params, size_t bytes);

/**
 * y = norm(x); both rows * width int8_t codes. `y` may be `x`. Each code is that of exact
 * arithmetic, rounded half to even, then saturated.
 */
ln_status ln_i8_forward(const struct ln_codes *norm,
                        size_t rows,
                        const int8_t *x,
                        int8_t *y);

/**
 * y = norm(x + residual), residual = x + residual; all rows * width int8_t codes.
 *
 * LN_NO_RESIDUAL where the parameters were folded without one.
 */
ln_status ln_i8_forward_residual(const struct ln_codes *norm,
                                 size_t rows,
                                 const int8_t *x,
                                 int8_t *residual,
                                 int8_t *y);

/**
 * Folds gamma, beta, epsilon and the scales of uint8_t codes into `bytes` bytes at `params`, which
 * are aligned to 4 and as many as ln_params_bytes says.
 *
 * LN_SCALE, LN_ZERO_POINT, LN_NOT_FINITE, LN_BEYOND_SCALE, LN_EPSILON, LN_EPSILON_BEYOND_SCALE,
 * LN_SCALE_RATIO, LN_LENGTH.
 */
ln_status ln_u8_fold(const struct ln_fold *fold,
                     uint8_t *params,
                     size_t bytes);

/**
 * Adds to folded parameters what the residual form needs: the scale of what it adds rows to.
 * `input` and `epsilon` are those that were folded.
 *
 * LN_SCALE, LN_ZERO_POINT, LN_SCALE_RATIO, LN_EPSILON, LN_EPSILON_BEYOND_SCALE, LN_LENGTH,
 * LN_FORMAT, LN_CORRUPT.
 */
ln_status ln_u8_with_residual(uint8_t *params,
                              size_t bytes,
                              struct ln_scale input,
                              struct ln_scale residual,
                              float epsilon);

/**
 * Makes a layer normalisation of uint8_t codes with the parameters of `bytes` bytes at `params`,
 * aligned to 4.
 *
 * LN_LENGTH, LN_FORMAT, LN_CORRUPT.
 */
ln_status ln_u8_layer_norm_init(struct ln_codes *norm, const uint8_t *params, size_t bytes);

/**
 * The same for RMSNorm.
 */
ln_status ln_u8_rms_norm_init(struct ln_codes *norm, const uint8_t *params, size_t bytes);

/**
 * y = norm(x); both rows * width uint8_t codes. `y` may be `x`. Each code is that of exact
 * arithmetic, rounded half to even, then saturated.
 */
ln_status ln_u8_forward(const struct ln_codes *norm,
                        size_t rows,
                        const uint8_t *x,
                        uint8_t *y);

/**
 * y = norm(x + residual), residual = x + residual; all rows * width uint8_t codes.
 *
 * LN_NO_RESIDUAL where the parameters were folded without one.
 */
ln_status ln_u8_forward_residual(const struct ln_codes *norm,
                                 size_t rows,
                                 const uint8_t *x,
                                 uint8_t *residual,
                                 uint8_t *y);

/**
 * Folds gamma, beta, epsilon and the scales of int16_t codes into `bytes` bytes at `params`, which
 * are aligned to 4 and as many as ln_params_bytes says.
 *
 * LN_SCALE, LN_ZERO_POINT, LN_NOT_FINITE, LN_BEYOND_SCALE, LN_EPSILON, LN_EPSILON_BEYOND_SCALE,
 * LN_SCALE_RATIO, LN_LENGTH.
 */
ln_status ln_i16_fold(const struct ln_fold *fold,
                      uint8_t *params,
                      size_t bytes);

/**
 * Adds to folded parameters what the residual form needs: the scale of what it adds rows to.
 * `input` and `epsilon` are those that were folded.
 *
 * LN_SCALE, LN_ZERO_POINT, LN_SCALE_RATIO, LN_EPSILON, LN_EPSILON_BEYOND_SCALE, LN_LENGTH,
 * LN_FORMAT, LN_CORRUPT.
 */
ln_status ln_i16_with_residual(uint8_t *params,
                               size_t bytes,
                               struct ln_scale input,
                               struct ln_scale residual,
                               float epsilon);

/**
 * Makes a layer normalisation of int16_t codes with the parameters of `bytes` bytes at `params`,
 * aligned to 4.
 *
 * LN_LENGTH, LN_FORMAT, LN_CORRUPT.
 */
ln_status ln_i16_layer_norm_init(struct ln_codes *norm, const uint8_t *params, size_t bytes);

/**
 * The same for RMSNorm.
 */
ln_status ln_i16_rms_norm_init(struct ln_codes *norm, const uint8_t *params, size_t bytes);

/**
 * y = norm(x); both rows * width int16_t codes. `y` may be `x`. Each code is that of exact
 * arithmetic, rounded half to even, then saturated.
 */
ln_status ln_i16_forward(const struct ln_codes *norm,
                         size_t rows,
                         const int16_t *x,
                         int16_t *y);

/**
 * y = norm(x + residual), residual = x + residual; all rows * width int16_t codes.
 *
 * LN_NO_RESIDUAL where the parameters were folded without one.
 */
ln_status ln_i16_forward_residual(const struct ln_codes *norm,
                                  size_t rows,
                                  const int16_t *x,
                                  int16_t *residual,
                                  int16_t *y);

/**
 * Numbers of a cell's state: units, of an LSTM 2 * units; a sequence begins with zeros. 0 for NULL.
 */
size_t ln_fixed_cell_state(const struct ln_fixed_kind *kind, size_t units);

/**
 * Numbers each of the sums and the gates of a step: of an RNN units, of a GRU 6 * units, of an LSTM
 * 9. 0 for NULL.
 */
size_t ln_fixed_cell_scratch(const struct ln_fixed_kind *kind, size_t units);

/**
 * Numbers of 32 bits that a session needs: of an RNN 2 * units, of a GRU 7, of an LSTM 10. 0 for
 * NULL.
 */
size_t ln_fixed_session_words(const struct ln_fixed_kind *kind, size_t units);

/**
 * Numbers of 16 bits that a session needs: of an RNN 2 * units, of a GRU 7, of an LSTM 11. 0 for
 * NULL.
 */
size_t ln_fixed_session_codes(const struct ln_fixed_kind *kind, size_t units);

/**
 * Makes a cell of the `length` bytes at `bytes` that folding has written, which stay as they are
 * while it is used.
 *
 * LN_LENGTH, LN_FORMAT (another kind or type of weights), LN_CORRUPT, LN_NOT_MADE.
 */
ln_status ln_fixed_cell_init(struct ln_fixed_cell *cell,
                             const struct ln_fixed_kind *kind,
                             const uint8_t *bytes,
                             size_t length);

/**
 * One step: `x` has `inputs` numbers with the fraction bits of the file, `state` as many as
 * ln_fixed_cell_state says, `sums` and `gates` as many as ln_fixed_cell_scratch does. The output is
 * the first `units` numbers of the new state, with 15 fraction bits.
 */
ln_status ln_fixed_cell_step(const struct ln_fixed_cell *cell,
                             const int16_t *x,
                             int16_t *state,
                             int32_t *sums,
                             int16_t *gates);

/**
 * Makes a classifier of the `length` bytes at `bytes` that folding has written, which stay as they
 * are while it is used.
 *
 * LN_LENGTH, LN_FORMAT (another kind or type of weights), LN_CORRUPT, LN_ZERO, LN_NOT_MADE.
 */
ln_status ln_fixed_classifier_init(struct ln_fixed_classifier *classifier,
                                   const struct ln_fixed_kind *kind,
                                   const uint8_t *bytes,
                                   size_t length);

/**
 * The value of one unit of a logit; NaN for a struct that was not made.
 */
float ln_fixed_classifier_scale(const struct ln_fixed_classifier *classifier);

/**
 * Begins a sequence of at most 65535 frames. `words` and `codes` have as many numbers as
 * ln_fixed_session_words and ln_fixed_session_codes say, and are the session's from now on.
 */
ln_status ln_fixed_session_init(struct ln_fixed_session *session,
                                const struct ln_fixed_classifier *classifier,
                                int32_t *words,
                                int16_t *codes);

/**
 * Begins a sequence without end: the mean of the outputs forgets old frames, by a 2^shift-th with
 * each. `shift` is at most 15.
 *
 * LN_TOO_LARGE.
 */
ln_status ln_fixed_session_init_leaky(struct ln_fixed_session *session,
                                      const struct ln_fixed_classifier *classifier,
                                      uint32_t shift,
                                      int32_t *words,
                                      int16_t *codes);

/**
 * Listens to the next frame, `inputs` numbers at `x` with the fraction bits of the file.
 *
 * LN_TOO_LARGE for too many frames.
 */
ln_status ln_fixed_session_push(struct ln_fixed_session *session, const int16_t *x);

/**
 * Writes the logits of the frames so far, one for each class, to `logits`, in units of
 * ln_fixed_classifier_scale.
 */
ln_status ln_fixed_session_logits(struct ln_fixed_session *session, int32_t *logits);

/**
 * Makes a norm of rows of `width` numbers. `gamma` and `beta` have `width` numbers, or are NULL: 1,
 * and 0. `epsilon` is finite and not negative; 1e-5 is the usual one.
 *
 * LN_NULL, LN_MISALIGNED, LN_ZERO, LN_EPSILON, LN_NOT_FINITE, LN_TOO_LARGE.
 */
ln_status ln_layer_norm_init(struct ln_layer_norm *norm,
                             size_t width,
                             const float *gamma,
                             const float *beta,
                             float epsilon);

/**
 * From now on the gain is 1 + gamma, rounded once, as in Gemma.
 */
ln_status ln_layer_norm_with_unit_offset(struct ln_layer_norm *norm);

/**
 * From now on ln_layer_norm_forward_residual adds the `width` numbers of `bias` to each sum:
 * (residual + x) + bias.
 */
ln_status ln_layer_norm_with_residual_bias(struct ln_layer_norm *norm, const float *bias);

/**
 * y = norm(x); both rows * width. `y` may be `x`.
 */
ln_status ln_layer_norm_forward(const struct ln_layer_norm *norm, size_t rows, const float *x, float *y);

/**
 * y = norm(x), and the statistics of each row; `stats` has one for each.
 */
ln_status ln_layer_norm_forward_with_stats(const struct ln_layer_norm *norm,
                                           size_t rows,
                                           const float *x,
                                           float *y,
                                           struct ln_row_stats *stats);

/**
 * The statistics of each row alone.
 */
ln_status ln_layer_norm_statistics(const struct ln_layer_norm *norm,
                                   size_t rows,
                                   const float *x,
                                   struct ln_row_stats *stats);

/**
 * residual = residual + x, then y = norm(residual); all rows * width.
 */
ln_status ln_layer_norm_forward_residual(const struct ln_layer_norm *norm,
                                         size_t rows,
                                         const float *x,
                                         float *residual,
                                         float *y);

/**
 * out = norm(chunk) for `length` numbers of a row from `offset` on, whose statistics are `stats`.
 * The bits are those of the whole row.
 *
 * LN_TOO_LARGE where the chunk goes beyond the end of the row.
 */
ln_status ln_layer_norm_apply(const struct ln_layer_norm *norm,
                              const struct ln_row_stats *stats,
                              size_t offset,
                              size_t length,
                              const float *chunk,
                              float *out);

/**
 * LN_ABI of the library, to be compared with that of the header.
 */
int32_t ln_abi(void);

/**
 * Numbers of the weights of a cell of a kind: the kernel (inputs * gates * units), the recurrent
 * kernel (units * gates * units), the gains and the biases of its norms. 0 for NULL.
 */
size_t ln_cell_weights(const struct ln_kind *kind,
                       size_t inputs,
                       size_t units);

/**
 * Numbers of the state: h, and c of an LSTM; a sequence begins with zeros. 0 for NULL.
 */
size_t ln_cell_state(const struct ln_kind *kind, size_t units);

/**
 * Numbers of scratch memory that a step needs: of an RNN 3 * units, of a GRU 13, of an LSTM 20. 0
 * for NULL.
 */
size_t ln_cell_scratch(const struct ln_kind *kind, size_t units);

/**
 * Numbers of memory that a session needs: of an RNN 5 * units, of a GRU 15, of an LSTM 23. 0 for
 * NULL.
 */
size_t ln_session_memory(const struct ln_kind *kind, size_t units);

/**
 * Makes a cell of `inputs` and `units`. `weights` has as many numbers as ln_cell_weights says.
 *
 * LN_ZERO, LN_EPSILON, LN_NOT_FINITE, LN_NOT_MADE.
 */
ln_status ln_cell_init(struct ln_cell *cell,
                       const struct ln_kind *kind,
                       size_t inputs,
                       size_t units,
                       const float *weights,
                       float epsilon);

/**
 * One step: `x` has `inputs` numbers, `state` and `scratch` as many as ln_cell_state and
 * ln_cell_scratch say. The output is the first `units` numbers of the new state.
 */
ln_status ln_cell_step(const struct ln_cell *cell,
                       const float *x,
                       float *state,
                       float *scratch);

/**
 * Makes a classifier of a file of weights, `length` bytes at `bytes`, aligned to 4, which stay as
 * they are while it is used.
 *
 * LN_LENGTH, LN_FORMAT (another kind, norm or type of weights), LN_CORRUPT, LN_ZERO, LN_NOT_FINITE,
 * LN_NOT_MADE.
 */
ln_status ln_classifier_init(struct ln_classifier *classifier,
                             const struct ln_kind *kind,
                             const uint8_t *bytes,
                             size_t length);

/**
 * Begins a sequence. `memory` has as many numbers as ln_session_memory says, and is the session's
 * from now on.
 */
ln_status ln_session_init(struct ln_session *session, const struct ln_classifier *classifier, float *memory);

/**
 * Begins a sequence without end: the mean of the outputs forgets old frames, by a 2^shift-th with
 * each. `shift` is at most 15.
 *
 * LN_TOO_LARGE.
 */
ln_status ln_session_init_leaky(struct ln_session *session,
                                const struct ln_classifier *classifier,
                                uint32_t shift,
                                float *memory);

/**
 * Listens to the next frame, `inputs` numbers at `x`.
 */
ln_status ln_session_push(struct ln_session *session, const float *x);

/**
 * Writes the logits of the frames so far, one for each class, to `logits`.
 */
ln_status ln_session_logits(struct ln_session *session, float *logits);

/**
 * Empty moments of a row of int8_t codes.
 */
ln_status ln_i8_moments_init(struct ln_code_moments *moments);

/**
 * The next `length` int8_t codes of the row.
 *
 * LN_TOO_LARGE where the row would have more than 32768.
 */
ln_status ln_i8_moments_push(struct ln_code_moments *moments, size_t length, const int8_t *chunk);

/**
 * Adds the codes of `other`, in any order. `other` stays as it is.
 *
 * LN_TOO_LARGE where the row would have more than 32768.
 */
ln_status ln_i8_moments_merge(struct ln_code_moments *moments, const struct ln_code_moments *other);

/**
 * out = norm(chunk) for `length` int8_t codes of a row from `offset` on, all of which were pushed
 * to `moments`. The codes are those of the whole row.
 *
 * LN_LENGTH unless `width` codes were pushed, LN_TOO_LARGE where the chunk goes beyond the end of
 * the row.
 */
ln_status ln_i8_apply(const struct ln_codes *norm,
                      const struct ln_code_moments *moments,
                      size_t offset,
                      size_t length,
                      const int8_t *chunk,
                      int8_t *out);

/**
 * Empty moments of a row of uint8_t codes.
 */
ln_status ln_u8_moments_init(struct ln_code_moments *moments);

/**
 * The next `length` uint8_t codes of the row.
 *
 * LN_TOO_LARGE where the row would have more than 32768.
 */
ln_status ln_u8_moments_push(struct ln_code_moments *moments, size_t length, const uint8_t *chunk);

/**
 * Adds the codes of `other`, in any order. `other` stays as it is.
 *
 * LN_TOO_LARGE where the row would have more than 32768.
 */
ln_status ln_u8_moments_merge(struct ln_code_moments *moments, const struct ln_code_moments *other);

/**
 * out = norm(chunk) for `length` uint8_t codes of a row from `offset` on, all of which were pushed
 * to `moments`. The codes are those of the whole row.
 *
 * LN_LENGTH unless `width` codes were pushed, LN_TOO_LARGE where the chunk goes beyond the end of
 * the row.
 */
ln_status ln_u8_apply(const struct ln_codes *norm,
                      const struct ln_code_moments *moments,
                      size_t offset,
                      size_t length,
                      const uint8_t *chunk,
                      uint8_t *out);

/**
 * Empty moments of a row of int16_t codes.
 */
ln_status ln_i16_moments_init(struct ln_code_moments *moments);

/**
 * The next `length` int16_t codes of the row.
 *
 * LN_TOO_LARGE where the row would have more than 32768.
 */
ln_status ln_i16_moments_push(struct ln_code_moments *moments, size_t length, const int16_t *chunk);

/**
 * Adds the codes of `other`, in any order. `other` stays as it is.
 *
 * LN_TOO_LARGE where the row would have more than 32768.
 */
ln_status ln_i16_moments_merge(struct ln_code_moments *moments, const struct ln_code_moments *other);

/**
 * out = norm(chunk) for `length` int16_t codes of a row from `offset` on, all of which were pushed
 * to `moments`. The codes are those of the whole row.
 *
 * LN_LENGTH unless `width` codes were pushed, LN_TOO_LARGE where the chunk goes beyond the end of
 * the row.
 */
ln_status ln_i16_apply(const struct ln_codes *norm,
                       const struct ln_code_moments *moments,
                       size_t offset,
                       size_t length,
                       const int16_t *chunk,
                       int16_t *out);

/**
 * Bytes of the parameters of rows of `width` codes; 0 for a width that rows cannot have.
 */
size_t ln_params_bytes(size_t width);

/**
 * Folds gamma, beta, epsilon and the scales of int8_t codes into `bytes` bytes at `params`, which
 * are aligned to 4 and as many as ln_params_bytes says.
 *
 * LN_SCALE, LN_ZERO_POINT, LN_NOT_FINITE, LN_BEYOND_SCALE, LN_EPSILON, LN_EPSILON_BEYOND_SCALE,
 * LN_SCALE_RATIO, LN_LENGTH.
 */
ln_status ln_i8_fold(const struct ln_fold *fold,
                     uint8_t *params,
                     size_t bytes);

/**
 * Adds to folded parameters what the residual form needs: the scale of what it adds rows to.
 * `input` and `epsilon` are those that were folded.
 *
 * LN_SCALE, LN_ZERO_POINT, LN_SCALE_RATIO, LN_EPSILON, LN_EPSILON_BEYOND_SCALE, LN_LENGTH,
 * LN_FORMAT, LN_CORRUPT.
 */
ln_status ln_i8_with_residual(uint8_t *params,
                              size_t bytes,
                              struct ln_scale input,
                              struct ln_scale residual,
                              float epsilon);

/**
 * Makes a layer normalisation of int8_t codes with the parameters of `bytes` bytes at `params`,
 * aligned to 4.
 *
 * LN_LENGTH, LN_FORMAT, LN_CORRUPT.
 */
ln_status ln_i8_layer_norm_init(struct ln_codes *norm, const uint8_t *params, size_t bytes);

/**
 * The same for RMSNorm.
 */
ln_status ln_i8_rms_norm_init(struct ln_codes *norm, const uint8_t *params, size_t bytes);

/**
 * y = norm(x); both rows * width int8_t codes. `y` may be `x`. Each code is that of exact
 * arithmetic, rounded half to even, then saturated.
 */
ln_status ln_i8_forward(const struct ln_codes *norm,
                        size_t rows,
                        const int8_t *x,
                        int8_t *y);

/**
 * y = norm(x + residual), residual = x + residual; all rows * width int8_t codes.
 *
 * LN_NO_RESIDUAL where the parameters were folded without one.
 */
ln_status ln_i8_forward_residual(const struct ln_codes *norm,
                                 size_t rows,
                                 const int8_t *x,
                                 int8_t *residual,
                                 int8_t *y);

/**
 * Folds gamma, beta, epsilon and the scales of uint8_t codes into `bytes` bytes at `params`, which
 * are aligned to 4 and as many as ln_params_bytes says.
 *
 * LN_SCALE, LN_ZERO_POINT, LN_NOT_FINITE, LN_BEYOND_SCALE, LN_EPSILON, LN_EPSILON_BEYOND_SCALE,
 * LN_SCALE_RATIO, LN_LENGTH.
 */
ln_status ln_u8_fold(const struct ln_fold *fold,
                     uint8_t *params,
                     size_t bytes);

/**
 * Adds to folded parameters what the residual form needs: the scale of what it adds rows to.
 * `input` and `epsilon` are those that were folded.
 *
 * LN_SCALE, LN_ZERO_POINT, LN_SCALE_RATIO, LN_EPSILON, LN_EPSILON_BEYOND_SCALE, LN_LENGTH,
 * LN_FORMAT, LN_CORRUPT.
 */
ln_status ln_u8_with_residual(uint8_t *params,
                              size_t bytes,
                              struct ln_scale input,
                              struct ln_scale residual,
                              float epsilon);

/**
 * Makes a layer normalisation of uint8_t codes with the parameters of `bytes` bytes at `params`,
 * aligned to 4.
 *
 * LN_LENGTH, LN_FORMAT, LN_CORRUPT.
 */
ln_status ln_u8_layer_norm_init(struct ln_codes *norm, const uint8_t *params, size_t bytes);

/**
 * The same for RMSNorm.
 */
ln_status ln_u8_rms_norm_init(struct ln_codes *norm, const uint8_t *params, size_t bytes);

/**
 * y = norm(x); both rows * width uint8_t codes. `y` may be `x`. Each code is that of exact
 * arithmetic, rounded half to even, then saturated.
 */
ln_status ln_u8_forward(const struct ln_codes *norm,
                        size_t rows,
                        const uint8_t *x,
                        uint8_t *y);

/**
 * y = norm(x + residual), residual = x + residual; all rows * width uint8_t codes.
 *
 * LN_NO_RESIDUAL where the parameters were folded without one.
 */
ln_status ln_u8_forward_residual(const struct ln_codes *norm,
                                 size_t rows,
                                 const uint8_t *x,
                                 uint8_t *residual,
                                 uint8_t *y);

/**
 * Folds gamma, beta, epsilon and the scales of int16_t codes into `bytes` bytes at `params`, which
 * are aligned to 4 and as many as ln_params_bytes says.
 *
 * LN_SCALE, LN_ZERO_POINT, LN_NOT_FINITE, LN_BEYOND_SCALE, LN_EPSILON, LN_EPSILON_BEYOND_SCALE,
 * LN_SCALE_RATIO, LN_LENGTH.
 */
ln_status ln_i16_fold(const struct ln_fold *fold,
                      uint8_t *params,
                      size_t bytes);

/**
 * Adds to folded parameters what the residual form needs: the scale of what it adds rows to.
 * `input` and `epsilon` are those that were folded.
 *
 * LN_SCALE, LN_ZERO_POINT, LN_SCALE_RATIO, LN_EPSILON, LN_EPSILON_BEYOND_SCALE, LN_LENGTH,
 * LN_FORMAT, LN_CORRUPT.
 */
ln_status ln_i16_with_residual(uint8_t *params,
                               size_t bytes,
                               struct ln_scale input,
                               struct ln_scale residual,
                               float epsilon);

/**
 * Makes a layer normalisation of int16_t codes with the parameters of `bytes` bytes at `params`,
 * aligned to 4.
 *
 * LN_LENGTH, LN_FORMAT, LN_CORRUPT.
 */
ln_status ln_i16_layer_norm_init(struct ln_codes *norm, const uint8_t *params, size_t bytes);

/**
 * The same for RMSNorm.
 */
ln_status ln_i16_rms_norm_init(struct ln_codes *norm, const uint8_t *params, size_t bytes);

/**
 * y = norm(x); both rows * width int16_t codes. `y` may be `x`. Each code is that of exact
 * arithmetic, rounded half to even, then saturated.
 */
ln_status ln_i16_forward(const struct ln_codes *norm,
                         size_t rows,
                         const int16_t *x,
                         int16_t *y);

/**
 * y = norm(x + residual), residual = x + residual; all rows * width int16_t codes.
 *
 * LN_NO_RESIDUAL where the parameters were folded without one.
 */
ln_status ln_i16_forward_residual(const struct ln_codes *norm,
                                  size_t rows,
                                  const int16_t *x,
                                  int16_t *residual,
                                  int16_t *y);

/**
 * Numbers of a cell's state: units, of an LSTM 2 * units; a sequence begins with zeros. 0 for NULL.
 */
size_t ln_fixed_cell_state(const struct ln_fixed_kind *kind, size_t units);

/**
 * Numbers each of the sums and the gates of a step: of an RNN units, of a GRU 6 * units, of an LSTM
 * 9. 0 for NULL.
 */
size_t ln_fixed_cell_scratch(const struct ln_fixed_kind *kind, size_t units);

/**
 * Numbers of 32 bits that a session needs: of an RNN 2 * units, of a GRU 7, of an LSTM 10. 0 for
 * NULL.
 */
size_t ln_fixed_session_words(const struct ln_fixed_kind *kind, size_t units);

/**
 * Numbers of 16 bits that a session needs: of an RNN 2 * units, of a GRU 7, of an LSTM 11. 0 for
 * NULL.
 */
size_t ln_fixed_session_codes(const struct ln_fixed_kind *kind, size_t units);

/**
 * Makes a cell of the `length` bytes at `bytes` that folding has written, which stay as they are
 * while it is used.
 *
 * LN_LENGTH, LN_FORMAT (another kind or type of weights), LN_CORRUPT, LN_NOT_MADE.
 */
ln_status ln_fixed_cell_init(struct ln_fixed_cell *cell,
                             const struct ln_fixed_kind *kind,
                             const uint8_t *bytes,
                             size_t length);

/**
 * One step: `x` has `inputs` numbers with the fraction bits of the file, `state` as many as
 * ln_fixed_cell_state says, `sums` and `gates` as many as ln_fixed_cell_scratch does. The output is
 * the first `units` numbers of the new state, with 15 fraction bits.
 */
ln_status ln_fixed_cell_step(const struct ln_fixed_cell *cell,
                             const int16_t *x,
                             int16_t *state,
                             int32_t *sums,
                             int16_t *gates);

/**
 * Makes a classifier of the `length` bytes at `bytes` that folding has written, which stay as they
 * are while it is used.
 *
 * LN_LENGTH, LN_FORMAT (another kind or type of weights), LN_CORRUPT, LN_ZERO, LN_NOT_MADE.
 */
ln_status ln_fixed_classifier_init(struct ln_fixed_classifier *classifier,
                                   const struct ln_fixed_kind *kind,
                                   const uint8_t *bytes,
                                   size_t length);

/**
 * The value of one unit of a logit; NaN for a struct that was not made.
 */
float ln_fixed_classifier_scale(const struct ln_fixed_classifier *classifier);

/**
 * Begins a sequence of at most 65535 frames. `words` and `codes` have as many numbers as
 * ln_fixed_session_words and ln_fixed_session_codes say, and are the session's from now on.
 */
ln_status ln_fixed_session_init(struct ln_fixed_session *session,
                                const struct ln_fixed_classifier *classifier,
                                int32_t *words,
                                int16_t *codes);

/**
 * Begins a sequence without end: the mean of the outputs forgets old frames, by a 2^shift-th with
 * each. `shift` is at most 15.
 *
 * LN_TOO_LARGE.
 */
ln_status ln_fixed_session_init_leaky(struct ln_fixed_session *session,
                                      const struct ln_fixed_classifier *classifier,
                                      uint32_t shift,
                                      int32_t *words,
                                      int16_t *codes);

/**
 * Listens to the next frame, `inputs` numbers at `x` with the fraction bits of the file.
 *
 * LN_TOO_LARGE for too many frames.
 */
ln_status ln_fixed_session_push(struct ln_fixed_session *session, const int16_t *x);

/**
 * Writes the logits of the frames so far, one for each class, to `logits`, in units of
 * ln_fixed_classifier_scale.
 */
ln_status ln_fixed_session_logits(struct ln_fixed_session *session, int32_t *logits);

/**
 * Makes a norm of rows of `width` numbers. `gamma` and `beta` have `width` numbers, or are NULL: 1,
 * and 0. `epsilon` is finite and not negative; 1e-5 is the usual one.
 *
 * LN_NULL, LN_MISALIGNED, LN_ZERO, LN_EPSILON, LN_NOT_FINITE, LN_TOO_LARGE.
 */
ln_status ln_layer_norm_init(struct ln_layer_norm *norm,
                             size_t width,
                             const float *gamma,
                             const float *beta,
                             float epsilon);

/**
 * From now on the gain is 1 + gamma, rounded once, as in Gemma.
 */
ln_status ln_layer_norm_with_unit_offset(struct ln_layer_norm *norm);

/**
 * From now on ln_layer_norm_forward_residual adds the `width` numbers of `bias` to each sum:
 * (residual + x) + bias.
 */
ln_status ln_layer_norm_with_residual_bias(struct ln_layer_norm *norm, const float *bias);

/**
 * y = norm(x); both rows * width. `y` may be `x`.
 */
ln_status ln_layer_norm_forward(const struct ln_layer_norm *norm, size_t rows, const float *x, float *y);

/**
 * y = norm(x), and the statistics of each row; `stats` has one for each.
 */
ln_status ln_layer_norm_forward_with_stats(const struct ln_layer_norm *norm,
                                           size_t rows,
                                           const float *x,
                                           float *y,
                                           struct ln_row_stats *stats);

/**
 * The statistics of each row alone.
 */
ln_status ln_layer_norm_statistics(const struct ln_layer_norm *norm,
                                   size_t rows,
                                   const float *x,
                                   struct ln_row_stats *stats);

/**
 * residual = residual + x, then y = norm(residual); all rows * width.
 */
ln_status ln_layer_norm_forward_residual(const struct ln_layer_norm *norm,
                                         size_t rows,
                                         const float *x,
                                         float *residual,
                                         float *y);

/**
 * out = norm(chunk) for `length` numbers of a row from `offset` on, whose statistics are `stats`.
 * The bits are those of the whole row.
 *
 * LN_TOO_LARGE where the chunk goes beyond the end of the row.
 */
ln_status ln_layer_norm_apply(const struct ln_layer_norm *norm,
                              const struct ln_row_stats *stats,
                              size_t offset,
                              size_t length,
                              const float *chunk,
                              float *out);

/**
 * Empty moments of a row for layer normalisation.
 */
ln_status ln_moments_init(struct ln_moments *moments);

/**
 * Empty moments of a row for RMSNorm.
 */
ln_status ln_moments_init_uncentred(struct ln_moments *moments);

/**
 * The next `length` numbers of the row.
 *
 * LN_TOO_LARGE where a later pass gets more than the first had.
 */
ln_status ln_moments_push(struct ln_moments *moments, size_t length, const float *chunk);

/**
 * Adds the numbers of `other` behind those of `moments`. The statistics are as good as those of the
 * row in one piece, but not always the same bits. `other` stays as it is.
 *
 * LN_PASSES where the two are not in the same pass over the same row.
 */
ln_status ln_moments_merge(struct ln_moments *moments,
                           const struct ln_moments *other);

/**
 * The statistics of the row, in `stats`; then the moments are empty. Or LN_AGAIN: the row has to be
 * pushed once more, all of it, because its mean is far from 0 beside its deviation; the worst of
 * all rows take six passes.
 *
 * LN_ZERO where nothing was pushed, LN_LENGTH where a later pass got fewer numbers than the first,
 * LN_EPSILON.
 */
ln_status ln_moments_finish(struct ln_moments *moments,
                            float epsilon,
                            struct ln_row_stats *stats);

/**
 * Makes a norm of rows of `width` numbers. `gamma` and `beta` have `width` numbers, or are NULL: 1,
 * and 0. `epsilon` is finite and not negative; 1e-5 is the usual one.
 *
 * LN_NULL, LN_MISALIGNED, LN_ZERO, LN_EPSILON, LN_NOT_FINITE, LN_TOO_LARGE.
 */
ln_status ln_rms_norm_init(struct ln_rms_norm *norm,
                           size_t width,
                           const float *gamma,
                           const float *beta,
                           float epsilon);

/**
 * From now on the gain is 1 + gamma, rounded once, as in Gemma.
 */
ln_status ln_rms_norm_with_unit_offset(struct ln_rms_norm *norm);

/**
 * From now on ln_rms_norm_forward_residual adds the `width` numbers of `bias` to each sum:
 * (residual + x) + bias.
 */
ln_status ln_rms_norm_with_residual_bias(struct ln_rms_norm *norm, const float *bias);

/**
 * y = norm(x); both rows * width. `y` may be `x`.
 */
ln_status ln_rms_norm_forward(const struct ln_rms_norm *norm, size_t rows, const float *x, float *y);

/**
 * y = norm(x), and the statistics of each row; `stats` has one for each.
 */
ln_status ln_rms_norm_forward_with_stats(const struct ln_rms_norm *norm,
                                         size_t rows,
                                         const float *x,
                                         float *y,
                                         struct ln_row_stats *stats);

/**
 * The statistics of each row alone.
 */
ln_status ln_rms_norm_statistics(const struct ln_rms_norm *norm,
                                 size_t rows,
                                 const float *x,
                                 struct ln_row_stats *stats);

/**
 * residual = residual + x, then y = norm(residual); all rows * width.
 */
ln_status ln_rms_norm_forward_residual(const struct ln_rms_norm *norm,
                                       size_t rows,
                                       const float *x,
                                       float *residual,
                                       float *y);

/**
 * out = norm(chunk) for `length` numbers of a row from `offset` on, whose statistics are `stats`.
 * The bits are those of the whole row.
 *
 * LN_TOO_LARGE where the chunk goes beyond the end of the row.
 */
ln_status ln_rms_norm_apply(const struct ln_rms_norm *norm,
                            const struct ln_row_stats *stats,
                            size_t offset,
                            size_t length,
                            const float *chunk,
                            float *out);

/**
 * Reads the first 24 of `length` bytes of a file of weights.
 *
 * LN_LENGTH, LN_FORMAT, LN_CORRUPT, LN_EPSILON.
 */
ln_status ln_shape_read(struct ln_shape *shape, const uint8_t *bytes, size_t length);

/**
 * Mean of the row, 0 from RMSNorm; NaN for a row that is not finite, and for NULL.
 */
float ln_row_mean(const struct ln_row_stats *stats);

/**
 * 1 / sqrt(var + epsilon) of the row, from RMSNorm 1 / sqrt(mean square + epsilon); infinite for a
 * constant row with an epsilon of 0; NaN for a row that is not finite, and for NULL.
 */
float ln_row_rstd(const struct ln_row_stats *stats);

/**
 * A text for a status, in English, that lives as long as the program.
 */
const char *ln_strerror(ln_status status);

/**
 * Empty moments of a row for layer normalisation.
 */
ln_status ln_moments_init(struct ln_moments *moments);

/**
 * Empty moments of a row for RMSNorm.
 */
ln_status ln_moments_init_uncentred(struct ln_moments *moments);

/**
 * The next `length` numbers of the row.
 *
 * LN_TOO_LARGE where a later pass gets more than the first had.
 */
ln_status ln_moments_push(struct ln_moments *moments, size_t length, const float *chunk);

/**
 * Adds the numbers of `other` behind those of `moments`. The statistics are as good as those of the
 * row in one piece, but not always the same bits. `other` stays as it is.
 *
 * LN_PASSES where the two are not in the same pass over the same row.
 */
ln_status ln_moments_merge(struct ln_moments *moments,
                           const struct ln_moments *other);

/**
 * The statistics of the row, in `stats`; then the moments are empty. Or LN_AGAIN: the row has to be
 * pushed once more, all of it, because its mean is far from 0 beside its deviation; the worst of
 * all rows take six passes.
 *
 * LN_ZERO where nothing was pushed, LN_LENGTH where a later pass got fewer numbers than the first,
 * LN_EPSILON.
 */
ln_status ln_moments_finish(struct ln_moments *moments,
                            float epsilon,
                            struct ln_row_stats *stats);

/**
 * Makes a norm of rows of `width` numbers. `gamma` and `beta` have `width` numbers, or are NULL: 1,
 * and 0. `epsilon` is finite and not negative; 1e-5 is the usual one.
 *
 * LN_NULL, LN_MISALIGNED, LN_ZERO, LN_EPSILON, LN_NOT_FINITE, LN_TOO_LARGE.
 */
ln_status ln_rms_norm_init(struct ln_rms_norm *norm,
                           size_t width,
                           const float *gamma,
                           const float *beta,
                           float epsilon);

/**
 * From now on the gain is 1 + gamma, rounded once, as in Gemma.
 */
ln_status ln_rms_norm_with_unit_offset(struct ln_rms_norm *norm);

/**
 * From now on ln_rms_norm_forward_residual adds the `width` numbers of `bias` to each sum:
 * (residual + x) + bias.
 */
ln_status ln_rms_norm_with_residual_bias(struct ln_rms_norm *norm, const float *bias);

/**
 * y = norm(x); both rows * width. `y` may be `x`.
 */
ln_status ln_rms_norm_forward(const struct ln_rms_norm *norm, size_t rows, const float *x, float *y);

/**
 * y = norm(x), and the statistics of each row; `stats` has one for each.
 */
ln_status ln_rms_norm_forward_with_stats(const struct ln_rms_norm *norm,
                                         size_t rows,
                                         const float *x,
                                         float *y,
                                         struct ln_row_stats *stats);

/**
 * The statistics of each row alone.
 */
ln_status ln_rms_norm_statistics(const struct ln_rms_norm *norm,
                                 size_t rows,
                                 const float *x,
                                 struct ln_row_stats *stats);

/**
 * residual = residual + x, then y = norm(residual); all rows * width.
 */
ln_status ln_rms_norm_forward_residual(const struct ln_rms_norm *norm,
                                       size_t rows,
                                       const float *x,
                                       float *residual,
                                       float *y);

/**
 * out = norm(chunk) for `length` numbers of a row from `offset` on, whose statistics are `stats`.
 * The bits are those of the whole row.
 *
 * LN_TOO_LARGE where the chunk goes beyond the end of the row.
 */
ln_status ln_rms_norm_apply(const struct ln_rms_norm *norm,
                            const struct ln_row_stats *stats,
                            size_t offset,
                            size_t length,
                            const float *chunk,
                            float *out);

/**
 * Reads the first 24 of `length` bytes of a file of weights.
 *
 * LN_LENGTH, LN_FORMAT, LN_CORRUPT, LN_EPSILON.
 */
ln_status ln_shape_read(struct ln_shape *shape, const uint8_t *bytes, size_t length);

/**
 * Mean of the row, 0 from RMSNorm; NaN for a row that is not finite, and for NULL.
 */
float ln_row_mean(const struct ln_row_stats *stats);

/**
 * 1 / sqrt(var + epsilon) of the row, from RMSNorm 1 / sqrt(mean square + epsilon); infinite for a
 * constant row with an epsilon of 0; NaN for a row that is not finite, and for NULL.
 */
float ln_row_rstd(const struct ln_row_stats *stats);

/**
 * A text for a status, in English, that lives as long as the program.
 */
const char *ln_strerror(ln_status status);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* LAYERNORM_H */
