/* Layer normalisation and RMSNorm: accurate, without allocation, the same bits on every machine. Made by cbindgen from capi/src.
 *
 * What every function is promised, and cannot look at: a pointer leads to as many elements as its function says, and a struct is changed
 * by one call at a time. Everything else is checked: NULL, alignment, overlap, lengths, values, and whether a struct was made for the
 * function. Then the status is negative, and nothing has been written. Where there are no rows, pointers to rows may be NULL.
 *
 * Rows lie one behind the other, `rows` times the width of the norm. */

#ifndef LAYERNORM_H
#define LAYERNORM_H

#include <stddef.h>
#include <stdint.h>

/**
 * Version of what the header declares. It grows when something is added, and what was declared before stays as it is.
 */
#define LN_ABI 1

/**
 * What a function returns: LN_OK, a positive number where it asks for more, a negative one where an argument is wrong. Then
 * nothing has been written.
 */
typedef int32_t ln_status;

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
 * A norm of rows of quantised codes. It reads its parameters where they are, as in flash, where they must stay as they are while it is
 * used. It may be copied; the words are the library's.
 */
typedef struct ln_codes {
  uint64_t words[20];
} ln_codes;

/**
 * Layer normalisation of rows of a width: y = (x - mean) / sqrt(var + epsilon) * gamma + beta. Made by ln_layer_norm_init; the words are the library's. It reads gamma and
 * beta where they are, which must stay as they are while it is used. It may be copied.
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
 * The statistics of a row that comes in pieces, or is larger than memory: some 1.2 kB, since it keeps the last elements until a
 * block of 256 is full. Any pieces give the bits of the whole row. The words are the library's.
 */
typedef struct ln_moments {
  uint64_t words[160];
} ln_moments;

/**
 * RMSNorm of rows of a width: y = x / sqrt(mean(x^2) + epsilon) * gamma + beta. Made by ln_rms_norm_init; the words are the library's. It reads gamma and
 * beta where they are, which must stay as they are while it is used. It may be copied.
 */
typedef struct ln_rms_norm {
  size_t words[12];
} ln_rms_norm;

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
#define LN_NULL -1

/**
 * A pointer is not aligned to its type.
 */
#define LN_MISALIGNED -2

/**
 * Memory that is written overlaps other memory of the call. Where a function says so, `y` may be `x`.
 */
#define LN_OVERLAP -3

/**
 * A width of 0, or a row of no elements.
 */
#define LN_ZERO -4

/**
 * A width or a length beyond its limit, or beyond the end of its row.
 */
#define LN_TOO_LARGE -5

/**
 * Bytes, or elements of a later pass, are not as many as they must be.
 */
#define LN_LENGTH -6

/**
 * `epsilon` is negative, infinite or NaN.
 */
#define LN_EPSILON -7

/**
 * An element of `gamma`, `beta` or `residual_bias` is infinite or NaN.
 */
#define LN_NOT_FINITE -8

/**
 * What a pointer leads to was not made for this function: never initialised, or for another type of numbers.
 */
#define LN_NOT_MADE -9

/**
 * Moments are not of the same norm, or not in the same pass over the same row.
 */
#define LN_PASSES -10

/**
 * A scale is not a finite number above 0.
 */
#define LN_SCALE -11

/**
 * A zero point is not a code of its type.
 */
#define LN_ZERO_POINT -12

/**
 * An element of `gamma` or `beta` is 2^31 steps of the output or more.
 */
#define LN_BEYOND_SCALE -13

/**
 * `epsilon` is too large beside the square of the input's scale, or the residual's.
 */
#define LN_EPSILON_BEYOND_SCALE -14

/**
 * The input's scale is more than 16 times the residual's.
 */
#define LN_SCALE_RATIO -15

/**
 * The parameters were folded without a residual.
 */
#define LN_NO_RESIDUAL -16

