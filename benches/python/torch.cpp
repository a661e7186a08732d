// PyTorch's operations on the CPU, called from C++, which costs less than from Python. For serve.py, which hands the arrays in.
// Results are new tensors: the forms that write into given ones (`_out`) make new ones too, and copy them.

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <array>
#include <cstring>
#include <tuple>

namespace {

enum Verb { LAYER, RESIDUAL, RMS, BACKWARD };

struct Case {
  Verb verb;
  double epsilon;
  at::Tensor x, residual, gamma, beta, dy;
  at::Tensor y, mean, rstd, dgamma, dbeta;

  std::array<int64_t, 1> width() const { return {x.size(1)}; }

  void layer(const at::Tensor& x) {
    std::tie(y, mean, rstd) = at::native_layer_norm(x, width(), gamma, beta, epsilon);
  }

  void run() {
    switch (verb) {
      case LAYER:
        return layer(x);
      case RESIDUAL:
        residual.add_(x);
        return layer(residual);
      case RMS:
        y = at::rms_norm(x, width(), gamma, epsilon);
        return;
      case BACKWARD:
        std::tie(y, dgamma, dbeta) =
            at::native_layer_norm_backward(dy, x, width(), mean, rstd, gamma, beta, {true, true, true});
        return;
    }
  }
};

}  // namespace

extern "C" Case* torch_open(int verb, int64_t rows, int64_t width, double epsilon, float* x, float* residual, float* gamma,
                            float* beta, float* dy) {
  c10::InferenceMode guard;
  at::set_num_threads(1);
  auto matrix = [&](float* from) { return at::from_blob(from, {rows, width}); };
  auto vector = [&](float* from) { return at::from_blob(from, {width}); };
  Case* all = new Case{static_cast<Verb>(verb), epsilon};
  all->x = matrix(x);
  if (verb == RESIDUAL) all->residual = matrix(residual);
  all->gamma = vector(gamma);
  all->beta = vector(beta);
  if (verb == BACKWARD) {
    all->dy = matrix(dy);
    all->layer(all->x);
  }
  return all;
}

extern "C" void torch_run(Case* all, int64_t times) {
  c10::InferenceMode guard;
  for (int64_t i = 0; i < times; i++) all->run();
}

// rows × width of y or dx, then dγ and dβ if there are any.
extern "C" void torch_result(Case* all, float* to) {
  for (const at::Tensor& part : {all->y, all->dgamma, all->dbeta}) {
    if (!part.defined()) continue;
    std::memcpy(to, part.data_ptr<float>(), part.numel() * sizeof(float));
    to += part.numel();
  }
}

extern "C" void torch_close(Case* all) { delete all; }
