// EM iterations and whole fits of Armadillo's gmm_full and gmm_diag on command: JSON lines in, JSON lines out (see README.md).
#include <armadillo>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <memory>
#include <string>

using namespace arma;

// The commands are flat objects that run.mjs writes: no escapes, no blanks.
static std::string after(const std::string& line, const std::string& key) {
  const std::string quoted = "\"" + key + "\":";
  const size_t at = line.find(quoted);
  return at == std::string::npos ? "" : line.substr(at + quoted.size());
}
static std::string text(const std::string& line, const std::string& key) {
  const std::string rest = after(line, key);
  return rest.empty() ? "" : rest.substr(1, rest.find('"', 1) - 1);
}
static double number(const std::string& line, const std::string& key) {
  const std::string rest = after(line, key);
  return rest.empty() ? 0 : std::stod(rest);
}

static FILE* open(const std::string& path) {
  FILE* file = std::fopen(path.c_str(), "rb");
  if (!file) throw std::runtime_error("no such file");
  return file;
}
static void read(FILE* file, double* to, size_t count) {
  if (std::fread(to, 8, count, file) != count) throw std::runtime_error("the file is too short");
}

using Clock = std::chrono::steady_clock;
static double since(Clock::time_point before) {
  return std::chrono::duration<double, std::milli>(Clock::now() - before).count();
}

struct Peer {
  virtual ~Peer() {}
  virtual void step() = 0;
  virtual void fit(int seed) = 0;
  virtual double logLikelihood() = 0;
};

// Below learn(), which in every call also looks for infinities and takes the variances of all rows: that is no part of an
// iteration. What learn(rows, K, maha_dist, keep_existing, 0, 1, floor, false) does beyond that is this.
struct Full : gmm_full {
  bool step(const mat& rows, double floor) { return em_iterate(rows, 1, floor, false); }
  void ready() { init_constants(); }
};
struct Diag : gmm_diag {
  bool step(const mat& rows, double floor) { return em_iterate(rows, 1, floor, false); }
  void ready() { init_constants(); }
};

template <class Model> struct Em : Peer {
  mat rows;
  Model model;
  double floor;
  uword components;

  Em(const std::string& line) : floor(number(line, "regCovar")), components(number(line, "K")) {
    const uword d = number(line, "d");
    rows.set_size(d, uword(number(line, "N")));  // column by column: a column here is a row of the file
    FILE* file = open(text(line, "rows"));
    read(file, rows.memptr(), rows.n_elem);
    std::fclose(file);
    const std::string start = text(line, "start");
    if (start.empty()) return;
    file = open(start);
    rowvec weights(components);
    mat means(d, components);
    read(file, weights.memptr(), weights.n_elem);
    read(file, means.memptr(), means.n_elem);
    set(file, weights, means, d);
    std::fclose(file);
  }
  void set(FILE* file, const rowvec& weights, const mat& means, uword d);

  // One iteration per call: with more, it would stop by itself where the log-likelihood has become constant.
  void step() override {
    if (!model.step(rows, floor)) throw std::runtime_error("the iteration failed");
  }
  // No iterations are the default; these are the documentation's: 10 of k-means, 5 of EM.
  void fit(int seed) override {
    arma_rng::set_seed(seed);
    if (!model.learn(rows, components, maha_dist, random_subset, 10, 5, 1e-10, false)) {
      throw std::runtime_error("the fit failed");
    }
  }
  double logLikelihood() override {
    model.ready();
    return model.sum_log_p(rows);
  }
};

template <> void Em<Full>::set(FILE* file, const rowvec& weights, const mat& means, uword d) {
  cube covariances(d, d, components);
  read(file, covariances.memptr(), covariances.n_elem);
  model.set_params(means, covariances, weights);
}
template <> void Em<Diag>::set(FILE* file, const rowvec& weights, const mat& means, uword d) {
  mat covariances(d, components);
  read(file, covariances.memptr(), covariances.n_elem);
  model.set_params(means, covariances, weights);
}

int main() {
  std::unique_ptr<Peer> peer;
  std::string line;
  while (std::getline(std::cin, line)) {
    const std::string command = text(line, "command");
    try {
      if (command == "about") {
        std::printf("{\"version\":\"Armadillo %s\"}\n", arma_version::as_string().c_str());
      } else if (command == "load") {
        peer.reset();
        if (text(line, "covarianceType") != "diag") peer = std::make_unique<Em<Full>>(line);
        else peer = std::make_unique<Em<Diag>>(line);
        std::printf("{}\n");
      } else if (command == "run") {
        std::printf("{\"ms\":[");
        for (int i = 0, m = int(number(line, "iterations")); i < m; i++) {
          const auto before = Clock::now();
          peer->step();
          std::printf("%s%.6f", i ? "," : "", since(before));
        }
        std::printf("]}\n");
      } else if (command == "fit") {
        const auto before = Clock::now();
        peer->fit(int(number(line, "seed")));
        const double ms = since(before);
        std::printf("{\"ms\":%.6f,\"logLikelihood\":%.17g,\"iterations\":5}\n", ms, peer->logLikelihood());
      } else if (command == "logLikelihood") {
        std::printf("{\"logLikelihood\":%.17g}\n", peer->logLikelihood());
      } else if (command == "unload") {
        peer.reset();
        std::printf("{}\n");
      }
    } catch (const std::exception& error) {
      std::printf("{\"error\":\"%s\"}\n", error.what());
    }
    std::fflush(stdout);
  }
}