/**
 * Bytes that are not parameters of this type of codes.
 */
#define LN_FORMAT -17

/**
 * Parameters with a number that folding never writes.
 */
#define LN_CORRUPT -18

/**
 * Another error of the crate; no function of this version returns it.
 */
#define LN_OTHER -19

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Bytes of the parameters of rows of `width` codes; 0 for a width that rows cannot have.
 */
size_t ln_params_bytes(size_t width);

/**
 * Folds gamma, beta, epsilon and the scales of int8_t codes into `bytes` bytes at `params`, which are aligned to 4 and as many as
 * ln_params_bytes says.
 *
 * LN_SCALE, LN_ZERO_POINT, LN_NOT_FINITE, LN_BEYOND_SCALE, LN_EPSILON, LN_EPSILON_BEYOND_SCALE, LN_SCALE_RATIO, LN_LENGTH.
 */
ln_status ln_i8_fold(const struct ln_fold *fold,
                     uint8_t *params,
                     size_t bytes);

/**
 * Adds to folded parameters what the residual form needs: the scale of what it adds rows to. `input` and `epsilon` are those that were
 * folded.
 *
 * LN_SCALE, LN_ZERO_POINT, LN_SCALE_RATIO, LN_EPSILON, LN_EPSILON_BEYOND_SCALE, LN_LENGTH, LN_FORMAT, LN_CORRUPT.
 */
ln_status ln_i8_with_residual(uint8_t *params,
                              size_t bytes,
                              struct ln_scale input,
                              struct ln_scale residual,
                              float epsilon);

/**
 * Makes a layer normalisation of int8_t codes with the parameters of `bytes` bytes at `params`, aligned to 4.
 *
 * LN_LENGTH, LN_FORMAT, LN_CORRUPT.
 */
ln_status ln_i8_layer_norm_init(struct ln_codes *norm, const uint8_t *params, size_t bytes);

/**
 * The same for RMSNorm.
 */
ln_status ln_i8_rms_norm_init(struct ln_codes *norm, const uint8_t *params, size_t bytes);

/**
 * y = norm(x); both rows * width int8_t codes. `y` may be `x`. Each code is that of exact arithmetic, rounded half to even, then saturated.
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
 * Folds gamma, beta, epsilon and the scales of uint8_t codes into `bytes` bytes at `params`, which are aligned to 4 and as many as
 * ln_params_bytes says.
 *
 * LN_SCALE, LN_ZERO_POINT, LN_NOT_FINITE, LN_BEYOND_SCALE, LN_EPSILON, LN_EPSILON_BEYOND_SCALE, LN_SCALE_RATIO, LN_LENGTH.
 */
ln_status ln_u8_fold(const struct ln_fold *fold,
                     uint8_t *params,
                     size_t bytes);

/**
 * Adds to folded parameters what the residual form needs: the scale of what it adds rows to. `input` and `epsilon` are those that were
 * folded.
 *
 * LN_SCALE, LN_ZERO_POINT, LN_SCALE_RATIO, LN_EPSILON, LN_EPSILON_BEYOND_SCALE, LN_LENGTH, LN_FORMAT, LN_CORRUPT.
 */
ln_status ln_u8_with_residual(uint8_t *params,
                              size_t bytes,
                              struct ln_scale input,
                              struct ln_scale residual,
                              float epsilon);

/**
 * Makes a layer normalisation of uint8_t codes with the parameters of `bytes` bytes at `params`, aligned to 4.
 *
 * LN_LENGTH, LN_FORMAT, LN_CORRUPT.
 */
ln_status ln_u8_layer_norm_init(struct ln_codes *norm, const uint8_t *params, size_t bytes);

/**
 * The same for RMSNorm.
 */
ln_status ln_u8_rms_norm_init(struct ln_codes *norm, const uint8_t *params, size_t bytes);

