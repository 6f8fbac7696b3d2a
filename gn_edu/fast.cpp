// Group norm and the activation behind it, y = activation(gamma * (x - mean) / sqrt(var + eps) + beta), and its
// backward pass (Wu and He, 2018, Eq. 1 to 7). Compiled and called by fast.py.
//
// x is n images of c channels of s positions: positions side by side, or, `last`, channels side by side. Mean and
// variance are taken in two passes over what lies in the cache, never as E[x^2] - m^2: first the mean of x - x0, x0
// being the group's first value, then the mean of (x - mean)^2. Sums of T are taken in F, of blocks in double.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <vector>

typedef int64_t I;
enum { NONE, RELU, SILU, BLOCK = 1024 };  // BLOCK: values that one F adds up

struct BFloat16 { uint16_t bits; };
template <class T> using Sum = std::conditional_t<std::is_same_v<T, double>, double, float>;

template <class To, class From> inline To same_bits(From from) {
  To to;
  std::memcpy(&to, &from, sizeof(To));
  return to;
}
template <class T> inline T up(T x) { return x; }
inline float up(BFloat16 x) { return same_bits<float>(uint32_t(x.bits) << 16); }
template <class T> inline void down(T value, T& to) { to = value; }
inline void down(float value, BFloat16& to) {  // to the nearest, ties to even; what is no number stays so
  const uint32_t bits = same_bits<uint32_t>(value);
  to.bits = value == value ? (bits + 0x7fff + ((bits >> 16) & 1)) >> 16 : 0x7fc0;
}

inline double power(double x) { return std::exp(x); }
inline float power(float x) {  // e^x = 2^k * e^r, |r| < ln(2) / 2: a loop over it becomes one of vectors (Cephes)
  x = std::min(std::max(x, -87.0f), 88.0f);
  const float rounded = x * 1.44269504f + 12582912.0f;  // 1.5 * 2^23 + k: k stands in the last bits
  const float k = rounded - 12582912.0f, r = x - k * 0.693359375f + k * 2.12194440e-4f;
  float p = ((((1.9875691e-4f * r + 1.3981999e-3f) * r + 8.3334519e-3f) * r + 4.1665796e-2f) * r + 1.6666665e-1f) * r;
  return ((p + 0.5f) * r * r + r + 1) * same_bits<float>((same_bits<uint32_t>(rounded) + 127) << 23);
}
template <int A, class F> inline F act(F z) {
  return A == RELU ? (z < 0 ? F(0) : z) : A == SILU ? z / (1 + power(-z)) : z;
}
template <int A, class F> inline F slope(F z) {  // the derivative of act
  if (A != SILU) return A == NONE || z > 0 ? F(1) : F(0);
  const F gate = 1 / (1 + power(-z));
  return gate * (1 + z * (1 - gate));
}

#define KERNEL template <class T, int A, class F = Sum<T>> void

// ---- positions side by side: a group lies in one piece

template <bool SQUARED, class T> Sum<T> mean_of(const T* __restrict x, I m, Sum<T> x0) {  // of x - x0, or its square
  double sum = 0;
  for (I from = 0; from < m; from += BLOCK) {
    Sum<T> part = 0;
#pragma omp simd reduction(+ : part)
    for (I i = from; i < std::min(from + BLOCK, m); i++) part += (up(x[i]) - x0) * (SQUARED ? up(x[i]) - x0 : 1);
    sum += part;
  }
  return sum / m;
}

KERNEL forward(const T* x, T* y, const F* gamma, const F* beta, F* mean, F* rstd, I n, I c, I s, I groups, F eps,
               I threads) {
  const I each = c / groups, m = each * s;
#pragma omp parallel for num_threads(threads)
  for (I k = 0; k < n * groups; k++) {
    const T* __restrict in = x + k * m;
    T* __restrict out = y + k * m;
    const F mu = up(in[0]) + mean_of<false>(in, m, up(in[0]));
    const F r = 1 / std::sqrt(mean_of<true>(in, m, mu) + eps);
    mean[k] = mu, rstd[k] = r;
    for (I j = 0; j < each; j++) {
      const F a = r * gamma[k % groups * each + j], b = beta[k % groups * each + j];
#pragma omp simd
      for (I i = j * s; i < (j + 1) * s; i++)
        down(act<A>((up(in[i]) - mu) * a + b), out[i]);
    }
  }
}