/**
 * y = norm(x); both rows * width uint8_t codes. `y` may be `x`. Each code is that of exact arithmetic, rounded half to even, then saturated.
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
 * Folds gamma, beta, epsilon and the scales of int16_t codes into `bytes` bytes at `params`, which are aligned to 4 and as many as
 * ln_params_bytes says.
 *
 * LN_SCALE, LN_ZERO_POINT, LN_NOT_FINITE, LN_BEYOND_SCALE, LN_EPSILON, LN_EPSILON_BEYOND_SCALE, LN_SCALE_RATIO, LN_LENGTH.
 */
ln_status ln_i16_fold(const struct ln_fold *fold,
                      uint8_t *params,
                      size_t bytes);

/**
 * Adds to folded parameters what the residual form needs: the scale of what it adds rows to. `input` and `epsilon` are those that were
 * folded.
 *
 * LN_SCALE, LN_ZERO_POINT, LN_SCALE_RATIO, LN_EPSILON, LN_EPSILON_BEYOND_SCALE, LN_LENGTH, LN_FORMAT, LN_CORRUPT.
 */
ln_status ln_i16_with_residual(uint8_t *params,
                               size_t bytes,
                               struct ln_scale input,
                               struct ln_scale residual,
                               float epsilon);

/**
 * Makes a layer normalisation of int16_t codes with the parameters of `bytes` bytes at `params`, aligned to 4.
 *
 * LN_LENGTH, LN_FORMAT, LN_CORRUPT.
 */
ln_status ln_i16_layer_norm_init(struct ln_codes *norm, const uint8_t *params, size_t bytes);

/**
 * The same for RMSNorm.
 */
ln_status ln_i16_rms_norm_init(struct ln_codes *norm, const uint8_t *params, size_t bytes);

/**
 * y = norm(x); both rows * width int16_t codes. `y` may be `x`. Each code is that of exact arithmetic, rounded half to even, then saturated.
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
 * Makes a norm of rows of `width` numbers. `gamma` and `beta` have `width` numbers, or are NULL: 1, and 0. `epsilon` is finite and
 * not negative; 1e-5 is the usual one.
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
 * From now on ln_layer_norm_forward_residual adds the `width` numbers of `bias` to each sum: (residual + x) + bias.
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
 * out = norm(chunk) for `length` numbers of a row from `offset` on, whose statistics are `stats`. The bits are those of the whole row.
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
 * Bytes of the parameters of rows of `width` codes; 0 for a width that rows cannot have.
 */
size_t ln_params_bytes(size_t width);

/**
 * Folds gamma, beta, epsilon and the scales of int8_t codes into `bytes` bytes at `params`, which are aligned to 4 and as many as
 * ln_params_bytes says.
 *
 * LN_SCALE, LN_ZERO_POINT, LN_NOT_FINITE, LN_BEYOND_SCALE, LN_EPSILON, LN_EPSILON_BEYOND_SCALE, LN_SCALE_RATIO, LN_LENGTH.
 */
ln_status ln_i8_fold(const struct ln_fold *fold,
                     uint8_t *params,
                     size_t bytes);

/**
 * Adds to folded parameters what the residual form needs: the scale of what it adds rows to. `input` and `epsilon` are those that were
 * folded.
 *
 * LN_SCALE, LN_ZERO_POINT, LN_SCALE_RATIO, LN_EPSILON, LN_EPSILON_BEYOND_SCALE, LN_LENGTH, LN_FORMAT, LN_CORRUPT.
 */
ln_status ln_i8_with_residual(uint8_t *params,
                              size_t bytes,
                              struct ln_scale input,
                              struct ln_scale residual,
                              float epsilon);

/**
 * Makes a layer normalisation of int8_t codes with the parameters of `bytes` bytes at `params`, aligned to 4.
 *
 * LN_LENGTH, LN_FORMAT, LN_CORRUPT.
 */
ln_status ln_i8_layer_norm_init(struct ln_codes *norm, const uint8_t *params, size_t bytes);

/**
 * The same for RMSNorm.
 */
ln_status ln_i8_rms_norm_init(struct ln_codes *norm, const uint8_t *params, size_t bytes);

/**
 * y = norm(x); both rows * width int8_t codes. `y` may be `x`. Each code is that of exact arithmetic, rounded half to even, then saturated.
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
 * Folds gamma, beta, epsilon and the scales of uint8_t codes into `bytes` bytes at `params`, which are aligned to 4 and as many as
 * ln_params_bytes says.
 *
 * LN_SCALE, LN_ZERO_POINT, LN_NOT_FINITE, LN_BEYOND_SCALE, LN_EPSILON, LN_EPSILON_BEYOND_SCALE, LN_SCALE_RATIO, LN_LENGTH.
 */
ln_status ln_u8_fold(const struct ln_fold *fold,
                     uint8_t *params,
                     size_t bytes);

/**
 * Adds to folded parameters what the residual form needs: the scale of what it adds rows to. `input` and `epsilon` are those that were
 * folded.
 *
 * LN_SCALE, LN_ZERO_POINT, LN_SCALE_RATIO, LN_EPSILON, LN_EPSILON_BEYOND_SCALE, LN_LENGTH, LN_FORMAT, LN_CORRUPT.
 */
ln_status ln_u8_with_residual(uint8_t *params,
                              size_t bytes,
                              struct ln_scale input,
                              struct ln_scale residual,
                              float epsilon);

/**
 * Makes a layer normalisation of uint8_t codes with the parameters of `bytes` bytes at `params`, aligned to 4.
 *
 * LN_LENGTH, LN_FORMAT, LN_CORRUPT.
 */
ln_status ln_u8_layer_norm_init(struct ln_codes *norm, const uint8_t *params, size_t bytes);

/**
 * The same for RMSNorm.
 */
ln_status ln_u8_rms_norm_init(struct ln_codes *norm, const uint8_t *params, size_t bytes);

/**
 * y = norm(x); both rows * width uint8_t codes. `y` may be `x`. Each code is that of exact arithmetic, rounded half to even, then saturated.
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
 * Folds gamma, beta, epsilon and the scales of int16_t codes into `bytes` bytes at `params`, which are aligned to 4 and as many as
 * ln_params_bytes says.
 *
 * LN_SCALE, LN_ZERO_POINT, LN_NOT_FINITE, LN_BEYOND_SCALE, LN_EPSILON, LN_EPSILON_BEYOND_SCALE, LN_SCALE_RATIO, LN_LENGTH.
 */
ln_status ln_i16_fold(const struct ln_fold *fold,
                      uint8_t *params,
                      size_t bytes);

/**
 * Adds to folded parameters what the residual form needs: the scale of what it adds rows to. `input` and `epsilon` are those that were
 * folded.
 *
 * LN_SCALE, LN_ZERO_POINT, LN_SCALE_RATIO, LN_EPSILON, LN_EPSILON_BEYOND_SCALE, LN_LENGTH, LN_FORMAT, LN_CORRUPT.
 */
ln_status ln_i16_with_residual(uint8_t *params,
                               size_t bytes,
                               struct ln_scale input,
                               struct ln_scale residual,
                               float epsilon);

/**
 * Makes a layer normalisation of int16_t codes with the parameters of `bytes` bytes at `params`, aligned to 4.
 *
 * LN_LENGTH, LN_FORMAT, LN_CORRUPT.
 */
ln_status ln_i16_layer_norm_init(struct ln_codes *norm, const uint8_t *params, size_t bytes);

/**
 * The same for RMSNorm.
 */
ln_status ln_i16_rms_norm_init(struct ln_codes *norm, const uint8_t *params, size_t bytes);