// dz is what arrives before the activation. The means of g = gamma * dz and of g * x_hat over a group are taken out of
// dx (chapter 5). Each image has its own parts of dgamma and dbeta, so that nothing is added in an order of chance.
KERNEL backward(const T* dy, const T* x, const F* gamma, const F* beta, const F* mean, const F* rstd, T* dx, F* dgamma,
              F* dbeta, I n, I c, I s, I groups, I threads) {
  constexpr bool KEPT = A == SILU && std::is_same_v<T, F>;  // dx is where dz waits for the second pass
  const I each = c / groups, m = each * s;
#pragma omp parallel for num_threads(threads)
  for (I k = 0; k < n * groups; k++) {
    const T *__restrict in = x + k * m, *__restrict from_above = dy + k * m;
    T* __restrict out = dx + k * m;
    const F mu = mean[k], r = rstd[k], *gain = gamma + k % groups * each, *shift = beta + k % groups * each;
    F *db = dbeta + k * each, *dg = dgamma + k * each;
    double level = 0, along = 0;
    for (I j = 0; j < each; j++) {
      const F w = gain[j], b = shift[j];
      double sum = 0, with_hat = 0;
      for (I from = j * s; from < (j + 1) * s; from += BLOCK) {
        F part = 0, hats = 0;
#pragma omp simd reduction(+ : part, hats)
        for (I i = from; i < std::min(from + BLOCK, (j + 1) * s); i++) {
          const F hat = (up(in[i]) - mu) * r, dz = up(from_above[i]) * slope<A>(hat * w + b);
          part += dz, hats += dz * hat;
          if constexpr (KEPT) out[i] = dz;
        }
        sum += part, with_hat += hats;
      }
      db[j] = sum, dg[j] = with_hat, level += w * sum / m, along += w * with_hat / m;
    }
    for (I j = 0; j < each; j++) {
      const F w = gain[j], b = shift[j], lv = level, al = along;
#pragma omp simd
      for (I i = j * s; i < (j + 1) * s; i++) {
        const F hat = (up(in[i]) - mu) * r, dz = KEPT ? up(out[i]) : up(from_above[i]) * slope<A>(hat * w + b);
        down(r * (w * dz - lv - hat * al), out[i]);
      }
    }
  }
}

// ---- channels side by side: a task is one image and some of its groups, with a number a channel of each kind

KERNEL forward_last(const T* x, T* y, const F* gamma, const F* beta, F* mean, F* rstd, I n, I c, I s, I groups, F eps,
                  I threads) {
  const I each = c / groups, m = each * s, parts = std::min(groups, (threads + n - 1) / n);
#pragma omp parallel for num_threads(threads)
  for (I task = 0; task < n * parts; task++) {
    const I image = task / parts, g0 = task % parts * groups / parts, g1 = (task % parts + 1) * groups / parts;
    const I w = (g1 - g0) * each, at = image * c * s + g0 * each;
    std::vector<F> numbers(3 * w);
    std::vector<double> sums(w);
    F *__restrict mu = numbers.data(), *__restrict a = mu + w, *__restrict part = a + w;
    const F *__restrict gain = gamma + g0 * each, *__restrict shift = beta + g0 * each;
    for (I j = 0; j < w; j++) mu[j] = up(x[at + j / each * each]);
    for (int pass = 0; pass < 2; pass++) {  // the mean, then the variance
      std::fill(sums.begin(), sums.end(), 0.0);
      for (I from = 0; from < s; from += BLOCK) {
        std::fill(part, part + w, F(0));
        for (I i = from; i < std::min(from + BLOCK, s); i++) {
          const T* __restrict row = x + at + i * c;
#pragma omp simd
          for (I j = 0; j < w; j++) part[j] += (up(row[j]) - mu[j]) * (pass ? up(row[j]) - mu[j] : 1);
        }
        for (I j = 0; j < w; j++) sums[j] += part[j];
      }
      for (I g = 0; g < w; g += each) {
        double sum = 0;
        for (I j = g; j < g + each; j++) sum += sums[j];
        const I k = image * groups + g0 + g / each;
        (pass ? rstd : mean)[k] = pass ? 1 / std::sqrt(F(sum / m) + eps) : mu[g] + F(sum / m);
        for (I j = g; j < g + each; j++) (pass ? a : mu)[j] = pass ? rstd[k] * gain[j] : mean[k];
      }
    }
    for (I i = 0; i < s; i++) {
      const T* __restrict row = x + at + i * c;
      T* __restrict out = y + at + i * c;
#pragma omp simd
      for (I j = 0; j < w; j++) down(act<A>((up(row[j]) - mu[j]) * a[j] + shift[j]), out[j]);
    }
  }
}

KERNEL backward_last(const T* dy, const T* x, const F* gamma, const F* beta, const F* mean, const F* rstd, T* dx,
                   F* dgamma, F* dbeta, I n, I c, I s, I groups, I threads) {
  const I each = c / groups, m = each * s, parts = std::min(groups, (threads + n - 1) / n);
#pragma omp parallel for num_threads(threads)
  for (I task = 0; task < n * parts; task++) {
    const I image = task / parts, g0 = task % parts * groups / parts, g1 = (task % parts + 1) * groups / parts;
    const I w = (g1 - g0) * each, at = image * c * s + g0 * each;
    std::vector<F> numbers(6 * w);
    std::vector<double> sums(2 * w);
    F *__restrict mu = numbers.data(), *__restrict r = mu + w, *__restrict lv = r + w, *__restrict al = lv + w;
    F *__restrict part = al + w, *__restrict hats = part + w;
    const F *__restrict gain = gamma + g0 * each, *__restrict shift = beta + g0 * each;
    for (I j = 0; j < w; j++) mu[j] = mean[image * groups + g0 + j / each], r[j] = rstd[image * groups + g0 + j / each];
    for (I from = 0; from < s; from += BLOCK) {
      std::fill(part, part + 2 * w, F(0));
      for (I i = from; i < std::min(from + BLOCK, s); i++) {
        const T *__restrict row = x + at + i * c, *__restrict from_above = dy + at + i * c;
#pragma omp simd
        for (I j = 0; j < w; j++) {
          const F hat = (up(row[j]) - mu[j]) * r[j], dz = up(from_above[j]) * slope<A>(hat * gain[j] + shift[j]);
          part[j] += dz, hats[j] += dz * hat;
        }
      }
      for (I j = 0; j < w; j++) sums[j] += part[j], sums[w + j] += hats[j];
    }
    for (I g = 0; g < w; g += each) {
      double level = 0, along = 0;
      for (I j = g; j < g + each; j++) level += gain[j] * sums[j] / m, along += gain[j] * sums[w + j] / m;
      for (I j = g; j < g + each; j++) lv[j] = level, al[j] = along;
    }
    std::copy(sums.begin(), sums.begin() + w, dbeta + image * c + g0 * each);
    std::copy(sums.begin() + w, sums.end(), dgamma + image * c + g0 * each);
    for (I i = 0; i < s; i++) {
      const T *__restrict row = x + at + i * c, *__restrict from_above = dy + at + i * c;
      T* __restrict out = dx + at + i * c;
#pragma omp simd
      for (I j = 0; j < w; j++) {
        const F hat = (up(row[j]) - mu[j]) * r[j], g = gain[j] * up(from_above[j]) * slope<A>(hat * gain[j] + shift[j]);
        down(r[j] * (g - lv[j] - hat * al[j]), out[j]);
      }
    }
  }
}

// ---- what fast.py calls: float32_forward_relu and the like

#define ONE(FORWARD, BACKWARD, T, A, F)                                                                              \
  extern "C" void FORWARD(T* x, T* y, F* gamma, F* beta, F* mean, F* rstd, I n, I c, I s, I groups, double eps,       \
                          I last, I threads) {                                                                        \
    (last ? forward_last<T, A> : forward<T, A>)(x, y, gamma, beta, mean, rstd, n, c, s, groups, F(eps), threads);     \
  }                                                                                                                   \
  extern "C" void BACKWARD(T* dy, T* x, F* gamma, F* beta, F* mean, F* rstd, T* dx, F* both, I n, I c, I s,           \
                           I groups, I last, I threads) {                                                             \
    (last ? backward_last<T, A> : backward<T, A>)(dy, x, gamma, beta, mean, rstd, dx, both, both + n * c, n, c, s,    \
                                                  groups, threads);                                                   \
  }
#define ALL(NAME, T)                                                              \
  ONE(NAME##_forward_none, NAME##_backward_none, T, NONE, Sum<T>)                 \
  ONE(NAME##_forward_relu, NAME##_backward_relu, T, RELU, Sum<T>)                 \
  ONE(NAME##_forward_silu, NAME##_backward_silu, T, SILU, Sum<T>)
ALL(float32, float) ALL(float64, double) ALL(bfloat16, BFloat16)