/**
 * y = norm(x); both rows * width int16_t codes. `y` may be `x`. Each code is that of exact arithmetic, rounded half to even, then saturated.
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
 * Makes a norm of rows of `width` numbers. `gamma` and `beta` have `width` numbers, or are NULL: 1, and 0. `epsilon` is finite and
 * not negative; 1e-5 is the usual one.
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
 * From now on ln_layer_norm_forward_residual adds the `width` numbers of `bias` to each sum: (residual + x) + bias.
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
 * out = norm(chunk) for `length` numbers of a row from `offset` on, whose statistics are `stats`. The bits are those of the whole row.
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
 * Adds the numbers of `other` behind those of `moments`. The statistics are as good as those of the row in one piece, but not always the
 * same bits. `other` stays as it is.
 *
 * LN_PASSES where the two are not in the same pass over the same row.
 */
ln_status ln_moments_merge(struct ln_moments *moments,
                           const struct ln_moments *other);

/**
 * The statistics of the row, in `stats`; then the moments are empty. Or LN_AGAIN: the row has to be pushed once more, all of it,
 * because its mean is far from 0 beside its deviation; the worst of all rows take six passes.
 *
 * LN_ZERO where nothing was pushed, LN_LENGTH where a later pass got fewer numbers than the first, LN_EPSILON.
 */
ln_status ln_moments_finish(struct ln_moments *moments,
                            float epsilon,
                            struct ln_row_stats *stats);

/**
 * Makes a norm of rows of `width` numbers. `gamma` and `beta` have `width` numbers, or are NULL: 1, and 0. `epsilon` is finite and
 * not negative; 1e-5 is the usual one.
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
 * From now on ln_rms_norm_forward_residual adds the `width` numbers of `bias` to each sum: (residual + x) + bias.
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
 * out = norm(chunk) for `length` numbers of a row from `offset` on, whose statistics are `stats`. The bits are those of the whole row.
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
 * Mean of the row, 0 from RMSNorm; NaN for a row that is not finite, and for NULL.
 */
float ln_row_mean(const struct ln_row_stats *stats);

/**
 * 1 / sqrt(var + epsilon) of the row, from RMSNorm 1 / sqrt(mean square + epsilon); infinite for a constant row with an epsilon of
 * 0; NaN for a row that is not finite, and for NULL.
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
 * Adds the numbers of `other` behind those of `moments`. The statistics are as good as those of the row in one piece, but not always the
 * same bits. `other` stays as it is.
 *
 * LN_PASSES where the two are not in the same pass over the same row.
 */
ln_status ln_moments_merge(struct ln_moments *moments,
                           const struct ln_moments *other);

/**
 * The statistics of the row, in `stats`; then the moments are empty. Or LN_AGAIN: the row has to be pushed once more, all of it,
 * because its mean is far from 0 beside its deviation; the worst of all rows take six passes.
 *
 * LN_ZERO where nothing was pushed, LN_LENGTH where a later pass got fewer numbers than the first, LN_EPSILON.
 */
ln_status ln_moments_finish(struct ln_moments *moments,
                            float epsilon,
                            struct ln_row_stats *stats);

/**
 * Makes a norm of rows of `width` numbers. `gamma` and `beta` have `width` numbers, or are NULL: 1, and 0. `epsilon` is finite and
 * not negative; 1e-5 is the usual one.
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
 * From now on ln_rms_norm_forward_residual adds the `width` numbers of `bias` to each sum: (residual + x) + bias.
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
 * out = norm(chunk) for `length` numbers of a row from `offset` on, whose statistics are `stats`. The bits are those of the whole row.
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
 * Mean of the row, 0 from RMSNorm; NaN for a row that is not finite, and for NULL.
 */
float ln_row_mean(const struct ln_row_stats *stats);

/**
 * 1 / sqrt(var + epsilon) of the row, from RMSNorm 1 / sqrt(mean square + epsilon); infinite for a constant row with an epsilon of
 * 0; NaN for a row that is not finite, and for NULL.
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
